"""What an open page asks every few seconds: has anything happened, and who else is here.

Every page asks the same question with what it knows; docs/decisions says why pages ask.
"""

import datetime

from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now

from talks.models import Article

from .models import Act, Presence

# Two acts on different articles may commit in the other order than their keys, but never so many
# acts apart.
WINDOW = 200
# A page in view asks at least every 15 s, and says it is there when 15 s have passed since it
# last did; whoever was not heard of for this long has left.
GONE = datetime.timedelta(seconds=42)
FRESH = datetime.timedelta(seconds=15)


def state(user):
    """How far all common work has come, as ``user`` may know it: another text after each act."""
    acts = Act.objects.visible_to(user)
    last = acts.newest_first().values(first=F("pk") - WINDOW)[:1]
    found = acts.filter(pk__gt=Subquery(last)).aggregate(last=Max("pk"), count=Count("pk"))
    return f"{found['last'] or 0}.{found['count']}"


def article_state(user, article_id):
    """How far the work on one article has come: the last act that reaches it, see
    ``Act.objects.reaching``. None where ``user`` sees no such article.

    Acts on one article commit in the order of their keys, so this misses none.
    """
    acts = Act.objects.visible_to(user).reaching(OuterRef("pk")).newest_first()
    found = (
        Article.objects.visible_to(user)
        .filter(pk=article_id)
        .values_list(Coalesce(Subquery(acts.values("pk")[:1]), 0))
        .first()
    )
    return str(found[0]) if found else None


def company(user, article_id):
    """The accounts that read the article besides ``user``, who is noted as reading it; by name."""
    present = (
        Presence.objects.filter(article=article_id, user__is_active=True)
        .since(GONE)
        .annotate(is_fresh=Q(seen_at__gt=Now() - FRESH))
        .select_related("user")
    )
    found = {one.user_id: one for one in present}
    own = found.pop(user.pk, None)
    if own is None or not own.is_fresh:
        Presence.objects.arrive(user, article_id)
        Presence.objects.before(GONE).delete()
    return sorted((one.user for one in found.values()), key=lambda one: (str(one), one.pk))
