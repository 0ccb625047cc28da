"""Who works here: accounts with one of three roles, and the links that open them."""

import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from history.tracking import tracked

from . import names

USERNAME_LENGTH = 64
NAME_LENGTH = 100
NAME_IS_TAKEN = "There is an account of this name already."


class Role(models.TextChoices):
    """Each role may do all that the one before it may."""

    RESEARCHER = "researcher"
    EDITOR = "editor"
    ADMIN = "admin"


def validate_username(username):
    """Refuse what cannot be seen, told apart or typed; expects a normal username."""
    if names.unseen(username):
        raise ValidationError("This name has an invisible character in it.", code="unseen")
    if not all(map(names.may_be_in_username, username)):
        raise ValidationError(
            "Letters, digits and . _ - @ + only, without spaces.", code="character"
        )


def validate_name(name):
    if names.unseen(name):
        raise ValidationError("This name has an invisible character in it.", code="unseen")


def is_of_taken_name(error):
    """Whether an IntegrityError says that another account has the name."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "accounts_user_username_key"


class NormalUsername(Func):
    """The spelling of :func:`names.normal_username` as PostgreSQL makes it."""

    template = "lower(normalize(%(expressions)s, NFKC))"
    output_field = models.TextField()


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def manageable_by(self, user):
        """All accounts for an admin, none for anybody else."""
        return self if user.may_administer else self.none()

    def by_name(self):
        """Active ones first, each group by username."""
        return self.order_by("-is_active", "username")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, username):
        """Find an account by its name, without regard to case or width of letters."""
        return self.get(username=names.normal_username(username))

    def create_user(self, username, *, role=Role.RESEARCHER, password=None, **fields):
        """An account without ``password`` can be entered by a one-time link only."""
        user = self.model(username=names.normal_username(username), role=role, **fields)
        user.set_password(password)
        user.save()
        return user


@tracked(without=["password", "last_login"])
class User(AbstractBaseUser):
    """Somebody who works here. Deactivated, never deleted: their work keeps their name."""

    username = models.CharField(
        max_length=USERNAME_LENGTH,
        unique=True,
        error_messages={"unique": NAME_IS_TAKEN},
        validators=[validate_username],
        help_text="For signing in, in one spelling: compatibility form, lower case.",
    )
    name = models.CharField(
        max_length=NAME_LENGTH,
        blank=True,
        validators=[validate_name],
        help_text="As shown beside their work.",
    )
    role = models.CharField(max_length=16, choices=Role)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    letter_keys = models.BooleanField(
        default=True, help_text="Whether single letters act while text is selected."
    )
    version = models.PositiveIntegerField(default=1, help_text="Of name, role and activity.")
    session_epoch = models.PositiveIntegerField(
        default=1, help_text="Sessions of an earlier epoch have ended."
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["role"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="username_has_one_spelling",
                condition=Q(username=NormalUsername("username")) & Q(username__regex=r"^\S+$"),
                violation_error_message="This name cannot be written in one spelling.",
            ),
            models.CheckConstraint(name="role_is_known", condition=Q(role__in=Role.values)),
        ]

    def __str__(self):
        return self.name or self.username

    @classmethod
    def normalize_username(cls, username):
        return names.normal_username(username)

    def get_short_name(self):
        return str(self)

    def get_session_auth_hash(self):
        """What a session must hold to be this account's; another password or epoch ends it."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self):
        return map(self._session_hash, settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret):
        return salted_hmac(
            "accounts.session",
            f"{self.session_epoch}:{self.password}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    @property
    def activity(self):
        return "active" if self.is_active else "deactivated"

    @property
    def may_edit(self):
        """Review, and edit the codebook and what is known of parties, people and issues."""
        return self.role in {Role.EDITOR, Role.ADMIN}

    @property
    def may_administer(self):
        """Load and publish articles, arrange rounds, give accounts and roles."""
        return self.role == Role.ADMIN


class DigestQuerySet(models.QuerySet):
    def waiting(self):
        """Those that are wanted at an address which nobody has confirmed yet."""
        return self.filter(is_wanted=True, confirmed_at=None)

    def due(self, day):
        """Those wanted and confirmed by somebody who may still sign in, not sent on ``day``."""
        wanted = self.filter(is_wanted=True, user__is_active=True).exclude(confirmed_at=None)
        return wanted.filter(Q(last_sent_on=None) | Q(last_sent_on__lt=day))


class Digest(models.Model):
    """What is new in somebody's inbox, by e-mail once a day: where to, and whether it is wanted.

    Not in the history: an address is nobody's business, and goes when its owner takes it out.
    """

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="digest")
    address = models.EmailField(blank=True)
    is_wanted = models.BooleanField(default=False)
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the link that confirms an address was last mailed."
    )
    confirmed_at = models.DateTimeField(
        null=True, blank=True, help_text="When that link was followed; empty for another address."
    )
    last_sent_on = models.DateField(
        null=True, blank=True, help_text="In UTC; written before it is sent."
    )
    version = models.PositiveIntegerField(default=1)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="digest_has_an_address",
                condition=Q(is_wanted=False) | Q(address__regex=r"^\S+@\S+$"),
                violation_error_message="Say to which address.",
            )
        ]

    def __str__(self):
        return f"digest of {self.user_id}"


class SignInLinkQuerySet(models.QuerySet):
    def unspent(self):
        """Those neither used nor revoked; they may have expired."""
        return self.filter(used_at=None, revoked_at=None)

    def live(self):
        """Those that would sign somebody in now; a deactivated account has none."""
        return self.unspent().filter(expires_at__gt=Now())


class SignInLink(models.Model):
    """A link that signs its account in, once. Its token is known by whoever holds it alone."""

    LIFETIME = datetime.timedelta(hours=24)

    user = models.ForeignKey(User, models.PROTECT, related_name="sign_in_links")
    token_sha256 = models.CharField(max_length=64, unique=True, help_text="In hex.")
    made_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: by a command.",
    )
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SignInLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at=None, revoked_at=None),
                name="account_has_one_unspent_link",
            ),
            models.CheckConstraint(
                name="used_link_is_not_revoked",
                condition=Q(used_at=None) | Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="link_expires_after_it_was_made", condition=Q(expires_at__gt=F("made_at"))
            ),
            models.CheckConstraint(
                name="link_token_is_a_sha256",
                condition=Q(token_sha256__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
            ),
        ]

    def __str__(self):
        return f"link {self.pk} for {self.user_id}"
