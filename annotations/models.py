"""What researchers say about the text: codebook, taggings, notes, and who did what."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Lower, Now
from django.urls import reverse

from history.tracking import tracked
from talks.models import (
    Article,
    ArticleStatus,
    Colour,
    OutcomeReport,
    Passage,
    Position,
    WorkStatus,
    is_one_of,
)

from .models_completion import Completion
from .models_notices import Notice
from .models_review import (
    ITEMS,
    Decision,
    Review,
    ReviewTakenBack,
    is_about_one,
)
from .models_saved import SavedPage, SavedSearch
from .models_search import EntryKind, SearchEntry
from .models_together import Presence

__all__ = [
    "Completion",
    "Decision",
    "EntryKind",
    "Notice",
    "Presence",
    "Review",
    "ReviewTakenBack",
    "SavedPage",
    "SavedSearch",
    "SearchEntry",
]


class NameKey(Func):
    """What a tag's name is compared by: compatibility form, lower case, single spaces."""

    template = r"lower(normalize(btrim(regexp_replace(%(expressions)s, '\s+', ' ', 'g')), NFKC))"
    output_field = models.TextField()


class CodebookQuerySet(models.QuerySet):
    def oldest(self):
        """The codebook that coding starts from, or None where there is none yet."""
        return self.order_by("pk").first()


@tracked()
class Codebook(models.Model):
    """The tags a team shares. Every change of it makes a new version."""

    name = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    description = models.TextField(blank=True)

    objects = CodebookQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="codebook_name_is_unique")]

    def __str__(self):
        return self.name


class TagStatus(models.TextChoices):
    """Proposed by a researcher, taken up by an editor, or no longer offered."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ARCHIVED = "archived"


class TagQuerySet(models.QuerySet):
    def offered(self):
        """Those that can be put on a passage."""
        return self.exclude(status=TagStatus.ARCHIVED)

    def in_tree_order(self):
        """As they stand in the codebook among their siblings."""
        return self.order_by("order", "name", "pk")

    def called(self, name):
        """Those of this name, however it is spelt: case, width and spaces do not count."""
        return self.annotate(key=NameKey("name")).filter(key=NameKey(Value(name)))

    def proposed(self):
        """Those that wait for an editor, oldest first."""
        return self.filter(status=TagStatus.PROPOSED).order_by("created_at", "pk")


@tracked()
class Tag(models.Model):
    """A code of the codebook, with the rule for its use."""

    codebook = models.ForeignKey(Codebook, models.PROTECT, related_name="tags")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    name = models.CharField(max_length=120)
    definition = models.TextField(blank=True)
    example = models.TextField(blank=True)
    counter_example = models.TextField(blank=True)
    colour = models.CharField(
        max_length=16, choices=Colour, blank=True, help_text="Empty: the colour of its parent."
    )
    shortcut = models.CharField(max_length=1, blank=True)
    order = models.PositiveIntegerField(default=0, help_text="Among its siblings.")
    status = models.CharField(max_length=16, choices=TagStatus, default=TagStatus.PROPOSED)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="split_off"
    )
    archived_because = models.TextField(
        blank=True, default="", db_default="", help_text="Why it is no longer offered."
    )
    defined_in = models.PositiveIntegerField(
        default=1, db_default=1, help_text="The codebook’s version that its definition is of."
    )
    guid = models.UUIDField(
        db_default=RandomUUID(), editable=False, help_text="What it is known by in exchanged files."
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "codebook",
                NameKey("name"),
                name="tag_name_is_unique_however_spelt",
                violation_error_message="The codebook has a tag of this name already.",
            ),
            models.UniqueConstraint(
                fields=["codebook", "shortcut"],
                condition=~Q(shortcut=""),
                name="tag_shortcut_is_unique",
            ),
            models.UniqueConstraint(fields=["codebook", "guid"], name="tag_guid_is_unique"),
            models.CheckConstraint(name="tag_name_is_not_blank", condition=Q(name__regex=r"\S")),
            models.CheckConstraint(
                name="tag_status_is_known", condition=is_one_of("status", TagStatus)
            ),
            models.CheckConstraint(
                name="tag_colour_is_known", condition=Q(colour="") | is_one_of("colour", Colour)
            ),
            models.CheckConstraint(
                name="replaced_tag_is_archived",
                condition=Q(replaced_by__isnull=True) | Q(status=TagStatus.ARCHIVED),
            ),
            models.CheckConstraint(
                name="tag_does_not_replace_itself",
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("pk")),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("annotations:tag_detail", args=[self.pk])

    @property
    def in_the_end(self):
        """The tag that this one was merged into, over however many merges; or itself."""
        tag = self
        while tag.replaced_by_id:
            tag = tag.replaced_by
        return tag


class CodebookVersion(models.Model):
    """The codebook as it stood after one change of it; never changed afterwards.

    ``tags`` holds the stored fields of every tag, as :mod:`annotations.versions` writes them.
    """

    codebook = models.ForeignKey(Codebook, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    act = models.OneToOneField(
        "Act", models.PROTECT, null=True, blank=True, related_name="codebook_version",
        help_text="What made it; empty for what was there at the beginning.",
    )  # fmt: skip
    tags = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["codebook", "number"], name="codebook_version_is_kept_once"
            ),
        ]

    def __str__(self):
        return f"version {self.number}"


class TaggingQuerySet(models.QuerySet):
    def live(self):
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)

    def to_check_again(self):
        """Those whose tag was defined anew since their coder last looked at them."""
        return (
            self.live()
            .exclude(tag__status=TagStatus.ARCHIVED)
            .filter(codebook_version__lt=F("tag__defined_in"))
            .filter(Q(checked_version=None) | Q(checked_version__lt=F("tag__defined_in")))
        )

    def visible_to(self, user):
        """Everybody's for those who work here, nobody's for visitors."""
        if not user.is_authenticated:
            return self.none()
        return self.live().filter(passage__article__in=Article.objects.visible_to(user))


@tracked(by=["passage", "tag"])
class Tagging(models.Model):
    """A coder's judgement that a tag fits a passage; each coder's own."""

    passage = models.ForeignKey(Passage, models.PROTECT, related_name="taggings")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="taggings")
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="taggings")
    codebook_version = models.PositiveIntegerField(help_text="That the tag was chosen from.")
    checked_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="That it was last found right under, where it was checked."
    )
    work_status = models.CharField(max_length=16, choices=WorkStatus, default=WorkStatus.SUBMITTED)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = TaggingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["passage", "tag", "coder"],
                condition=Q(withdrawn_at=None),
                name="coder_tags_a_passage_once",
                violation_error_message="You have put this tag on this passage already.",
            ),
            models.CheckConstraint(
                name="tagging_work_status_is_known",
                condition=is_one_of("work_status", WorkStatus),
            ),
            models.CheckConstraint(
                name="codebook_version_counts_from_one", condition=Q(codebook_version__gte=1)
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"],
                condition=Q(work_status=WorkStatus.SUBMITTED, withdrawn_at=None),
                name="tagging_submitted",
            )
        ]

    def __str__(self):
        return f"{self.tag_id} on {self.passage_id} by {self.coder_id}"


class Visibility(models.TextChoices):
    PRIVATE = "private", "only me"
    TEAM = "team", "the team"


NOTE_LENGTH = 20_000


class NoteQuerySet(models.QuerySet):
    def live(self):
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)

    def readable_by(self, user):
        """The team's notes, and one's own private ones; none for visitors.

        A withdrawn note with replies is among them, so that nobody's reply goes with it.
        """
        if not user.is_authenticated:
            return self.none()
        replies = Note.objects.live().filter(parent=OuterRef("pk"))
        return self.filter(
            Q(visibility=Visibility.TEAM) | Q(author=user),
            Q(withdrawn_at=None) | Exists(replies),
        )

    def visible_to(self, user):
        """Those that ``user`` may read, on what ``user`` may see."""
        return self.readable_by(user).on_what_is_visible_to(user)

    def on_what_is_visible_to(self, user):
        """Those on tags and on articles that ``user`` may see."""
        if not user.is_authenticated or user.may_administer:
            return self
        drafts = Article.objects.filter(status=ArticleStatus.DRAFT)
        return self.exclude(
            Q(article__in=drafts)
            | Q(passage__article__in=drafts)
            | Q(tagging__passage__article__in=drafts)
            | Q(position__article__in=drafts)
            | Q(outcome_report__article__in=drafts)
            | Q(parent__article__in=drafts)
            | Q(parent__passage__article__in=drafts)
            | Q(parent__tagging__passage__article__in=drafts)
            | Q(parent__position__article__in=drafts)
            | Q(parent__outcome_report__article__in=drafts)
        )

    def in_thread_order(self):
        """Oldest first, as they were written."""
        return self.order_by("created_at", "pk")


@tracked(by=["passage", "article", "tag", "parent"])
class Note(models.Model):
    """What somebody remarks on something, or in reply to such a note.

    It is about a passage, an article, a tag, or a piece of work: a tagging, a position or an
    outcome report; notes on those answer their verdicts. Exactly one of these and ``parent`` is
    set: a reply is about what its parent is about, and as visible.
    """

    ABOUT = ("passage", "article", "tag", *ITEMS)

    passage = models.ForeignKey(
        Passage, models.PROTECT, null=True, blank=True, related_name="notes"
    )
    article = models.ForeignKey(
        Article, models.PROTECT, null=True, blank=True, related_name="notes"
    )
    tag = models.ForeignKey(Tag, models.PROTECT, null=True, blank=True, related_name="notes")
    tagging = models.ForeignKey(
        Tagging, models.PROTECT, null=True, blank=True, related_name="notes"
    )
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="notes"
    )
    outcome_report = models.ForeignKey(
        OutcomeReport, models.PROTECT, null=True, blank=True, related_name="notes"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replies"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notes")
    text = models.TextField()
    visibility = models.CharField(max_length=16, choices=Visibility, default=Visibility.TEAM)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="note_is_about_one_thing",
                # Written out: a class body's names are unknown within Meta.
                condition=is_about_one(("passage", "article", "tag", *ITEMS, "parent")),
            ),
            models.CheckConstraint(
                name="note_says_something",
                condition=Q(text__regex=r"\S"),
                violation_error_message="Write something first.",
            ),
            models.CheckConstraint(
                name="note_visibility_is_known", condition=is_one_of("visibility", Visibility)
            ),
        ]

    def __str__(self):
        return self.text[:60]

    def get_absolute_url(self):
        return reverse("annotations:note_detail", args=[self.pk])


class ActKind(models.TextChoices):
    """What a person can do to the common work, and undo."""

    TAG = "tag", "tagged"
    UNTAG = "untag", "took a tag off"
    NOTE = "note", "noted"
    REPLY = "reply", "replied"
    EDIT_NOTE = "edit_note", "edited a note"
    WITHDRAW_NOTE = "withdraw_note", "withdrew a note"
    MOVE_BOUNDS = "move_bounds", "moved the bounds of a passage"
    RECORD = "record", "recorded"
    REVISE = "revise", "changed what was recorded"
    WITHDRAW = "withdraw", "withdrew what was recorded"
    DONE = "done", "said how far the coding is"
    REVIEW = "review", "reviewed"
    CODEBOOK = "codebook", "changed the codebook"
    ARTICLE = "article", "changed an article"
    CARRY = "carry", "carried over to a new version"
    REFERENCE = "reference", "changed what positions refer to"
    UNDO = "undo", "undid"
    REDO = "redo", "did again"


class ActQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everybody's for those who work here, but what touches private notes alone."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(is_private=False) | Q(actor=user))

    def newest_first(self):
        return self.order_by("-pk")

    def reaching(self, article):
        """Those that may change what a page on ``article`` shows: on it, or on several at once."""
        on_tags = [ActKind.NOTE, ActKind.REPLY, ActKind.EDIT_NOTE, ActKind.WITHDRAW_NOTE]
        here = Q(article=article) | Q(also_on=article)
        return self.filter(here | (Q(article=None) & ~Q(kind__in=on_tags)))


class Act(models.Model):
    """What somebody did, as one step that can be undone; never changed afterwards.

    ``changes`` lists the rows touched: ``{"model", "pk", "version", "before", "after"}``, where
    ``version`` is the row's after the act, ``before`` is null for a row that the act made, and
    both hold only the fields that differ. ``key`` is the browser's name for the request: the
    same one sent twice does nothing twice.
    """

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=16, choices=ActKind)
    article = models.ForeignKey(Article, models.PROTECT, null=True, blank=True, related_name="acts")
    also_on = models.ForeignKey(
        Article,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The older version that it reaches too, where work goes over to a newer one.",
    )
    summary = models.CharField(max_length=300, help_text="What was done, for a person to read.")
    passages = ArrayField(
        models.BigIntegerField(), default=list, help_text="Those that now look different."
    )
    changes = models.JSONField()
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    is_private = models.BooleanField(default=False)
    key = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="act_is_done_once"),
            models.CheckConstraint(name="act_kind_is_known", condition=is_one_of("kind", ActKind)),
            models.CheckConstraint(
                name="undo_and_redo_take_back_an_act",
                condition=Q(kind__in=[ActKind.UNDO, ActKind.REDO], undoes__isnull=False)
                | (~Q(kind__in=[ActKind.UNDO, ActKind.REDO]) & Q(undoes=None)),
            ),
        ]
        indexes = [models.Index(fields=["article", "id"], name="act_by_article")]

    def __str__(self):
        return self.summary


class DraftKind(models.TextChoices):
    """What somebody is recording."""

    POSITION = "position"
    OUTCOME = "outcome"
    EVENT = "event"

    @property
    def page(self):
        """The URL name of the page on which a new one is recorded."""
        pages = {"position": "position_new", "outcome": "outcome_report_new", "event": "event_new"}
        return f"annotations:{pages[self]}"


class DraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, whoever one is; also those discarded, which can be brought back."""
        return self.filter(coder=user) if user.is_authenticated else self.none()

    def kept(self):
        return self.filter(discarded_at=None)

    def discarded(self):
        """Those discarded, the last one first."""
        return self.exclude(discarded_at=None).order_by("-discarded_at", "-pk")

    def newest_first(self):
        return self.order_by("-updated_at", "-pk")


class Draft(models.Model):
    """What a coder has begun to record and not submitted: nobody else's business.

    ``data`` holds the form's fields as they stand, each name with its list of values. ``key`` is
    the one that the form will be submitted by, so what is submitted can no longer be a draft.
    """

    coder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="drafts")
    article = models.ForeignKey(Article, models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=16, choices=DraftKind)
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="drafts",
        help_text="The one that is being changed; empty for a new one.",
    )  # fmt: skip
    data = models.JSONField(default=dict)
    summary = models.CharField(max_length=300, blank=True, help_text="The claim so far.")
    key = models.UUIDField(default=uuid.uuid4)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["coder", "key"], name="draft_is_kept_once"),
            models.CheckConstraint(
                name="draft_kind_is_known", condition=is_one_of("kind", DraftKind)
            ),
        ]

    def __str__(self):
        return self.summary or f"{self.kind} in {self.article_id}"

    def get_absolute_url(self):
        """Where one goes on with it."""
        if self.position_id:
            page = reverse("annotations:position_edit", args=[self.position_id])
        else:
            page = reverse(DraftKind(self.kind).page, args=[self.article_id])
        return f"{page}?draft={self.pk}"
