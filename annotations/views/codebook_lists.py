"""What waits in the codebook: proposals for editors, taggings to check again; and its versions."""

from collections import defaultdict

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from talks.differences import differences
from talks.models import Article

from .. import codebook as revising
from .. import coding, likeness, overview, versions
from ..forms_codebook import RecheckForm, path_of
from ..models import Codebook, CodebookVersion, Tag, Tagging, TagStatus
from ..reading import Tags
from . import answers
from .codebook import STALE, done, page_of, to_check

PROPOSALS = 20
PASSAGES = 3  # of a proposal
VERSIONS = 50
KINDS = {
    "added": "Added",
    "proposed": "Proposed",
    "split": "Split off",
    "accepted": "Accepted",
    "renamed": "Renamed",
    "moved": "Moved",
    "redefined": "Redefined",
    "restyled": "Colour or shortcut changed",
    "merged": "Merged",
    "archived": "Archived",
    "restored": "Brought back",
}


# Proposals


@require_safe
def proposal_list(request):
    """Proposed tags with the passages they were made on, beside tags like them."""
    tags = Tags()
    proposed = Tag.objects.proposed().select_related("proposed_by")
    page = Paginator(proposed, PROPOSALS).get_page(request.GET.get("page"))
    keys = [tag.pk for tag in page]
    names = likeness.by_name(keys)
    articles = Article.objects.visible_to(request.user).values_list("pk", flat=True)
    uses = likeness.by_use(keys, articles)
    passages, counts = _passages_of(keys, request.user)
    for tag in page:
        tag.shown_colour = tags.rows[tag.pk].shown_colour
        tag.passages, tag.passage_count = passages[tag.pk], counts[tag.pk]
        tag.like_named = _like_named(tags, tag, names[tag.pk])
        tag.like_used = [(tags.rows[use.tag], use) for use in uses[tag.pk]]
        likely = [*(one for one, _ in tag.like_named), *(one for one, _ in tag.like_used)]
        offered = [one for one in likely if one.status != TagStatus.ARCHIVED]
        tag.merge_choices = [(one, path_of(one)) for one in dict.fromkeys(offered)]
    return page_of(request, "annotations/proposal_list.html", {"page": page})


def _like_named(tags, tag, keys):
    """The tags of ``keys``, or what they were merged into, each with its name before, or ""."""
    found = {}
    for key in keys:
        now = tags.in_the_end(key)
        if now.pk != tag.pk:
            found.setdefault(now, "" if now.pk == key else tags.rows[key].name)
    return list(found.items())


def _passages_of(tags, user):
    """The first few passages of each tag in their sentences, and how many there are."""
    taggings = overview.taggings_of(set(tags))
    seen = set(overview.passages_of(taggings, user))
    wanted, counts = defaultdict(list), defaultdict(int)
    pairs = taggings.order_by("passage__article", "passage__start").values_list("tag", "passage")
    for tag, passage in dict.fromkeys(pairs):
        if passage in seen:
            counts[tag] += 1
            if len(wanted[tag]) < PASSAGES:
                wanted[tag].append(passage)
    keys = list(dict.fromkeys(key for found in wanted.values() for key in found))
    rows = dict(zip(keys, overview.in_context(keys, taggings), strict=True)) if keys else {}
    found = defaultdict(list)
    for tag, passages in wanted.items():
        found[tag] = [rows[key] for key in passages]
    return found, counts


# Checking again


@require_safe
def recheck(request):
    """One tagging after the other that was made under an older definition, to keep or change."""
    return _recheck_page(request)


def _recheck_page(request, *, form=None, status=200, refusal=""):
    tags = Tags()
    waiting = to_check(request.user)
    counts = waiting.order_by().values_list("tag").annotate(count=Count("pk"))
    by_tag = sorted(((tags.rows[key], n) for key, n in counts), key=lambda one: one[0].name)
    chosen = answers.query_number(request, "tag")
    listed = waiting.filter(tag=chosen) if chosen else waiting
    after = answers.query_number(request, "after") or 0
    rest = listed.filter(pk__gt=after).order_by("pk")
    item = rest.select_related("tag", "coder", "passage__article").first()
    if item is None and after:  # those that were passed over come again
        item = listed.select_related("tag", "coder", "passage__article").order_by("pk").first()
    context = {
        "count": sum(n for _, n in by_tag),
        "by_tag": by_tag,
        "chosen": tags.rows.get(chosen),
        "item": item,
        "form": form or RecheckForm(tags=tags),
        "refusal": refusal,
        "coders": _waiting_by_coder(request.user),
    }
    if item is not None:
        context |= _to_decide(item)
    context["undoable"], context["redoable"] = coding.last_acts(request.user)
    return page_of(request, "annotations/recheck.html", context, status=status)


def _to_decide(item):
    """The passage in its sentence, and what changed in the rule since it was looked at."""
    since = max(item.codebook_version, item.checked_version or 0)
    kept = CodebookVersion.objects.filter(codebook=item.tag.codebook_id, number__gte=since)
    version = kept.order_by("number").first()
    old = versions.Tree(version).rows.get(item.tag_id) if version else None
    (passage,) = overview.in_context([item.passage_id], Tagging.objects.filter(pk=item.pk))
    return {
        "passage": passage,
        "old": old,
        "pieces": differences(old["definition"] if old else "", item.tag.definition),
    }


def _waiting_by_coder(user):
    """For editors: who has how many taggings to check again."""
    if not user.may_edit:
        return []
    waiting = Tagging.objects.visible_to(user).to_check_again().order_by()
    counts = dict(waiting.values_list("coder").annotate(count=Count("pk")))
    coders = User.objects.in_bulk(counts)
    return sorted(((coders[key], n) for key, n in counts.items()), key=lambda one: -one[1])


@require_POST
def tagging_recheck(request, tagging_id):
    """Keep a tagging under the new definition, give it another tag, or take it off."""
    taggings = Tagging.objects.visible_to(request.user)
    own = taggings.filter(coder=request.user)
    if request.user.may_edit:
        own = own | taggings.filter(coder__is_active=False)
    tagging = get_object_or_404(own.select_related("passage__article", "tag"), pk=tagging_id)
    form = RecheckForm(request.POST, tags=Tags())
    if not form.is_valid():
        return _recheck_page(request, form=form, status=422)
    data = form.cleaned_data
    asked = [request.user, tagging, data["version"]]
    try:
        if data["do"] == "keep":
            act = revising.keep(*asked, data["defined_in"], key=data["key"])
        elif data["do"] == "exchange":
            knowingly = answers.knowingly(request, tagging.passage.article)
            act = revising.exchange(*asked, data["tag"], knowingly=knowingly, key=data["key"])
        else:
            act = coding.withdraw_tagging(*asked, key=data["key"])
    except coding.Stale:
        return _recheck_page(request, status=409, refusal=STALE)
    except coding.Refused as error:
        return _recheck_page(request, status=409, refusal=str(error))
    query = request.META.get("QUERY_STRING", "")
    where = reverse("annotations:recheck")
    return done(request, act, f"{where}?{query}" if query else where)


# Versions


@require_safe
def version_list(request):
    """The versions of the codebook; ``?from=3&to=7`` compares two."""
    book = Codebook.objects.oldest()
    kept = CodebookVersion.objects.filter(codebook=book).select_related("act__actor")
    newest_first = kept.defer("tags", "act__changes").order_by("-number")
    page = Paginator(newest_first, VERSIONS).get_page(request.GET.get("page"))
    context = {"page": page, "versions": list(page)}
    asked = [answers.query_number(request, name) for name in ("from", "to")]
    if any(asked):
        found = {one.number: one for one in kept.filter(number__in=[n for n in asked if n])}
        if set(asked) - set(found):
            raise Http404
        old, new = (found[number] for number in sorted(asked))
        context |= {"old": old, "new": new, "changes": _compared(old, new)}
    return page_of(request, "annotations/version_list.html", context)


def _compared(old, new):
    changes = versions.compare(old, new)
    for one in changes:
        one.words = [KINDS[kind] for kind in one.kinds]
        one.pieces = [
            (label, differences(one.old[name], one.tag[name]))
            for name, label in (
                ("definition", "Definition"),
                ("example", "Example"),
                ("counter_example", "Counter-example"),
            )
            if one.old and one.old[name] != one.tag[name]
        ]
    return changes
