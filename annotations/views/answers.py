"""How the reader's writes are answered: with the parts that changed, or with a redirect."""

import re
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect, render

from accounts.returning import asked_for, came_from
from annotations import coding, notices
from annotations.forms import FindForm
from annotations.reading import Filters, Reading

PLACE = re.compile(r"(?P<start>[0-9]{1,9})-(?P<end>[0-9]{1,9})")
UNCHANGED = "Nothing changed: it was so already."
KNOWINGLY = "superseded_articles"  # in the session: those worked on though they are superseded


def works_on_superseded(request, article):
    """Whether this person has said that they mean the old version."""
    return article.pk in request.session.get(KNOWINGLY, [])


def knowingly(request, article):
    """Whether what is sent is meant for this article even if it is superseded.

    A note on a tag has no article.
    """
    is_said = request.POST.get("superseded") == "1"
    return is_said or (article is not None and works_on_superseded(request, article))


def ask_for_old(form, error):
    """Have a form of words ask, beside what was typed, whether the old version is meant."""
    form.add_error("text", str(error))
    form.asks_for_old = True


def filters_of(request):
    """The filters of the page that a person is looking at."""
    if request.htmx and request.htmx.current_url:
        return Filters.from_query(QueryDict(urlsplit(request.htmx.current_url).query))
    return Filters.from_query(request.GET)


def found_in(request, article):
    """The places that the page marks as found, by ``?find=`` or ``?at=``: (name, start, end)."""
    query = request.GET
    if request.htmx and request.htmx.current_url:
        query = QueryDict(urlsplit(request.htmx.current_url).query)
    if query.get("find"):
        form = FindForm(query, article=article)
        spans = form.spans if form.is_valid() else []
        return [(f"found-{number}", *span) for number, span in enumerate(spans, 1)]
    place = PLACE.fullmatch(query.get("at", ""))
    if place is None:
        return []
    start, end = int(place["start"]), int(place["end"])
    return [("found", start, end)] if start < end <= len(article.text) else []


def since(request):
    """The act that the page in the browser knows last, as its scripts say; None without them."""
    value = request.POST.get("since") or request.GET.get("since") or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def changed(request, article, act, *, desk_is_done=False, recorder_is_done=False, passage=None):
    """What changed on the reader's page; without htmx, a redirect back into the article."""
    if not request.htmx:
        if act is not None:
            messages.success(request, f"{act.summary}.", extra_tags="act")
            warn_of_not_told(request, act)
        else:
            messages.info(request, UNCHANGED)
        return redirect(_place(article, passage))
    found = found_in(request, article)
    reading = Reading(article, request.user, filters_of(request), found=found)
    known = since(request)
    if known is None:
        known = act.pk - 1 if act is not None else reading.cursor
    context = {
        "reading": reading,
        "article": article,
        "changes": reading.changes_since(known),
        "told": f"{act.summary}." if act else UNCHANGED,
        "not_told": notices.not_told_by(act),
        "works_on_superseded": works_on_superseded(request, article),
        "is_saved": True,
        "desk_is_done": desk_is_done,
        "recorder_is_done": recorder_is_done,
    } | undoing(request.user)
    return render(request, "annotations/reader.html#changes", context)


def warn_of_not_told(request, act):
    """Tell the author of a note, on the next page, whom it names in vain."""
    for sentence in notices.not_told_by(act):
        messages.warning(request, sentence)


def undoing(user):
    """What Ctrl+Z and Ctrl+Shift+Z would take back and do again."""
    undoable, redoable = coding.last_acts(user)
    return {"undoable": undoable, "redoable": redoable}


def refused(request, form=None, message="", *, status=422, where="#messages", back=""):
    """Say why nothing was done: for htmx in the page at ``where``, else on a page of its own.

    That leads ``back`` to the list that the request came from, else to the page it came from.
    """
    back = back or asked_for(request) or came_from(request)
    if form is not None:
        errors = [error for errors in form.errors.values() for error in errors]
    else:
        errors = [message]
    context = {"errors": list(dict.fromkeys(errors)), "form": form, "where": where, "back": back}
    template = "annotations/refused.html"
    if request.htmx:
        template += "#message"
    return render(request, template, context, status=status)


def _place(article, passage):
    if passage is None:
        return article.get_absolute_url()
    return f"{article.get_absolute_url()}?passage={passage.pk}#passage-{passage.pk}"


def query_number(request, name):
    """A number of the address's query, or None where there is none that could be a key."""
    value = parse_qs(request.META.get("QUERY_STRING", "")).get(name, [""])[0]
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
