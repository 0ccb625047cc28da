"""How articles come in: the page that takes files and texts, and the page that prepares one."""

import contextlib
import functools
import re
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from .. import batches, fetching, importing, loading, pieces, tables
from .. import text as plain_text
from ..differences import differences, shortened
from ..extracting import Reader, Unreadable, encodings
from ..forms import clean_language
from ..forms_loading import IntakeForm, NewArticleForm, RereadForm
from ..models import (
    Article,
    ArticleStatus,
    Batch,
    Fingerprint,
    Intake,
    IntakeStatus,
    Origin,
    Original,
    Table,
)
from ..uploads import SpoolUploadHandler
from .editing import only_admins

GET_OR_POST = ["GET", "HEAD", "POST"]
COMPARED = 2_000_000  # code points of two texts that are compared word by word
LONG = 20_000  # code points of two texts of which not all that stayed is shown
AROUND = 300  # code points of what stayed beside each change
PIECES = 500  # paragraphs on a page
SENTENCES = 100  # before which one can be split by a press
LISTED, LATEST = 50, 10  # of what waits, and of batches
SHOWN = 200_000  # code points of a source beside its preview
WITH_SOURCE = {"text", "markdown", "html"}
# These are shown as they looked, in a frame of its own in which nothing acts.
FRAMED = {"html", "docx", "odt", "epub", "pdf"}
# Of our origin, so that its style and the pictures of pages come; but without scripts.
FRAME = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'self';"
    " sandbox allow-same-origin"
)


def takes_uploads(view):
    """Admit admins before their files are read, which may be many; then check the form's token."""

    @csrf_exempt
    @functools.wraps(view)
    def admitted(request, *args, **kwargs):
        only_admins(request.user)
        with contextlib.closing(SpoolUploadHandler(request)) as handler:
            if request.content_type == "multipart/form-data":  # other forms the gate has read
                request.upload_handlers = [handler]
            return csrf_protect(view)(request, *args, **kwargs)

    return admitted


@require_http_methods(GET_OR_POST)
@takes_uploads
@vary_on_headers("HX-Request")
def article_new(request):
    """Take in a pasted text or files; what cannot be read is refused with its reason."""
    is_sent = request.method == "POST"
    form = NewArticleForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    waiting = Intake.objects.visible_to(request.user).open().for_lists().newest_first()
    begun = Batch.objects.visible_to(request.user).newest_first()
    context = {
        "form": form,
        "page": Paginator(waiting, LISTED).get_page(request.GET.get("page")),
        "tables": Table.objects.visible_to(request.user).open().newest_first()[:LISTED],
        "batches": begun if "batches" in request.GET else begun[:LATEST],
        "more_batches": max(0, begun.count() - LATEST),
    }
    status = 200
    if form.is_valid():
        try:
            begun = begin(request.user, form)
        except (Unreadable, importing.ArticleRefused, fetching.NotFetched) as error:
            context |= {"refusal": error, "proposals": getattr(error, "proposals", ())}
            status = 422
        except loading.AlreadyHere as found:
            context["found"] = found
            status = 409
        else:
            return onward(request, begun.get_absolute_url())
    elif form.is_bound:
        status = 422
    template = "talks/article_new.html"
    if request.htmx:
        template += "#answer"
    return render(request, template, context, status=status)


def begin(user, form):
    """The intake, the batch of many or the table that was sent; raises what its maker does."""
    sent = form.cleaned_data
    if sent["files"] and tables.is_table(sent["files"][0].name):
        [file] = sent["files"]
        return tables.begin(
            user,
            file.read(tables.TABLE_BYTES + 1),
            name=file.name,
            key=sent["key"],
            encoding=sent["encoding"],
            round=sent["round"],
            language=sent["language"],
            status=sent["status"],
            prepares=sent["many"] == "prepare",
        )
    if len(sent["files"]) > 1 or any(map(batches.is_archive, sent["files"])):
        first, count = sent["files"][0].name, len(sent["files"])
        return batches.begin(
            user,
            batches.unpacked(sent["files"]),
            key=sent["key"],
            name=first if count == 1 else f"{first} and {count - 1} more",
            round=sent["round"],
            language=sent["language"],
            status=sent["status"],
            prepares=sent["many"] == "prepare",
        )
    common = {"key": sent["key"], "defaults": form.defaults()}
    with Reader() as reader:
        if sent["files"]:
            [file] = sent["files"]
            return loading.begin(
                user,
                file.read(loading.FILE_BYTES + 1),
                name=file.name,
                origin=Origin.UPLOAD,
                reader=reader,
                encoding=sent["encoding"],
                **common,
            )
        if sent.get("address"):
            page = fetching.fetch(sent["address"])
            return loading.begin(
                user,
                page.content,
                name=page.address,
                origin=Origin.ADDRESS,
                reader=reader,
                media_type=page.media_type,
                declared=page.charset,
                encoding=sent["encoding"],
                **common,
            )
        content = importing.sound_text(sent["paste"]).encode()
        return loading.begin(
            user,
            content,
            name=plain_text.first_words(sent["paste"][:2000]),
            origin=Origin.PASTE,
            reader=reader,
            format=sent["paste_format"] or ("html" if loading.is_page(content) else "text"),
            encoding="utf-8",
            **common,
        )


def onward(request, address):
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_http_methods(GET_OR_POST)
@csp_override(settings.SECURE_CSP | {"frame-src": [CSP.SELF]})
@vary_on_headers("HX-Request")
def intake_detail(request, intake_id):
    """Prepare an article: its paragraphs as they will be frozen, and what is known of it."""
    intakes = Intake.objects.visible_to(request.user).with_original().select_related("article")
    intake = get_object_or_404(intakes, pk=intake_id)
    if request.method != "POST":
        form = IntakeForm(fields=intake.fields, version=intake.version)
        return preparing(request, intake, form)
    form = IntakeForm(request.POST, fields=intake.fields, version=intake.version)
    form.is_valid()
    if "version" in form.errors:
        return preparing(request, intake, form, status=422)
    action, _, detail = request.POST.get("do", "save").partition("-")
    if action not in ACTIONS:
        raise Http404
    try:
        return ACTIONS[action](request, intake, form, detail)
    except loading.Stale as stale:
        is_repeated = action == "load" and form.typed() == stale.current.fields
        if stale.current.status == IntakeStatus.LOADED and is_repeated:
            return onward(request, stale.current.article.get_absolute_url())
        return preparing(
            request,
            stale.current,
            IntakeForm(form.over_version(stale.current.version), fields=stale.current.fields),
            status=409,
            differences=unlike(form, stale.current),
            is_stale=True,
            is_closed=stale.current.status != IntakeStatus.OPEN,
        )
    except pieces.NoSuchPiece as error:
        said = f"{error} Nothing was changed."
        number = request.POST.get("open") or detail.partition("-")[0]
        split = whole_number(number) if action in SPLITS else None
        return preparing(request, intake, form, status=422, refusal=said, split=split)
    except (Unreadable, importing.ArticleRefused) as error:
        return preparing(request, intake, form, status=422, refusal=error)
    except loading.AlreadyHere as found:
        return preparing(request, intake, form, status=409, refusal=found.message)
    except loading.Alike as alike:
        return preparing(request, intake, form, status=422, refusal=alike)


def unlike(form, current):
    """What is stored and what was typed, where they differ, as (label, stored, typed)."""
    typed = form.typed()
    stored = {name: current.fields.get(name, "") for name in typed}
    return [
        (form[name].label, form.shown(name, stored[name]), form.shown(name, typed[name]))
        for name in typed
        if stored[name] != typed[name]
    ]


# What can be done on the page, by the first word of the button that was pressed.


def save(request, intake, form, _):
    current = loading.change(intake, form.cleaned_data["version"], fields=form.typed())
    return changed(request, current, "Saved.", ticked=ticked(request))


def enter(request, intake, form, detail):
    """What Enter in a field does: split before the words that are typed, else save."""
    if request.POST.get("words", "").strip():
        return split_before(request, intake, form, request.POST.get("open", ""))
    return save(request, intake, form, detail)


def turn(request, intake, form, detail):
    """Save, and show the paragraphs from another one on."""
    number = piece_number(detail)
    current = loading.change(intake, form.cleaned_data["version"], fields=form.typed())
    return changed(request, current, "Saved.", at=number)


def arrange(request, intake, form, how, said, *, at, follow=None):
    """Change how the paragraphs stand. Those that are ticked stay so, wherever they are then."""
    numbers = ticked(request) if follow is None else follow

    def layout(current):
        nonlocal numbers
        current, numbers = pieces.followed(current, numbers, how)
        return current

    version = form.cleaned_data["version"]
    current = loading.change(intake, version, fields=form.typed(), layout=layout)
    return changed(request, current, said, at=at, ticked=numbers)


def set_kept(kept, said):
    """An action on the piece whose number stands in the button's name, or on those ticked."""

    def act(request, intake, form, detail):
        numbers = [piece_number(detail)] if detail else ticked(request)
        if not numbers:
            raise pieces.NoSuchPiece("Tick the paragraphs first.")
        return arrange(
            request,
            intake,
            form,
            lambda layout: pieces.set_kept(layout, numbers, kept),
            said,
            at=min(numbers),
            follow=None if detail else (),
        )

    return act


def join(request, intake, form, detail):
    number = piece_number(detail)
    kept = [piece["kept"] for piece in intake.layout["pieces"][:number]]
    return arrange(
        request,
        intake,
        form,
        lambda layout: pieces.joined(layout, number),
        "Joined.",
        at=len(kept) - 1 - kept[::-1].index(True) if True in kept else number,
    )


def open_split(request, intake, form, detail):
    """Save, and show where a paragraph can be split."""
    number = piece_number(detail)
    if number >= len(intake.layout["pieces"]):
        raise pieces.NoSuchPiece
    current = loading.change(intake, form.cleaned_data["version"], fields=form.typed())
    said = "Choose where the new paragraph begins."
    return changed(request, current, said, at=number, split=number, ticked=ticked(request))


def split(request, intake, form, detail):
    number, _, offset = detail.partition("-")
    number, offset = piece_number(number), piece_number(offset)
    return divide(request, intake, form, number, lambda _: offset)


def split_before(request, intake, form, detail):
    """Split before the words that were typed."""
    number, words = piece_number(detail), request.POST.get("words", "")
    place = functools.partial(pieces.place_of, number=number, words=words)
    return divide(request, intake, form, number, place)


def divide(request, intake, form, number, place):
    def how(layout):
        return pieces.split(layout, number, place(layout))

    return arrange(request, intake, form, how, "The paragraph is split.", at=number + 1)


def ticked(request):
    return [piece_number(one) for one in request.POST.getlist("piece")]


def piece_number(text):
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise pieces.NoSuchPiece
    return int(text)


def undo(request, intake, form, _):
    current = loading.undo(intake, form.cleaned_data["version"], fields=form.typed())
    return changed(request, current, "Undone.")


def begin_again(request, intake, form, _):
    """The paragraphs as they were read."""
    said = "All paragraphs stand as they were read."
    return arrange(request, intake, form, lambda _: pieces.cut(intake.text), said, at=None)


def read_again(request, intake, form, _):
    reread = RereadForm(request.POST)
    if not reread.is_valid():
        return preparing(request, intake, form, status=422, refusal="Choose what it is read as.")
    with Reader() as reader:
        current = loading.read_again(
            intake,
            form.cleaned_data["version"],
            reader=reader,
            fields=form.typed(),
            **reread.cleaned_data,
        )
    return changed(request, current, "The file was read again.")


def load(request, intake, form, _):
    """Freeze the text, and store the article."""
    if not form.is_valid():
        loading.change(intake, form.cleaned_data["version"], fields=form.typed())
        intake.refresh_from_db()
        over = IntakeForm(form.over_version(intake.version), fields=intake.fields)
        return preparing(request, intake, over, status=422)
    decided = request.POST.get("variant_of", "")
    _, is_newer, old = decided.rpartition("newer-")
    article = loading.finish(
        request.user,
        intake,
        form.cleaned_data["version"],
        form.particulars(),
        typed=form.typed(),
        variant_of=int(decided) if re.fullmatch("[0-9]{1,18}", decided) else None,
        is_apart=decided == "apart" or bool(is_newer),
    )
    messages.success(request, f"Loaded, {article.get_status_display().lower()}.")
    if is_newer:
        address = reverse("annotations:article_supersede", args=[article.pk])
        return onward(request, f"{address}?{urlencode({'old': old})}")
    return onward(request, article.get_absolute_url())


def put_aside(request, intake, form, _):
    current = loading.discard(intake, form.cleaned_data["version"], fields=form.typed())
    return changed(request, current, "Put aside.")


def take_up_again(request, intake, form, _):
    current = loading.take_up_again(intake, form.cleaned_data["version"])
    return changed(request, current, "Taken up again.")


ACTIONS = {
    "save": save,
    "enter": enter,
    "from": turn,
    "drop": set_kept(False, "Dropped."),
    "keep": set_kept(True, "Kept."),
    "join": join,
    "open": open_split,
    "split": split,
    "before": split_before,
    "undo": undo,
    "reset": begin_again,
    "reread": read_again,
    "load": load,
    "aside": put_aside,
    "again": take_up_again,
}
SPLITS = {"open", "split", "before", "enter"}


def changed(request, intake, said, *, at=None, split=None, ticked=()):
    """The page after a change: for htmx its part that can change, else by a redirect."""
    if request.htmx:
        form = IntakeForm(fields=intake.fields, version=intake.version)
        return preparing(request, intake, form, said=said, at=at, split=split, ticked=ticked)
    messages.success(request, said)
    begin = beginning(request, intake, at)
    query = urlencode(
        ({"from": begin} if begin else {}) | ({} if split is None else {"split": split})
    )
    anchor = "" if at is None else f"#piece-{at}"
    return redirect(f"{intake.get_absolute_url()}{query and '?'}{query}{anchor}")


def beginning(request, intake, at):
    """The first of the pieces shown with the one ``at``, or else with those asked for."""
    if at is None:
        at = whole_number(request.POST.get("from") or request.GET.get("from", "")) or 0
    at = max(0, min(at, len(intake.layout["pieces"]) - 1))
    return at - at % PIECES


def whole_number(text):
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def preparing(request, intake, form, *, status=200, split=None, ticked=None, **context):
    """The page of an intake, or for htmx its part that can change.

    ``ticked`` are numbers of pieces; without them those are ticked that were on the page sent.
    """
    if split is None and request.method != "POST":
        split = whole_number(request.GET.get("split", ""))
    at = context.get("at")
    begin = beginning(request, intake, split if at is None else at)
    pieces_count = len(intake.layout["pieces"])
    outcome = intake.outcome
    twin = Article.objects.filter(sha256=importing.digest(outcome.encode())).for_lists().first()
    is_open = intake.status == IntakeStatus.OPEN
    if ticked is None:
        ticked = [] if status == 409 else map(whole_number, request.POST.getlist("piece"))
    context |= {
        "intake": intake,
        "form": form,
        "language": language_of(form["language"].value()),
        "alike": beside(outcome) if is_open and twin is None else [],
        "rows": rows(intake.layout["pieces"], begin, split, set(ticked)),
        "begin": begin,
        "before": begin - PIECES if begin else None,
        "behind": begin + PIECES if begin + PIECES < pieces_count else None,
        "pieces_count": pieces_count,
        "words": request.POST.get("words", "") if status != 200 else "",
        "decided": request.POST.get("variant_of", ""),
        "kept_count": sum(piece["kept"] for piece in intake.layout["pieces"]),
        "word_count": len(outcome.split()),
        "lost_count": outcome.count("\ufffd"),
        "twin": twin,
        "reread": RereadForm(initial={"format": intake.format, "encoding": intake.encoding}),
        "is_framed": intake.format in FRAMED,
        "source": source(intake),
        "shown": SHOWN,
    }
    template = "talks/intake_detail.html"
    if request.htmx:
        template += "#intake"
    return render(request, template, context, status=status)


def language_of(typed):
    """The code that was typed, or nothing where it is none: what reads aloud goes by it."""
    try:
        return clean_language((typed or "").strip())
    except ValidationError:
        return ""


def beside(text):
    """Articles much like ``text``, with what differs where both are short enough to compare."""
    return [
        {
            "article": article,
            "choice": str(article.pk),
            "newer": f"newer-{article.pk}",
            "percent": round(share * 100),
            "can_be_superseded": article.status == ArticleStatus.PUBLISHED
            and not Article.objects.filter(supersedes=article).exists(),
            "pieces": compared(article.text, text),
        }
        for article, share in Fingerprint.objects.like(text, least=loading.ALIKE)[:3]
    ]


def compared(old, new):
    """What differs, with all that stayed where they are short; None where they are too long."""
    size = len(old) + len(new)
    if size > COMPARED:
        return None
    found = differences(old, new)
    return found if size < LONG else shortened(found, AROUND)


def rows(whole, begin, split, ticked):
    """The pieces as the page lists them: numbered as paragraphs where they are kept."""
    number = sum(piece["kept"] for piece in whole[:begin])
    found = []
    for index, piece in enumerate(whole[begin : begin + PIECES], start=begin):
        number += piece["kept"]
        row = {
            "index": str(index),  # a template takes its time to write a number
            "text": piece["text"],
            "kept": piece["kept"],
            "is_ticked": index in ticked,
            "number": str(number) if piece["kept"] else "",
            "can_join": piece["kept"] and number > 1,
        }
        if index == split and piece["kept"]:
            paragraph = plain_text.Paragraph(1, "body", 0, len(piece["text"]), piece["text"])
            row["sentences"] = [
                (one.start, plain_text.first_words(one.text))
                for one in plain_text.sentences(paragraph)[1 : 1 + SENTENCES]
            ]
            row["is_open"] = True
        found.append(row)
    return found


def source(intake):
    """What stood in the file, where that can be read as it is."""
    if intake.format not in WITH_SOURCE:
        return intake.text[:SHOWN]
    content = Original.objects.content_of(intake.original_id)
    try:
        text, _ = encodings.decode(content, intake.encoding)
    except Unreadable:
        return intake.text[:SHOWN]
    return text[:SHOWN]


@require_safe
@xframe_options_sameorigin
def intake_shown(request, intake_id):
    """The file as it looked, for the frame beside its preview; ``?page=1`` is a page of a PDF."""
    intake = get_object_or_404(Intake.objects.visible_to(request.user), pk=intake_id)
    content = Original.objects.content_of(intake.original_id)
    if number := request.GET.get("page"):
        return page_of_pdf(intake, content, number)
    shown = {"text": source(intake)}
    if intake.format in FRAMED:
        try:
            with Reader() as reader:
                shown = reader.show(content, format=intake.format, encoding=intake.encoding)
        except Unreadable as error:
            shown["refused"] = error
    language = language_of(intake.fields.get("language"))
    context = {"intake": intake, "shown": shown, "language": language}
    response = render(request, "talks/intake_shown.html", context)
    response["Content-Security-Policy"] = FRAME
    return response


def page_of_pdf(intake, content, number):
    """The picture of one page."""
    if intake.format != "pdf" or not re.fullmatch("[1-9][0-9]{0,4}", number):
        raise Http404
    try:
        with Reader() as reader:
            picture = reader.draw(content, int(number) - 1)
    except Unreadable:
        raise Http404 from None
    return HttpResponse(picture, content_type="image/png")


@require_safe
def original(request, original_id):
    """The file as it came, to be saved; never shown as a page of ours."""
    only_admins(request.user)
    row = get_object_or_404(Original.objects.defer("content"), pk=original_id)
    content = Original.objects.content_of(row.pk)
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, _file_name(row.name, content)),
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _file_name(name, content):
    """As what it is saved: a pasted text has no file name, one from the web has an address."""
    if "://" in name:
        name = name.partition("?")[0].rstrip("/").rpartition("/")[2]
    if re.search(r"\.[A-Za-z0-9]{1,8}$", name):
        return name
    try:
        content.decode()
    except UnicodeDecodeError:
        return name
    return f"{name.rstrip('.… ')}.{'html' if loading.is_page(content) else 'txt'}"
