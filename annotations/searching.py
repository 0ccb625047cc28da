"""Finding what was published, what it says and what was said of it, as one ranked list.

Whoever asks finds what they could open, and nothing else: each kind goes through the same
``visible_to`` as its pages.
"""

import itertools
from typing import NamedTuple

from django.contrib.postgres.search import (
    SearchHeadline,
    SearchQuery,
    SearchQueryCombinable,
    SearchQueryField,
    SearchRank,
)
from django.db import connection
from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.urls import reverse

from talks import text as plain_text
from talks.models import (
    Article,
    ArticleStatus,
    Event,
    Evidence,
    Outcome,
    OutcomeReport,
    Party,
    Passage,
    Person,
    Position,
    WorkStatus,
)

from . import found_words
from .models import Draft, DraftKind, EntryKind, Note, SearchEntry, Tag, Tagging

UNSTEMMED = "parley_simple"
CONFIGS = ("parley_english", "parley_russian", UNSTEMMED)
LIKE = 0.45  # how like a name must be to what was typed; see docs/decisions
ROWS = 20
TURNS = 8  # of a question with "OR", of which names are looked for
# Label, further names, and the text, of which a long one proves less by one word.
WEIGHTS = [0.1, 0.1, 0.7, 1.0]
BY_LENGTH = 1
# What is named so stands before what only speaks of it.
BONUS = {EntryKind.PARTY: 3, EntryKind.PERSON: 3, EntryKind.TAG: 2, EntryKind.OUTCOME: 2}


# What evidence can be of, by its fields.
OWNERS = {"position": Position, "outcome_report": OutcomeReport, "event": Event}


class LookedUp(Exists):
    """An EXISTS that is asked of each row by an index, and never answered by reading all rows.

    PostgreSQL cannot tell how few documents a rare word is in, and would read whole tables to
    know of each row in them; behind OFFSET a subquery is left as it stands.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


def evidence_known_to(user, **whose):
    """The evidence of what ``user`` may know to be recorded, in articles that they see.

    Asked of each piece: PostgreSQL would read all that was ever recorded to know of a few.
    """
    is_known = Q()
    for owner, model in OWNERS.items():
        rows = model.objects.visible_to(user).filter(pk=OuterRef(owner), **whose)
        is_known |= Q(LookedUp(rows))
    return Evidence.objects.filter(is_known)


class Marker(SearchQueryCombinable, Func):
    """Finds the documents of one configuration, by the mark that the database puts into each."""

    template = "%(expressions)s::tsquery"
    output_field = SearchQueryField()
    config = None

    def __init__(self, config):
        super().__init__(Value(f"'={config}'"))


def query_of(asked, config):
    # Signs of the syntax of a tsquery are none of those that the function replaces.
    tsquery = asked.as_tsquery_with(by_forms=config == UNSTEMMED)
    plain = Func(Value(tsquery), function="search_plain")
    return SearchQuery(plain, config=config, search_type="raw")


def without_common(asked):
    """The question without words that stand everywhere in English or in Russian.

    Names are in neither: of "the Kremlin" one word would not be found in them.
    """
    terms = list(dict.fromkeys(asked.terms))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT numnode(to_tsquery('parley_english', search_plain(term))) = 0"
            " OR numnode(to_tsquery('parley_russian', search_plain(term))) = 0"
            " FROM unnest(%s::text[]) WITH ORDINALITY one(term, place) ORDER BY place",
            [[term.as_tsquery for term in terms]],
        )
        common = {term for term, (is_common,) in zip(terms, cursor, strict=True) if is_common}
    return asked.but_for(common)


def has_words(asked):
    """Whether PostgreSQL takes anything asked for a word: no fractions and signs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT numnode(to_tsquery('parley_simple', search_plain(%s))) > 0", [asked.as_tsquery]
        )
        return cursor.fetchone()[0]


def names_like(asked):
    """The keys of the parties, people and tags with a name like each word that was typed.

    Of words of which one is enough each is taken in turn.
    """
    keys = []
    with connection.cursor() as cursor:
        for terms in itertools.islice(itertools.product(*asked.groups), TURNS):
            words = " ".join(term.text for term in terms).split()
            cursor.execute("SELECT search_like(%s, %s)", [words, LIKE])
            keys += [key for (key,) in cursor.fetchall()]
    if keys and asked.without:
        unwanted = set(found(asked.unwanted).filter(pk__in=keys).values_list("pk", flat=True))
        keys = [key for key in keys if key not in unwanted]
    return list(dict.fromkeys(keys))


def found(asked, like=()):
    """All entries that ``asked`` finds, each with its ``rank``; ``like`` stand behind them.

    Ranks are whole numbers that depend on the entry alone, so that pages can begin after one.
    """
    ranks = []
    wanted = None
    for config in CONFIGS:
        query = query_of(asked, config)
        of_config = Marker(config) & query
        wanted = of_config if wanted is None else wanted | of_config
        rank = SearchRank(F("document"), query, weights=WEIGHTS, normalization=BY_LENGTH)
        ranks.append(When(config=config, then=rank))
    bonus = Case(
        *(When(kind=kind, then=Value(factor)) for kind, factor in BONUS.items()), default=Value(1)
    )
    rank = Cast(Case(*ranks) * bonus * 1_000_000, IntegerField())
    # One condition, which the index answers alone: with the configuration beside it every document
    # that is found would be read once more.
    matches = Q(document=wanted) | Q(pk__in=like) if like else Q(document=wanted)
    return SearchEntry.objects.filter(matches).annotate(rank=rank)


def visible_to(entries, user):
    """Those entries that ``user`` could open."""

    def one_of(kind, rows):
        return Q(LookedUp(rows.filter(pk=OuterRef("object_id"))), kind=kind)

    articles = Article.objects.visible_to(user)
    seen = (
        one_of(EntryKind.ARTICLE, articles)
        | Q(passage_is_used(user), kind=EntryKind.PASSAGE)
        | one_of(EntryKind.POSITION, Position.objects.visible_to(user))
        | Q(
            LookedUp(OutcomeReport.objects.visible_to(user).filter(outcome=OuterRef("object_id"))),
            kind=EntryKind.OUTCOME,
        )
        | one_of(EntryKind.REPORT, OutcomeReport.objects.visible_to(user))
        | one_of(EntryKind.PERSON, Person.objects.current())
        | one_of(EntryKind.PARTY, Party.objects.current())
    )
    if user.is_authenticated:
        seen |= one_of(EntryKind.NOTE, Note.objects.visible_to(user).live())
        seen |= one_of(EntryKind.TAG, Tag.objects.filter(replaced_by=None))
        # As far as they can still be gone on with.
        drafts = Draft.objects.visible_to(user).kept().filter(article__in=articles)
        seen |= one_of(EntryKind.DRAFT, drafts.filter(position__withdrawn_at=None))
    return entries.filter(seen)


def passage_is_used(user):
    """A condition: somebody said something of the passage that ``user`` may know of."""
    passage = OuterRef("object_id")
    proofs = evidence_known_to(user).filter(passage=passage)
    used = Q(LookedUp(proofs))
    if user.is_authenticated:
        # Taggings first, as most passages have one: what is true already asks no further.
        used = (
            Q(LookedUp(Tagging.objects.visible_to(user).filter(passage=passage)))
            | Q(LookedUp(Note.objects.visible_to(user).live().filter(passage=passage)))
            | used
        )
    return used


class Hit(NamedTuple):
    pk: int
    kind: str
    rank: int


def hits(entries):
    """All that is found, in no order: the one reading of what a page and its counts are made of.

    Phrases and ranks are asked of the documents themselves, so a second query costs as much.
    """
    return [Hit(*row) for row in entries.values_list("pk", "kind", "rank")]


def shown(keys, asked):
    """The entries of these keys, in this order, with their words marked and their addresses."""
    rows = _with_marks(keys, asked)
    parties = Party.objects.in_bulk(_keys(rows, EntryKind.PARTY))
    notes = Note.objects.select_related("author", "parent").in_bulk(_keys(rows, EntryKind.NOTE))
    drafts = Draft.objects.in_bulk(_keys(rows, EntryKind.DRAFT))
    reports = OutcomeReport.objects.in_bulk(_keys(rows, EntryKind.REPORT))
    for row in rows:
        draft = drafts.get(row.object_id) if row.kind == EntryKind.DRAFT else None
        row.kind_name = _DRAFTS[draft.kind] if draft else _NAMES[row.kind]
        row.is_text = row.kind == EntryKind.ARTICLE
        row.language = row.article.language if row.kind in PRINTED else ""
        row.url = _address(row, parties, reports)
        row.note = notes.get(row.object_id) if row.kind == EntryKind.NOTE else None
        spans = _spans(row, row.marked_label, row.label, asked)
        row.heading = found_words.pieces(row.label, spans)
        row.places = _places(row, asked)
        if not row.heading:
            row.heading, row.places = _heading_of_words(row)
        row.is_like = not row.is_found
    return rows


# The words of these are the article's own.
PRINTED = {EntryKind.ARTICLE, EntryKind.PASSAGE}
_NAMES = {
    EntryKind.ARTICLE: "Article",
    EntryKind.PASSAGE: "Passage",
    EntryKind.NOTE: "Note",
    EntryKind.TAG: "Tag",
    EntryKind.POSITION: "Position",
    EntryKind.OUTCOME: "Outcome",
    EntryKind.REPORT: "Outcome report",
    EntryKind.PERSON: "Person",
    EntryKind.PARTY: "Party",
}
_DRAFTS = {
    DraftKind.POSITION: "Draft of a position",
    DraftKind.OUTCOME: "Draft of an outcome report",
    DraftKind.EVENT: "Draft of an event",
}


def _keys(rows, kind):
    return [row.object_id for row in rows if row.kind == kind]


def _with_marks(keys, asked):
    def marked(field):
        # Words beside signs without spaces, such as a year, are words; the signs are marked later.
        plain = Func(field, function="search_plain")
        spaced = Func(
            plain, Value(f"[{plain_text.PAIRED}]"), Value(" "), Value("g"),
            function="regexp_replace",
        )  # fmt: skip
        return Case(
            *(
                When(
                    config=config,
                    then=SearchHeadline(
                        spaced,
                        query_of(asked, config),
                        config=config,
                        start_sel=found_words.START,
                        stop_sel=found_words.STOP,
                        highlight_all=True,
                    ),
                )
                for config in CONFIGS
            ),
            output_field=TextField(),
        )

    words = Case(When(kind=EntryKind.ARTICLE, then=F("article__text")), default=F("body"))
    is_found = Q()
    for config in CONFIGS:
        is_found |= Q(config=config, document=query_of(asked, config))
    newer = Article.objects.filter(supersedes=OuterRef("article"), status=ArticleStatus.PUBLISHED)
    rows = (
        SearchEntry.objects.filter(pk__in=keys)
        .defer("document", "article__text")
        .select_related("article__round")
        .annotate(words=words)
        .annotate(
            marked_label=marked(F("label")),
            marked_words=marked(F("words")),
            is_found=Case(When(is_found, then=Value(True)), default=Value(False)),
            is_superseded=Exists(newer),
        )
    )
    by_key = {row.pk: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def _address(row, parties, reports):
    model = {
        EntryKind.ARTICLE: Article,
        EntryKind.PASSAGE: Passage,
        EntryKind.NOTE: Note,
        EntryKind.TAG: Tag,
        EntryKind.POSITION: Position,
        EntryKind.OUTCOME: Outcome,
        EntryKind.PERSON: Person,
    }.get(row.kind)
    if row.kind == EntryKind.DRAFT:
        return f"{row.article.get_absolute_url()}?draft={row.object_id}"
    if row.kind == EntryKind.REPORT:
        report = reports[row.object_id]
        if report.work_status == WorkStatus.ACCEPTED:
            outcome = reverse("talks:outcome_detail", args=[report.outcome_id])
            return f"{outcome}#report-{report.pk}"
        return reverse("annotations:review_outcome_report", args=[report.pk])
    if model is None:
        return parties[row.object_id].get_absolute_url()
    return model(pk=row.object_id).get_absolute_url()


def _heading_of_words(row):
    """What stands as a heading where there is none: the words themselves, or how they begin."""
    if row.is_text:
        opening = f"Untitled: {plain_text.first_words(row.words)}"
        return [found_words.Piece(opening, False)], row.places
    return (row.places[0][0] if row.places else [found_words.Piece(row.words, False)]), []


def _spans(row, marked, text, asked):
    """The words of ``text`` that are found, also those that only begin as they were asked for.

    Those and words without spaces between them PostgreSQL does not mark.
    """
    terms = [term for group in asked.groups for term in group]
    unspaced = [term.text for term in terms if term.is_unspaced]
    beginnings = [term.text for term in terms if term.is_prefix and term.is_one_word]
    if row.config == UNSTEMMED:
        beginnings += [term.stem for term in terms if term.stem]
    return found_words.joined(
        found_words.of_phrases(
            text,
            found_words.spans(marked, text),
            [list(term.word_lists) for term in terms],
            [word for term in asked.without for words in term.word_lists for word in words],
        ),
        found_words.beginning_with(text, beginnings),
        *(found_words.standing_in(text, words) for words in unspaced),
    )


def _places(row, asked):
    """The sentences that hold the words: (pieces, address) pairs, the best first."""
    spans = _spans(row, row.marked_words, row.words, asked)
    if not row.words:
        return []
    best = found_words.best_sentences(row.words, spans, count=3 if row.is_text else 1)
    places = []
    for start, end in best:
        cut = found_words.cut(row.words, start, end, spans)
        url = f"{row.url}?at={start}-{end}#found" if row.is_text and spans else row.url
        places.append((cut, url))
    return places
