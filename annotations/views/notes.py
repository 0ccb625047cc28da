"""Notes on passages, articles and tags, with their replies."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations import coding, items
from annotations.forms import NoteEditForm, NoteForm, PassageNoteForm, VersionForm
from annotations.models import Note, Tag
from annotations.reading import threads_by
from talks.models import Article, Passage

from . import answers


@require_POST
@vary_on_headers("HX-Request")
def article_notes(request, article_id):
    """Write a note on a passage of an article, or on the article itself."""
    article = get_object_or_404(Article.objects.visible_to(request.user), pk=article_id)
    form = PassageNoteForm(request.POST, article=article)
    if not form.is_valid():
        return _form_again(request, form, article=article)
    data = form.cleaned_data
    try:
        act = coding.write_note(
            request.user,
            data["text"],
            data["visibility"],
            article=article,
            span=form.span,
            knowingly=answers.knowingly(request, article),
            key=data["key"],
        )
    except coding.Superseded as error:
        answers.ask_for_old(form, error)
        return _form_again(request, form, article=article, status=409)
    passage = Passage.objects.at(article, *form.span) if form.span else None
    return answers.changed(request, article, act, desk_is_done=True, passage=passage)


@require_POST
def tag_notes(request, tag_id):
    """Write a note on a tag."""
    tag = get_object_or_404(Tag, pk=tag_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _form_again(request, form, tag=tag)
    data = form.cleaned_data
    act = coding.write_note(
        request.user, data["text"], data["visibility"], tag=tag, key=data["key"]
    )
    answers.warn_of_not_told(request, act)
    return redirect(f"{tag.get_absolute_url()}#notes")


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def note_detail(request, note_id):
    """A note with its replies; a POST changes one's own."""
    note = _note(request, note_id)
    if request.method == "POST":
        return _edit(request, note)
    if request.htmx and "edit" in request.GET:
        _must_be_own(request, note)
        context = {"note": note, "form": NoteEditForm(initial=_initial(note))}
        return render(request, "annotations/note_detail.html#edit", context)
    if request.htmx and "reply" in request.GET:
        return render(request, "annotations/note_detail.html#reply", {"note": note, "form": None})
    return _note_page(request, note)


def _note_page(request, note, *, status=200, **context):
    root = note.parent or note
    threads = threads_by(["pk"], Note.objects.visible_to(request.user).filter(pk=root.pk))["pk"]
    work = coding.work_of(root)
    context = {
        "note": note,
        "root": root,
        "article": coding.article_of(root),
        "work": work,
        "work_page": work and items.kind_of(work).page,
        "claim": work and items.claim(work),
        "threads": threads.get(root.pk, []),
        "form": NoteEditForm(initial=_initial(note)),
        "is_own": note.author_id == request.user.pk,
    } | context
    return render(request, "annotations/note_detail.html", context, status=status)


def _edit(request, note):
    _must_be_own(request, note)
    form = NoteEditForm(request.POST)
    if not form.is_valid():
        return _form_again(request, form, note=note)
    data = form.cleaned_data
    try:
        act = coding.edit_note(
            request.user,
            note,
            data["text"],
            data["visibility"],
            data["version"],
            knowingly=answers.knowingly(request, coding.article_of(note)),
            key=data["key"],
        )
    except coding.Stale as error:
        return _conflict(request, error.current, form)
    except coding.Superseded as error:
        answers.ask_for_old(form, error)
        return _form_again(request, form, note=note, status=409)
    except coding.Refused as error:
        form.add_error("visibility", str(error))
        return _form_again(request, form, note=note, status=409)
    return _saved(request, note, act)


def _conflict(request, current, form):
    """Show what stands there now beside what was typed, which may be saved over it."""
    template = "annotations/note_detail.html"
    if request.htmx:
        context = {"note": current, "form": form, "current": current}
        return render(request, f"{template}#edit", context, status=409)
    return _note_page(request, current, status=409, form=form, current=current)


@require_POST
@vary_on_headers("HX-Request")
def note_replies(request, note_id):
    """Reply to a note."""
    note = _note(request, note_id)
    root = note.parent or note
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _form_again(request, form, note=root, is_reply=True)
    data = form.cleaned_data
    try:
        knowingly = answers.knowingly(request, coding.article_of(root))
        act = coding.reply(request.user, root, data["text"], knowingly=knowingly, key=data["key"])
    except coding.Superseded as error:
        answers.ask_for_old(form, error)
        return _form_again(request, form, note=root, is_reply=True, status=409)
    except coding.Refused as error:
        form.add_error("text", str(error))
        return _form_again(request, form, note=root, is_reply=True, status=409)
    return _saved(request, root, act)


@require_POST
@vary_on_headers("HX-Request")
def note_withdraw(request, note_id):
    """Take back one's own note."""
    own = _notes().filter(author=request.user).on_what_is_visible_to(request.user)
    note = get_object_or_404(own, pk=note_id)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return answers.refused(request, form)
    try:
        act = coding.withdraw_note(request.user, note, form.cleaned_data["version"])
    except coding.Stale as error:
        message = f"You changed this note in the meantime. It now says: “{error.current.text}”"
        return answers.refused(request, message=message, status=409)
    return _saved(request, note, act, desk_is_done=False)


def _notes():
    return Note.objects.select_related(
        "author",
        "article",
        "passage__article",
        "tag",
        "tagging__passage__article",
        "position__article",
        "outcome_report__article",
        "parent__article",
        "parent__passage__article",
        "parent__tag",
        "parent__tagging__passage__article",
        "parent__position__article",
        "parent__outcome_report__article",
        "parent__author",
    )


def _note(request, pk):
    """The note of that key; a reply of a note that one may see."""
    return get_object_or_404(_notes().visible_to(request.user), pk=pk)


def _must_be_own(request, note):
    if note.author_id != request.user.pk:
        raise Http404


def _initial(note):
    return {"text": note.text, "visibility": note.visibility, "version": note.version}


def _saved(request, note, act, *, desk_is_done=True):
    root = note.parent or note
    if work := coding.work_of(root):
        answers.warn_of_not_told(request, act)
        address = reverse(items.kind_of(work).page, args=[work.pk])
        return redirect(f"{address}#notes")
    article = coding.article_of(root)
    if article is not None:
        return answers.changed(
            request, article, act, desk_is_done=desk_is_done, passage=root.passage
        )
    if act is not None:
        messages.success(request, f"{act.summary}.")
        answers.warn_of_not_told(request, act)
    return redirect(f"{root.tag.get_absolute_url()}#notes")


def _form_again(request, form, *, status=422, **context):
    """The form with what was typed and what is wrong with it."""
    template = "annotations/note_form.html"
    if request.htmx:
        template += "#form"
    return render(request, template, context | {"form": form}, status=status)
