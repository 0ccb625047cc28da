"""A new version of an article: putting it in the place of the old one, and what goes over."""

from collections import Counter

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations import carrying
from annotations.carry_cards import cards
from annotations.forms_carrying import CarryForm, DropForm, SupersedeForm
from annotations.in_use import left_behind
from annotations.models_carrying import DECIDED, Carry, CarryStatus
from talks.access import public_reading
from talks.differences import differences, shortened
from talks.filters import OFFERED
from talks.loading import ALIKE
from talks.models import Article, Fingerprint

from . import answers

PAGE = 20
LONG = 20_000  # code points of both versions; in longer ones what stayed is shown around changes
AROUND = 300
NO_CANDIDATE = (
    "It cannot take the place of that article: that has to be a published one of the same round"
    " that no other has superseded."
)


@require_http_methods(["GET", "HEAD", "POST"])
def article_supersede(request, article_id):
    """Choose the article that this one supersedes, see what will go over, and do it."""
    articles = Article.objects.editable_by(request.user).select_related("round")
    article = get_object_or_404(articles, pk=article_id)
    candidates = carrying.supersedable_by(article).for_lists().newest_first()
    form = SupersedeForm(request.POST or None, candidates=candidates)
    context = {"article": article, "has_candidates": candidates.exists(), "form": form}
    if request.method != "POST":
        if "old" not in request.GET:
            context |= _offered(article, candidates, request.GET.get("words", "").strip()[:200])
            return render(request, "annotations/article_supersede.html", context)
        old = candidates.filter(pk=answers.query_number(request, "old")).first()
        context |= (
            {"problem": NO_CANDIDATE} if old is None else _foreseen(request.user, article, old)
        )
        status = 422 if old is None else 200
        return render(request, "annotations/article_supersede.html", context, status=status)
    if article.supersedes_id:
        return redirect("annotations:carry_list", article.pk)
    if not form.is_valid():
        return render(request, "annotations/article_supersede.html", context, status=422)
    data = form.cleaned_data
    try:
        act = carrying.supersede(
            request.user, article, data["old"], data["version"], key=data["key"]
        )
    except (carrying.Refused, carrying.Stale) as error:
        context |= {"problem": str(error), "article": articles.get(pk=article.pk)}
        return render(request, "annotations/article_supersede.html", context, status=409)
    if act is not None:
        messages.success(request, f"{act.summary}.")
    return redirect("annotations:carry_list", article.pk)


def _offered(article, candidates, words):
    """Which articles to choose from: those much like this one, and the newest with these words."""
    alike = [one.pk for one, _ in Fingerprint.objects.like(article.text, least=ALIKE)]
    by_key = candidates.in_bulk(alike)
    others = candidates.exclude(pk__in=by_key)
    if words:
        others = others.filter(Q(title__icontains=words) | Q(title="", opening__icontains=words))
    newest = list(others[: OFFERED + 1])
    return {
        "alike": [by_key[key] for key in alike if key in by_key],
        "newest": newest[:OFFERED],
        "has_more": len(newest) > OFFERED,
        "words": words,
    }


def _foreseen(user, article, old):
    found = carrying.foresee(old, article, carrying.passages_in_use(old).visible_to(user))
    counts = Counter("sure" if match.is_sure else match.kind.value for _, match in found)
    unsure = counts["unchanged"] + counts["moved"]
    return {
        "old": old,
        "total": len(found),
        "sure": counts["sure"],
        "unsure": unsure,
        "reworded": counts["reworded"],
        "lost": counts["lost"],
    } | _differing(old, article)


def _differing(old, article, is_whole=False):
    """How two versions differ, of long ones what stands around each change alone."""
    pieces = differences(old.text, article.text)
    is_short = not is_whole and len(old.text) + len(article.text) > LONG
    return {"pieces": shortened(pieces, AROUND) if is_short else pieces, "is_short": is_short}


@public_reading
@require_safe
def version_differences(request, article_id):
    """What changed between an article and the one that it supersedes, as marked text."""
    visible = Article.objects.visible_to(request.user)
    article = get_object_or_404(visible.exclude(supersedes=None), pk=article_id)
    old = get_object_or_404(visible, pk=article.supersedes_id)
    context = {"article": article, "old": old}
    context |= _differing(old, article, is_whole="whole" in request.GET)
    return render(request, "annotations/version_differences.html", context)


@require_safe
def carry_list(request, article_id):
    """The passages of the old version: what waits for a look, and what became of the others."""
    return _carry_list(request, _superseding(request, article_id))


def _superseding(request, article_id):
    articles = Article.objects.visible_to(request.user).exclude(supersedes=None)
    return get_object_or_404(articles.select_related("supersedes"), pk=article_id)


def _carry_list(request, article, *, refused=None, status=200):
    """The list; ``refused`` is a pair of a carry and its bound form, which stands in the list."""
    carries = Carry.objects.visible_to(request.user).filter(article=article)
    counts = Counter(carries.values_list("status", flat=True))
    chosen = refused[0].status if refused else request.GET.get("status", CarryStatus.WAITING)
    if chosen not in CarryStatus:
        raise Http404
    rows = carries.filter(status=chosen).in_reading_order()
    number = _page_of(rows, refused[0]) if refused else request.GET.get("page")
    whole = None
    if "whole" in request.GET:
        whole = get_object_or_404(carries, pk=answers.query_number(request, "whole"))
        chosen, rows = whole.status, carries.filter(pk=whole.pk).in_reading_order()
    page = Paginator(rows.select_related("passage", "target", "decided_by"), PAGE)
    page = page.get_page(number)
    context = {
        "article": article,
        "old": article.supersedes,
        "page": page,
        "cards": cards(request.user, article, page.object_list, refused),
        "chosen": CarryStatus(chosen),
        "choices": [(one, one.label, counts[one]) for one in CarryStatus],
        "decided": sum(counts[one] for one in DECIDED),
        "asked": sum(counts[one] for one in (CarryStatus.WAITING, *DECIDED)),
        "whole": whole,
        "back_to_list": _going_on(request.user, whole) if whole else None,
        "total": sum(counts.values()),
        "refused": refused,
        "left_behind": left_behind(article.supersedes, article).visible_to(request.user).count(),
        "back": _place(article, whole, page.number),
    } | answers.undoing(request.user)
    return render(request, "annotations/carry_list.html", context, status=status)


@require_POST
def carry_settle(request, carry_id):
    """Put the work on a passage on the words proposed, or on other words of the new version."""
    carry = _open_carry(request, carry_id)
    form = CarryForm(request.POST, carry=carry)
    if not form.is_valid():
        return _carry_list(request, carry.article, refused=(carry, form), status=422)
    data = form.cleaned_data
    return _decided(
        request, carry, form,
        lambda: carrying.settle(
            request.user, carry, *form.span, data["version"], key=data["key"]
        ),
    )  # fmt: skip


@require_POST
def carry_drop(request, carry_id):
    """Leave the work on a passage on the old version."""
    carry = _open_carry(request, carry_id)
    form = DropForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    data = form.cleaned_data
    return _decided(
        request, carry, None,
        lambda: carrying.drop(request.user, carry, data["version"], key=data["key"]),
    )  # fmt: skip


def _open_carry(request, carry_id):
    carries = Carry.objects.visible_to(request.user)
    return get_object_or_404(
        carries.select_related("passage__article", "article__supersedes"), pk=carry_id
    )


def _decided(request, carry, form, act):
    """Do it and go on with the next; a decision somebody else has made is shown instead."""
    try:
        done = act()
    except carrying.Stale as error:
        refused = (error.current, form)
        return _carry_list(request, carry.article, refused=refused, status=409)
    except carrying.Refused as error:
        return answers.refused(request, message=str(error), status=409)
    if done is not None:
        messages.success(request, f"{done.summary}.", extra_tags="act")
    return redirect(_going_on(request.user, carry))


def _place(article, whole=None, number=1):
    """The address of the list of what waits, of a page of it, or of one passage of it."""
    place = reverse("annotations:carry_list", args=[article.pk])
    query = {"whole": whole.pk} if whole else {"page": number} if number > 1 else {}
    return f"{place}?{urlencode(query)}" if query else place


def _going_on(user, carry):
    """Where a passage stands in what waits, or the next behind it, or else what waits first."""
    waiting = Carry.objects.visible_to(user).waiting().filter(article=carry.article_id)
    waiting = waiting.in_reading_order()
    behind = waiting.behind(carry.passage)
    one = waiting.filter(pk=carry.pk).first() or behind.first() or waiting.first()
    if one is None:
        return _place(carry.article)
    return f"{_place(carry.article, number=_page_of(waiting, one))}#carry-{one.pk}"


def _page_of(rows, carry):
    """The number of the page on which one of ``rows``, in reading order, stands."""
    return (rows.count() - rows.behind(carry.passage).count() - 1) // PAGE + 1


def place_after(user, act, page):
    """Where one goes on in ``page`` after undoing: in the list of what waits, at its passage."""
    keys = [row["pk"] for row in act.changes if row["model"] == "carry"]
    carries = Carry.objects.visible_to(user).filter(pk__in=keys).select_related("passage")
    if len(keys) == 1 and (carry := carries.first()) and page.startswith(_place(carry.article)):
        return _going_on(user, carry)
    return page


@require_POST
def carry_look_again(request, article_id):
    """Look for what is said of the old version and was never looked for in this one."""
    article = _superseding(request, article_id)
    act = carrying.look_again(request.user, article)
    if act is None:
        messages.info(request, answers.UNCHANGED)
    else:
        messages.success(request, f"{act.summary}.", extra_tags="act")
    return redirect(_place(article))


@require_POST
def work_on_superseded(request, article_id):
    """Go on working on a superseded version, knowingly; asked once a session."""
    articles = Article.objects.visible_to(request.user)
    article = get_object_or_404(articles.exclude(superseded_by=None), pk=article_id)
    known = set(request.session.get(answers.KNOWINGLY, []))
    request.session[answers.KNOWINGLY] = sorted(known | {article.pk})
    return redirect(article)
