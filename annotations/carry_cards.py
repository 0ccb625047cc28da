"""How a passage of an old version is shown beside the words proposed in the new one."""

from collections import defaultdict
from types import SimpleNamespace

from django.db.models import Q

from talks.anchoring import Sentences
from talks.claim import claim_of
from talks.differences import differences
from talks.models import Event, Evidence, OutcomeReport, Position

from .models import Note, Tagging
from .models_carrying import CarryStatus

AROUND = 160  # code points shown on each side of a passage, cut at its paragraphs


def cards(user, article, carries, refused=None):
    """One card a carry, with both wordings in context and what hangs on the passage.

    ``refused`` is a carry and its bound form, None as a form where the carry itself was stale.
    """
    carries = list(carries)
    passages = [carry.passage_id for carry in carries]
    work = _work_on(user, passages)
    sentences = Sentences(article.supersedes.text, article.text) if carries else None
    return [
        SimpleNamespace(
            carry=carry,
            old=_in_context(article.supersedes.text, carry.passage.start, carry.passage.end),
            new=_proposed(article, carry),
            pieces=_pieces(article, carry),
            why=_why_it_waits(article, carry, sentences),
            work=work[carry.passage_id],
            form=refused[1] if refused and refused[0].pk == carry.pk else None,
        )
        for carry in carries
    ]


def _proposed(article, carry):
    if carry.target:
        return _in_context(article.text, carry.target.start, carry.target.end)
    return _in_context(article.text, carry.start, carry.end)


def _pieces(article, carry):
    """The differences of the two wordings, where they differ."""
    new = carry.target.exact if carry.target else article.text[carry.start : carry.end]
    return differences(carry.passage.exact, new) if new and new != carry.passage.exact else []


def _why_it_waits(article, carry, sentences):
    """Of words that stayed the same and wait: what changed in their sentence, if it did."""
    old, is_waiting = carry.passage, carry.status == CarryStatus.WAITING
    if not is_waiting or old.exact != article.text[carry.start : carry.end]:
        return None
    spans = old.start, old.end, carry.start, carry.end
    went, came = sentences.changed(*spans)
    return {"went": went, "came": came, "is_same": sentences.are_same(*spans)}


def _in_context(text, start, end):
    first = max(start - AROUND, text.rfind("\n", 0, start) + 1)
    line_end = text.find("\n", end)
    last = min(end + AROUND, len(text) if line_end < 0 else line_end)
    return SimpleNamespace(
        start=first,
        before=("…" if first and text[first - 1] != "\n" else "") + text[first:start],
        exact=text[start:end],
        after=text[end:last] + ("…" if last < len(text) and text[last] != "\n" else ""),
    )


def _work_on(user, passages):
    """What ``user`` may know that passages carry: their tags, notes and what they prove."""
    found = defaultdict(lambda: SimpleNamespace(taggings=[], notes=0, proven=[]))
    taggings = Tagging.objects.visible_to(user).filter(passage__in=passages)
    for one in taggings.select_related("tag", "coder").order_by("pk"):
        found[one.passage_id].taggings.append(one)
    notes = Note.objects.visible_to(user).filter(passage__in=passages)
    for passage in notes.values_list("passage_id", flat=True):
        found[passage].notes += 1
    for one in _evidence(user, passages):
        owner = one.position or one.outcome_report or one.event
        words = claim_of(owner) if isinstance(owner, Position) else str(owner)
        if words not in found[one.passage_id].proven:
            found[one.passage_id].proven.append(words)
    return found


def _evidence(user, passages):
    return (
        Evidence.objects.filter(passage__in=passages)
        .filter(
            Q(position__in=Position.objects.visible_to(user))
            | Q(outcome_report__in=OutcomeReport.objects.visible_to(user))
            | Q(event__in=Event.objects.filter(withdrawn_at=None))
        )
        .select_related(
            "position__party",
            "position__affiliation__person",
            "position__proposition",
            "position__target_party",
            "outcome_report__outcome",
            "event",
        )
        .order_by("pk")
    )
