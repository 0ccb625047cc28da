"""The inbox: what concerns a person, read and unread; and whom a note can mention."""

from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.names import normal_username
from annotations import inbox as notices
from annotations import live
from annotations.forms import MarkForm
from annotations.keyset import moment
from annotations.models import Notice
from annotations.showing import tallied

OFFERED = 8


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def inbox(request):
    """Mentions, replies and verdicts, the latest first; a POST marks them as read or unread."""
    if request.method == "POST":
        return _mark(request)
    return _list(request)


def _list(request, *, undoable=None, status=200, error=""):
    kind = request.GET.get("kind", "")
    kind = kind if kind in notices.KINDS else ""
    is_new = "new" in request.GET
    state = live.state(request.user)
    rows = notices.of(request.user, kind, is_new=is_new)
    page = notices.page(rows, request.GET)
    counts = notices.counts(request.user)
    request.user.unread_count = counts["all"]
    context = {
        "kind": kind,
        "is_new": is_new,
        "kinds": [(key, words, counts[key]) for key, words in notices.KINDS.items()],
        "counts": counts,
        "page": page,
        "until": page.object_list[0].pk if page.object_list else 0,
        "tallies": tallied(request.user) if kind == "verdict" else [],
        "state": state,
        "error": error,
    } | _undoing(request, undoable)
    template = "annotations/inbox.html" + ("#changes" if request.htmx else "")
    return render(request, template, context, status=status)


def _undoing(request, undoable):
    """What was marked as read just now, which the page offers to take back."""
    try:
        at = undoable or moment(request.GET.get("marked", ""))
    except ValueError:
        return {}
    count = Notice.objects.visible_to(request.user).filter(read_at=at).count()
    return {"marked_at": at, "marked": count}


def _mark(request):
    form = MarkForm(request.POST)
    if not form.is_valid():
        return _list(request, status=422, error="This form is incomplete. Nothing was marked.")
    act, data = form.cleaned_data["act"], form.cleaned_data
    rows = Notice.objects.visible_to(request.user)
    at = None
    if act == "all":
        kind = request.GET.get("kind", "")
        at, count = notices.mark_read(notices.of(request.user, kind).filter(pk__lte=data["until"]))
        at = at if count else None
    elif act == "undo":
        rows.filter(read_at=data["at"]).update(read_at=None)
    elif act == "read":
        notices.mark_read(rows.filter(pk__in=data["notice"]))
    else:
        rows.filter(pk__in=data["notice"]).update(read_at=None)
    if request.htmx:
        return _list(request, undoable=at)
    query = request.GET.copy()
    query.pop("marked", None)
    if at:
        query["marked"] = at.isoformat()
    address = reverse("annotations:inbox")
    return redirect(f"{address}?{query.urlencode()}" if query else address)


@never_cache
@require_safe
def notice(request, notice_id):
    """Lead to what a notice is about; opened by somebody, it is read."""
    rows = Notice.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("note__parent", "review"), pk=notice_id)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        notices.mark_read(rows.filter(pk=found.pk))
    return redirect(notices.place(found))


@require_safe
def review_mine(request):
    """What became of one's own work: the verdicts of one's inbox."""
    new = "&new=1" if "new" in request.GET else ""
    return redirect(f"{reverse('annotations:inbox')}?kind=verdict{new}")


@require_safe
def colleague_list(request):
    """Whom a note can mention, for those who type ``@``: names that begin so, at most eight."""
    typed = request.GET.get("q", "")[:100]
    people = User.objects.active().exclude(pk=request.user.pk)
    for word in typed.split():
        people = people.filter(
            Q(username__istartswith=normal_username(word))
            | Q(name__istartswith=word)
            | Q(name__icontains=f" {word}")
        )
    found = people.order_by("name", "username").values("username", "name")[:OFFERED]
    return JsonResponse({"colleagues": list(found)})
