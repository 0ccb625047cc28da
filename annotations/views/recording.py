"""Recording positions, outcome reports and events from the text, with their drafts."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations import recording
from annotations.forms import VersionForm
from annotations.forms_recording import (
    FORMS,
    DraftForm,
    EvidenceForm,
    PositionForm,
    data_of,
    data_of_evidence,
    data_of_span,
)
from annotations.models import Draft, DraftKind
from talks import gate
from talks.claim import claim_of
from talks.models import Article, Event, OutcomeReport, Passage, Position

from . import answers

DISCARDED_SHOWN = 10
TITLES = {
    DraftKind.POSITION: "Record a position",
    DraftKind.OUTCOME: "Record an outcome",
    DraftKind.EVENT: "Record an event",
    "evidence": "Change the evidence",
}


# New ones


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def position_new(request, article_id):
    """Record what a party, or several together, holds of a proposition."""
    return _record(request, article_id, DraftKind.POSITION, _save_position)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def outcome_report_new(request, article_id):
    """Record what an article reports of an outcome."""
    return _record(request, article_id, DraftKind.OUTCOME, _save_report)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def event_new(request, article_id):
    """Record something that happened."""
    return _record(request, article_id, DraftKind.EVENT, _save_event)


def _record(request, article_id, kind, save):
    article = _article(request, article_id)
    if request.method != "POST":
        draft = _draft(request, article)
        data = draft.data if draft else _first_data(request, article)
        form = FORMS[draft.kind if draft else kind](_query_dict(data), article=article)
        return _panel(request, article, form, draft=draft)
    form = FORMS[kind](request.POST, article=article)
    if not form.is_valid():
        return _panel(request, article, form, status=422)
    try:
        act = save(request, article, form)
    except recording.Refused as error:
        return _refused(request, article, form, error)
    return _done(request, article, act, form)


def _save_position(request, article, form):
    data = form.cleaned_data
    return recording.record_position(
        request.user,
        article,
        data["parties"],
        form.fields_of_position,
        data["evidence"],
        speaker=data["affiliation"],
        new=data["new"],
        knowingly=answers.knowingly(request, article),
        key=data["key"],
    )


def _save_report(request, article, form):
    data = form.cleaned_data
    return recording.report_outcome(
        request.user,
        article,
        data["outcome"],
        form.fields_of_report,
        data["sides"],
        data["evidence"],
        knowingly=answers.knowingly(request, article),
        key=data["key"],
    )


def _save_event(request, article, form):
    data = form.cleaned_data
    return recording.record_event(
        request.user,
        article,
        form.fields_of_event,
        data["participants"],
        data["evidence"],
        knowingly=answers.knowingly(request, article),
        key=data["key"],
    )


# Changing and withdrawing


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def position_edit(request, position_id):
    """Change one's own position and its evidence."""
    position = get_object_or_404(_positions(request), pk=position_id)
    article = position.article
    if request.method != "POST":
        if position.withdrawn_at:
            raise Http404
        draft = _draft(request, article)
        form = PositionForm(
            _query_dict(draft.data if draft else data_of(position)),
            article=article,
            position=position,
        )
        return _panel(request, article, form, draft=draft)
    form = PositionForm(request.POST, article=article, position=position)
    if not form.is_valid():
        return _panel(request, article, form, status=422)
    if not form.cleaned_data["version"]:
        form.add_error("version", "This page is incomplete: reload it and try again.")
        return _panel(request, article, form, status=422)
    return _edit(request, position, form)


def _edit(request, position, form):
    article, data = position.article, form.cleaned_data
    try:
        act = recording.edit_position(
            request.user,
            position,
            data["parties"][0],
            form.fields_of_position,
            data["evidence"],
            data["version"],
            speaker=data["affiliation"],
            new=data["new"],
            knowingly=answers.knowingly(request, article),
            key=data["key"],
        )
    except recording.Stale:
        current = _positions(request).get(pk=position.pk)
        return _panel(request, article, form, status=409, current=current)
    except recording.Refused as error:
        return _refused(request, article, form, error)
    return _done(request, article, act, form)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def report_evidence(request, report_id):
    """Change the evidence of one's own outcome report, whose words never change."""
    report = get_object_or_404(_reports(request), pk=report_id)
    return _evidence(request, report, report.article)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def event_evidence(request, event_id):
    """Change the evidence of an event that one recorded; editors that of any."""
    event, article = event_and_article(request, event_id)
    return _evidence(request, event, article)


def _evidence(request, row, article):
    if request.method != "POST":
        if row.withdrawn_at:
            raise Http404
        data = data_of_evidence(row) | {"version": [str(row.version)]}
        return _panel(request, article, EvidenceForm(_query_dict(data), article=article), row=row)
    form = EvidenceForm(request.POST, article=article)
    if not form.is_valid():
        return _panel(request, article, form, status=422, row=row)
    data = form.cleaned_data
    try:
        act = recording.change_evidence(
            request.user,
            row,
            data["evidence"],
            data["version"],
            article=article,
            knowingly=answers.knowingly(request, article),
            key=data["key"],
        )
    except recording.Stale as error:
        return _panel(request, article, form, status=409, row=row, current=error.current)
    except recording.Refused as error:
        return _refused(request, article, form, error, row=row)
    return _done(request, article, act, form)


@require_POST
@vary_on_headers("HX-Request")
def position_withdraw(request, position_id):
    """Take back one's own position."""
    position = get_object_or_404(_positions(request), pk=position_id)
    return _withdraw(request, position, position.article)


@require_POST
@vary_on_headers("HX-Request")
def report_withdraw(request, report_id):
    """Take back one's own outcome report."""
    report = get_object_or_404(_reports(request), pk=report_id)
    return _withdraw(request, report, report.article)


@require_POST
@vary_on_headers("HX-Request")
def event_withdraw(request, event_id):
    """Take back an event that one recorded; editors any."""
    return _withdraw(request, *event_and_article(request, event_id))


def _withdraw(request, row, article):
    form = VersionForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    version = form.cleaned_data["version"]
    try:
        act = recording.withdraw(request.user, row, version, article=article)
    except recording.Stale as error:
        message = f"This was changed in the meantime. It now says: “{error.current}”"
        return answers.refused(request, message=message, status=409)
    except recording.Refused as error:
        return answers.refused(request, message=str(error), status=409)
    return answers.changed(request, article, act)


def _article(request, article_id):
    articles = Article.objects.visible_to(request.user).select_related("round")
    return get_object_or_404(articles, pk=article_id)


def _positions(request):
    return Position.objects.filter(
        coder=request.user, article__in=Article.objects.visible_to(request.user)
    ).select_related(
        "article__round",
        "party",
        "proposition",
        "target_party",
        "affiliation__person",
        "affiliation__party",
    )


def _reports(request):
    return OutcomeReport.objects.filter(
        coder=request.user, article__in=Article.objects.visible_to(request.user)
    ).select_related("article__round", "outcome")


def event_and_article(request, event_id):
    """An event and the article that its first evidence is from."""
    events = Event.objects.all() if request.user.may_edit else request.user.events.all()
    event = get_object_or_404(events, pk=event_id)
    articles = Article.objects.visible_to(request.user).select_related("round")
    article = articles.filter(passages__evidence__event=event).order_by("pk").first()
    if article is None:
        raise Http404
    return event, article


# The panel


def _query_dict(data):
    query = QueryDict(mutable=True)
    for name, values in data.items():
        query.setlist(name, values)
    return query


def _first_data(request, article):
    """What the address asks for: nothing, or the passage ``?start=…&end=…``."""
    if not request.GET.get("start"):
        return {}
    start, end = (answers.query_number(request, name) for name in ("start", "end"))
    if start is None or end is None or not start < end <= len(article.text):
        raise Http404
    return data_of_span(article, start, end)


def _draft(request, article):
    """One's own draft that the address names, if it does."""
    if "draft" not in request.GET:
        return None
    number = answers.query_number(request, "draft")
    if number is None or not 1 <= number <= gate.LARGEST_ID:
        raise Http404
    return get_object_or_404(_drafts(request, article), pk=number)


def _drafts(request, article):
    return Draft.objects.visible_to(request.user).filter(article=article).kept()


def _listed_drafts(request, article):
    """What the list of drafts shows: those that are kept, and the last ones that were discarded."""
    own = Draft.objects.visible_to(request.user).filter(article=article)
    return {
        "drafts": own.kept().newest_first(),
        "discarded": own.discarded()[:DISCARDED_SHOWN],
    }


def _refused(request, article, form, error, **shown):
    """The form with what was typed, and why it cannot be done."""
    form.add_error(None, str(error))
    status = 409 if isinstance(error, recording.Superseded) else 422
    return _panel(request, article, form, status=status, **shown)


def _panel(request, article, form, *, status=200, draft=None, current=None, row=None):
    """The form with what was typed, and with what is wrong with it where it was refused."""
    position = getattr(form, "position", None)
    if current is not None:
        form.data = form.data.copy()
        form.data["version"] = current.version
    if not form.data.get("key"):
        form.data = form.data.copy()
        form.data["key"] = str(draft.key if draft else gate.KeyField().clean(""))
    title = "Change a position" if position else TITLES[form.kind]
    context = {
        "article": article,
        "form": form,
        "known": form.known,
        "title": title,
        "is_refused": status != 200 and current is None,
        "draft": draft,
        "position": position,
        "row": row,
        "current": current,
        "differences": _differences(current, form) if position and current else [],
        "kinds": [(kind, kind.label, reverse(kind.page, args=[article.pk])) for kind in DraftKind],
    } | _listed_drafts(request, article)
    template = "annotations/recording.html"
    if request.htmx:
        template += "#panel"
    return render(request, template, context, status=status)


def _differences(current, form):
    """Fields that stand otherwise than typed: their label, what stands there, what was typed."""
    stands = _query_dict(data_of(current))
    names = [name for name in stands if name in form.fields and name != "version"]
    pairs = [(form[name].label, stands.get(name, ""), form.data.get(name, "")) for name in names]
    pairs.insert(0, ("Party", stands["party"], form.first_party))
    found = [pair for pair in pairs if pair[1] != pair[2]]
    passages = [data.getlist("evidence_exact") for data in (stands, form.data)]
    if sorted(passages[0]) != sorted(passages[1]):
        found.append(("Evidence", *(" · ".join(words) for words in passages)))
    return [("Claim", claim_of(current), form.claim), *found]


def _done(request, article, act, form):
    start, end, _ = form.cleaned_data["evidence"][0]
    passage = Passage.objects.at(article, start, end)
    return answers.changed(request, article, act, recorder_is_done=True, passage=passage)


# Drafts


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def draft_list(request, article_id):
    """One's own drafts in an article; a POST of the panel's script keeps one."""
    article = _article(request, article_id)
    if request.method == "POST":
        return _save_draft(request, article)
    if not request.htmx:
        return redirect("annotations:position_new", article.pk)
    return _draft_list(request, article)


def _draft_list(request, article):
    context = {"article": article} | _listed_drafts(request, article)
    return render(request, "annotations/recording.html#drafts", context)


def _save_draft(request, article):
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    data = form.cleaned_data
    position = None
    if data["position"]:
        position = get_object_or_404(_positions(request), pk=data["position"])
    try:
        draft = recording.save_draft(
            request.user,
            article,
            data["kind"],
            data["data"],
            key=data["key"],
            version=data["version"],
            summary=data["summary"],
            position=position,
        )
    except recording.Submitted:
        return HttpResponse(status=204)
    except recording.Stale as error:
        return JsonResponse(_told(error.current), status=409)
    return JsonResponse(_told(draft))


def _told(draft):
    return {
        "id": draft.pk,
        "version": draft.version,
        "summary": draft.summary,
        "url": draft.get_absolute_url(),
    }


@require_POST
@vary_on_headers("HX-Request")
def draft_discard(request, draft_id):
    """Put one's own draft aside; the list of drafts offers to bring it back."""
    draft = get_object_or_404(Draft.objects.visible_to(request.user), pk=draft_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    try:
        recording.discard_draft(request.user, draft, form.cleaned_data["version"])
    except recording.Stale:
        message = "This draft was continued in the meantime. Look at it before you discard it."
        return answers.refused(request, message=message, status=409)
    if request.htmx:
        return _draft_list(request, draft.article)
    messages.success(request, "Draft discarded. The list of drafts brings it back.")
    return redirect("annotations:draft_list", draft.article_id)


@require_POST
@vary_on_headers("HX-Request")
def draft_restore(request, draft_id):
    """Bring one's own draft back that was discarded."""
    draft = get_object_or_404(Draft.objects.visible_to(request.user), pk=draft_id)
    recording.restore_draft(request.user, draft)
    if request.htmx:
        return _draft_list(request, draft.article)
    return redirect("annotations:draft_list", draft.article_id)
