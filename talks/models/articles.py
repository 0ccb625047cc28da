"""What was published: rounds, the parties at the table, articles and their passages."""

import bisect
import functools

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, IntegerRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Left, Length, Lower, Now
from django.urls import reverse

from history.tracking import tracked
from talks import text as plain_text


def is_one_of(field, choices):
    """A condition that holds ``field`` to the stored values of ``choices``."""
    return Q((f"{field}__in", choices.values))


class Colour(models.TextChoices):
    """Names of the style sheet's colours, each legible in light and in dark."""

    SLATE = "slate"
    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    OLIVE = "olive"
    AMBER = "amber"
    RUST = "rust"
    RED = "red"
    PINK = "pink"
    PURPLE = "purple"


class RoundQuerySet(models.QuerySet):
    def newest_first(self):
        """By the day they began."""
        return self.order_by("-started_on", "name")

    def with_article_counts(self, user):
        """Each with ``article_count``, of those articles that ``user`` may see."""
        articles = Article.objects.visible_to(user).filter(round=OuterRef("pk"))
        count = articles.order_by().values("round").annotate(count=Count("pk")).values("count")
        return self.annotate(article_count=Coalesce(Subquery(count), 0))


@tracked()
class Round(models.Model):
    """One round of talks: "Istanbul, 16 May 2025"."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True)
    venue = models.CharField(max_length=200, blank=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    summary = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="round_ends_after_it_starts",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                violation_error_message="A round cannot end before it starts.",
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("talks:round_detail", args=[self.slug])


class PartyKind(models.TextChoices):
    """Kinds of actor. Source: the actor registry of PA-X, the Peace Agreements Database."""

    STATE = "state"
    STATE_COALITION = "state_coalition"
    IGO = "igo", "intergovernmental organisation"
    NGO = "ngo", "non-governmental organisation"
    ENTITY = "entity"
    MILITARY = "military"
    ARMED_ORGANIZATION = "armed_organization"
    POLITICAL_PARTY = "political_party"
    UMBRELLA = "umbrella"
    OTHER = "other"


class MergeableQuerySet(models.QuerySet):
    def current(self):
        """Those not merged into another, which are kept for the undo alone."""
        return self.filter(merged_into=None)


@tracked()
class Party(models.Model):
    """An actor that can hold a position. A coalition is one of its own, never its members."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True)
    kind = models.CharField(max_length=32, choices=PartyKind)
    iso3 = models.CharField(max_length=3, blank=True, help_text="ISO 3166-1 alpha-3.")
    aliases = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    colour = models.CharField(max_length=16, choices=Colour, default=Colour.SLATE)
    mark = models.CharField(max_length=4, help_text="A few letters that stand for the party.")
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )

    objects = MergeableQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.CheckConstraint(
                name="party_is_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
            ),
            models.UniqueConstraint(Lower("name"), name="party_name_is_unique"),
            models.CheckConstraint(
                name="party_kind_is_known", condition=is_one_of("kind", PartyKind)
            ),
            models.CheckConstraint(
                name="party_colour_is_known", condition=is_one_of("colour", Colour)
            ),
            models.CheckConstraint(
                name="party_iso3_is_three_capitals",
                condition=Q(iso3="") | Q(iso3__regex=r"^[A-Z]{3}$"),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("talks:party_detail", args=[self.slug])


class ParticipationRole(models.TextChoices):
    """What a party was at the table. Source: PA-X, which keeps parties and third parties apart."""

    NEGOTIATING_PARTY = "negotiating_party"
    THIRD_PARTY = "third_party"
    PARTICIPANT = "participant"
    MENTIONED = "mentioned"


class ParticipationQuerySet(models.QuerySet):
    def in_order_of_role(self):
        """Negotiating parties first, those only mentioned last; by name within a role."""
        return self.order_by(
            models.Case(
                *(models.When(role=role, then=i) for i, role in enumerate(ParticipationRole)),
                output_field=models.SmallIntegerField(),
            ),
            "party__name",
        )


@tracked(by=["round"])
class Participation(models.Model):
    """A party's role in a round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="participations")
    party = models.ForeignKey(Party, models.PROTECT, related_name="participations")
    role = models.CharField(max_length=32, choices=ParticipationRole)
    version = models.PositiveIntegerField(default=1)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "party"],
                name="party_has_one_role_in_a_round",
                violation_error_message="This party has a role in this round already.",
            ),
            models.CheckConstraint(
                name="participation_role_is_known",
                condition=is_one_of("role", ParticipationRole),
            ),
        ]

    def __str__(self):
        return f"{self.party} as {self.get_role_display()} in {self.round}"


class ArticleStatus(models.TextChoices):
    DRAFT = "draft"
    PUBLISHED = "published"


class ArticleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Published articles; drafts besides for those who load them."""
        if user.is_authenticated and user.may_administer:
            return self
        return self.filter(status=ArticleStatus.PUBLISHED)

    def editable_by(self, user):
        """All for those who load them, none for anybody else."""
        return self if user.is_authenticated and user.may_administer else self.none()

    def for_lists(self):
        """Without their texts, of which a headline needs the opening, and only without a title."""
        opening = models.Case(models.When(title="", then=Left("text", 400)), default=Value(""))
        return self.defer("text").annotate(opening=opening)

    def newest_first(self):
        """By the day they were published, those without one by the day they were loaded."""
        return self.order_by(F("published_on").desc(nulls_last=True), "-loaded_at", "-pk")


@tracked(by=["round"])
class Article(models.Model):
    """An article as it was published. Its text never changes; a correction supersedes it."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="articles")
    title = models.CharField(max_length=300, blank=True)
    title_is_editorial = models.BooleanField(
        default=False, help_text="Given by an admin here, not by the publisher."
    )
    byline = models.CharField(max_length=200, blank=True)
    source_credit = models.CharField(max_length=200, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    published_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=35, help_text="BCP 47, such as en or uk.")
    licence = models.CharField(max_length=200, blank=True)
    text = models.TextField(help_text="Frozen: LF line ends, no BOM, nothing else changed.")
    sha256 = models.CharField(max_length=64, unique=True, help_text="Of the text in UTF-8, in hex.")
    status = models.CharField(max_length=16, choices=ArticleStatus, default=ArticleStatus.DRAFT)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    variant_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="variants",
        help_text="Much the same report elsewhere: wire copy, a light edit.",
    )
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    original = models.ForeignKey(
        "talks.Original",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        help_text="The file that it was read from; empty for texts from before files were kept.",
    )
    extractor = models.CharField(max_length=50, blank=True, help_text="What read the file.")
    extractor_version = models.CharField(max_length=30, blank=True)
    loaded_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, help_text="Of what is said of the text.")
    word_count = models.GeneratedField(
        expression=Func(F("text"), Value(r"\S+"), function="regexp_count"),
        output_field=models.IntegerField(),
        db_persist=True,
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="article_status_is_known", condition=is_one_of("status", ArticleStatus)
            ),
            models.CheckConstraint(
                name="article_does_not_supersede_itself",
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("pk")),
            ),
            models.CheckConstraint(
                name="superseding_article_is_published",
                condition=Q(supersedes=None) | Q(status=ArticleStatus.PUBLISHED),
                violation_error_message=(
                    "This is the new version of another article, so it stays published."
                ),
            ),
            models.CheckConstraint(
                name="article_is_no_variant_of_itself",
                condition=Q(variant_of__isnull=True) | ~Q(variant_of=F("pk")),
            ),
            models.CheckConstraint(
                name="article_text_is_normal",
                condition=Q(text__regex=r"\S")
                & ~Q(text__contains="\r")
                & ~Q(text__startswith="\ufeff"),
                violation_error_message="An article has words, LF line ends and no BOM.",
            ),
            models.CheckConstraint(
                name="editorial_title_is_not_empty",
                condition=Q(title_is_editorial=False) | ~Q(title=""),
            ),
        ]

    def __str__(self):
        return self.headline

    def get_absolute_url(self):
        return reverse("annotations:reader", args=[self.pk])

    @property
    def headline(self):
        """The title, or "Untitled" with the text's first words."""
        if self.title:
            return self.title
        opening = getattr(self, "opening", None) or self.text
        return f"Untitled: {plain_text.first_words(opening)}"

    @property
    def citation(self):
        """Where a quotation is from, as a paper would cite it."""
        source = self.publisher or self.source_credit
        day = f"{self.published_on:%-d %B %Y}" if self.published_on else ""
        parts = (self.byline, f"“{self.headline}”", source, day)
        return ", ".join(part for part in parts if part)

    @functools.cached_property
    def paragraphs(self):
        """The text as numbered paragraphs, cut at its line ends."""
        return plain_text.paragraphs(self.text)


class PassageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The passages of the articles that ``user`` may see, but those that others keep secret.

        A passage is kept secret while nothing but private notes was ever put on it; then only the
        authors of those have a part in it. A tag, a note for the team, a piece of evidence or a
        shared link opens it, to visitors too and for good: who put what there is another question,
        which the work itself answers.
        """
        keepers = Keeper.objects.filter(passage=OuterRef("pk"), opened_at=None)
        is_seen = ~Exists(keepers)
        if user.is_authenticated:
            is_seen |= Exists(keepers.filter(user=user))
        return self.filter(is_seen, article__in=Article.objects.visible_to(user))

    def in_reading_order(self):
        """First by where they start; of two that start together, the longer first."""
        return self.order_by("article_id", "start", "-end")

    def at(self, article, start, end, *, kept_by=()):
        """Find or make the passage ``text[start:end]`` of ``article``.

        One that is made, or that is secret already, becomes a secret of the users ``kept_by``.
        """
        passage, is_new = self.get_or_create(
            article=article,
            start=start,
            end=end,
            defaults=plain_text.quote(article.text, start, end)._asdict(),
        )
        if kept_by and (is_new or passage.keepers.filter(opened_at=None).exists()):
            Keeper.objects.bulk_create(
                (Keeper(passage=passage, user=user) for user in kept_by), ignore_conflicts=True
            )
        return passage

    def at_all(self, article, spans):
        """Find or make the passages ``text[start:end]`` of all ``spans``, by (start, end)."""
        self.bulk_create(
            (
                Passage(
                    article=article,
                    start=start,
                    end=end,
                    **plain_text.quote(article.text, start, end)._asdict(),
                )
                for start, end in dict.fromkeys(spans)
            ),
            ignore_conflicts=True,
            batch_size=500,
        )
        starts = {start for start, _ in spans}
        found = self.filter(article=article, start__in=starts).defer("prefix", "suffix")
        return {(one.start, one.end): one for one in found}


@tracked(by=["article"])
class Passage(models.Model):
    """A stretch of an article: ``article.text[start:end]``, counted in code points.

    One row a span, shared by everybody who points at it; it never changes.
    Source: TextPositionSelector and TextQuoteSelector of the W3C Web Annotation Data Model.
    """

    article = models.ForeignKey(Article, models.PROTECT, related_name="passages")
    start = models.PositiveIntegerField(help_text="Code points, not UTF-16 units.")
    end = models.PositiveIntegerField(help_text="The first code point after the passage.")
    exact = models.TextField()
    prefix = models.TextField(blank=True, help_text="The 32 code points before the passage.")
    suffix = models.TextField(blank=True, help_text="The 32 code points after the passage.")

    objects = PassageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="passage_is_not_empty",
                condition=Q(start__lt=F("end")),
                violation_error_message="Select some text first.",
            ),
            models.CheckConstraint(
                name="passage_is_as_long_as_its_quote",
                condition=Q(end=F("start") + Length("exact")),
                violation_error_message="This is not what stands there.",
            ),
            models.UniqueConstraint(
                fields=["article", "start", "end"], name="passage_is_one_row_a_span"
            ),
        ]
        indexes = [
            # Finds what overlaps a passage without looking at all others of its article.
            GistIndex(
                F("article"),
                Func("start", "end", function="int4range", output_field=IntegerRangeField()),
                name="passage_by_span",
            )
        ]

    def __str__(self):
        return f"{self.article_id}:{self.start}–{self.end}"

    def get_absolute_url(self):
        return reverse("annotations:passage_detail", args=[self.pk])

    def open(self):
        """Let everybody who may see the article know of this passage, from now on."""
        self.keepers.filter(opened_at=None).update(opened_at=Now())

    @property
    def paragraph_label(self):
        """The number of its paragraph, "3", or "3–4" where it goes on into the next."""
        starts = [one.start for one in self.article.paragraphs]
        first = max(1, bisect.bisect_right(starts, self.start))
        last = max(first, bisect.bisect_left(starts, self.end))
        return str(first) if first == last else f"{first}–{last}"


class Keeper(models.Model):
    """Somebody who put a private note on words to which nothing else had called attention.

    While ``opened_at`` is empty, the passage is a secret of its keepers. The database fills it in
    when anything comes to the passage that is not private.
    """

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="keepers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["passage", "user"], name="keeper_is_named_once")
        ]

    def __str__(self):
        return f"{self.user_id} of {self.passage_id}"
