"""Review: the queue of what waits for an editor, one piece of work, what became of one's own."""

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from annotations import coding, live, past, reviewing
from annotations import queue as waiting
from annotations.disagreements import disagreement_of
from annotations.forms import NoteForm
from annotations.forms_review import VERSIONED, QueueForm, SettleForm, VerdictForm
from annotations.items import Kind, article_of, code_of, line
from annotations.models import Visibility
from annotations.showing import Shown, meanwhile, usual_reasons
from talks.models import Article

from . import answers


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def review_queue(request):
    """What waits for review, one piece at a time; a POST gives a verdict, or settles."""
    if not request.user.may_edit:
        raise Http404
    if request.method == "POST":
        return _judge(request)
    if request.htmx and "seen" in request.GET:
        return _live(request)
    return _queue(request)


def _queue(request, *, status=200, form=None, stale=(), query=None, act=None):
    """The queue at the address's query, or at ``query``; ``form`` is what was refused."""
    state = live.state(request.user)
    asked = QueueForm(request.GET if query is None else query, user=request.user)
    context = _waiting(asked)
    listed = context["listed"]
    row = _still_there(form, stale) if stale else _chosen(asked, request.user)
    row = row or (listed[0][0] if listed else None)
    shown = Shown(row, request.user) if row else None
    disagreement = disagreement_of(row, request.user) if row else None
    together = waiting.joint_with(row, request.user) if row and not disagreement else []
    context |= {
        "state": state,
        "chosen": _still_chosen(form, stale),
        "key": uuid.uuid4(),
        "bulk_key": uuid.uuid4(),
        "shown": shown,
        "seen": shown and f"{shown.code}.{shown.row.version}",
        "disagreement": disagreement,
        "together": [(one, line(one), _is_kept(one, form)) for one in together],
        "mine_in_it": disagreement and disagreement.involves(request.user),
        "form": form,
        "of": _form_of(form, shown),
        "stale": meanwhile(stale, form.cleaned_data["work"]) if stale else [],
        "usual": usual_reasons(),
        "act": act,
    }
    context |= _undoing(request.user)
    template = "annotations/review_queue.html" + ("#queue" if request.htmx else "")
    if status == 200 and asked.errors:
        status = 422
    return render(request, template, context, status=status)


def _waiting(asked):
    """What of the queue stands beside the work shown."""
    found = asked.queue()
    listed = found.window()
    waiting.with_headlines([row for row, _ in listed])
    return {
        "asked": asked,
        "query": asked.data,
        "listed": listed,
        "lines": [(one, code_of(one), line(one), disputed) for one, disputed in listed],
        "count": found.count(),
        "left": found.count_left() if found.wanted.after else None,
    }


def _live(request):
    """What came in since the page was drawn: the list, and word of the work that it shows.

    The work itself stays as its editor sees it, and so does what they type.
    """
    state = live.state(request.user)
    query = request.GET.copy()
    seen = VERSIONED.fullmatch(query.pop("seen")[-1])
    asked = QueueForm(query, user=request.user)
    context = _waiting(asked) | {"state": state, "news": None, "seen": seen and seen[0]}
    if seen and (row := _chosen(asked, request.user)):
        context["shown"] = Shown(row, request.user)
        if row.version != int(seen[3]):
            context["news"] = context["shown"]
    return render(request, "annotations/review_queue.html#changes", context)


def _undoing(user):
    """One's last verdict, and what it was on, the first of several; what was undone last."""
    undoable, redoable = coding.last_acts(user, in_review=True)
    found = {"undoable": undoable, "redoable": redoable}
    if undoable:
        judged = [one["after"] for one in undoable.changes if one["model"] == "review"]
        if judged:
            codes = [f"{k}-{pk}" for k in Kind.values if (pk := judged[0][f"{k}_id"])]
            found["undone_item"] = codes[0]
    return found


def _chosen(asked, user):
    """The piece of work that the address names, if this person may see it."""
    if not (place := asked.cleaned_data.get("item")):
        return None
    kind, pk = place
    return kind.visible_to(user).filter(pk=pk).first()


def _still_there(form, stale):
    """What to show where a verdict came too late: a part that stands as it did, if one does."""
    gone = set(map(code_of, stale))
    seen = [row for row, _ in form.cleaned_data["work"]] if isinstance(form, SettleForm) else []
    return next((row for row in seen if code_of(row) not in gone), stale[0])


def _form_of(form, shown):
    """Which of the page's forms was refused: "one", "several", "none" of them, or ""."""
    if form is None:
        return ""
    if len(form.cleaned_data.get("work", [])) > 1 and not form.is_one:
        return "several"
    return "one" if shown and shown.may_judge and form.cleaned_data.get("work") else "none"


def _is_kept(row, form):
    """Whether a row of a joint statement is to be judged with it, as far as somebody said so."""
    if form is None or not form.is_one:
        return True
    return any(row == one for one, _ in form.cleaned_data.get("work", []))


def _still_chosen(form, stale):
    """The codes of what was chosen for one verdict on several, but those that changed since."""
    chosen = form.cleaned_data.get("work", []) if form is not None else []
    if len(chosen) < 2 or form.is_one:
        return set()
    return {code_of(row) for row, _ in chosen} - {code_of(row) for row in stale}


def _judge(request):
    settles = "holds" in request.POST
    form = (SettleForm if settles else VerdictForm)(request.POST, user=request.user)
    if not form.is_valid():
        rows = [row for row, _ in form.cleaned_data.get("work", [])]
        return _queue(request, status=422, form=form, query=_query(request, form, rows))
    data = form.cleaned_data
    try:
        act = _settle(request, data) if settles else _verdict(request, data)
    except coding.Stale as error:
        return _queue(request, status=409, form=form, stale=_visible(request, error.rows))
    except coding.Refused as error:
        form.add_error(None, str(error))
        rows = [row for row, _ in data["work"]]
        return _queue(request, status=409, form=form, query=_query(request, form, rows))
    return _after(request, form, act)


def _verdict(request, data):
    return reviewing.give_verdicts(
        request.user, data["work"], data["decision"], reason=data["why"], key=data["key"]
    )


def _settle(request, data):
    return reviewing.settle(
        request.user, data["work"], data["holds"], reason=data["why"], key=data["key"]
    )


def _visible(request, rows):
    articles = Article.objects.visible_to(request.user)
    keys = {article_of(row).pk for row in rows}
    visible = set(articles.filter(pk__in=keys).values_list("pk", flat=True))
    return [row for row in rows if article_of(row).pk in visible]


def _query(request, form, rows):
    """The address's query, with the one piece of work that was to be judged shown again."""
    query = request.GET.copy()
    if len(rows) == 1 or (rows and form.is_one):
        query["item"] = code_of(rows[0])
    return query


def _after(request, form, act):
    """The next piece of work: behind what was judged, where one alone was."""
    query = request.GET.copy()
    query.pop("item", None)
    judged = form.cleaned_data["work"]
    if len(judged) == 1 or form.is_one:
        query["after"] = code_of(judged[0][0])
    address = reverse("annotations:review_queue") + (f"?{query.urlencode()}" if query else "")
    if not request.htmx:
        return redirect(address)
    response = _queue(request, query=query, act=act)
    response["HX-Push-Url"] = address
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def review_item(request, kind, item_id):
    """What became of one piece of work: its verdicts and notes; a POST writes a note."""
    row = get_object_or_404(kind.visible_to(request.user), pk=item_id)
    form = NoteForm(request.POST or None)
    is_valid = request.method == "POST" and form.is_valid()
    status = 422 if form.errors else 200
    if is_valid:
        data, article = form.cleaned_data, article_of(row)
        try:
            act = coding.write_note(
                request.user,
                data["text"],
                Visibility.TEAM,
                article=article,
                work=row,
                knowingly=answers.knowingly(request, article),
                key=data["key"],
            )
        except coding.Superseded as error:
            answers.ask_for_old(form, error)
            status = 409
        else:
            answers.warn_of_not_told(request, act)
            return redirect(f"{request.path}#notes")
    shown = Shown(row, request.user)
    context = {"shown": shown, "form": form, "history": past.address_of_row(row)}
    return render(request, "annotations/review_item.html", context, status=status)
