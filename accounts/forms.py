"""The gate for what people type about accounts."""

from django import forms
from django.contrib.auth import password_validation
from django.db import IntegrityError, transaction

from . import guessing, links, mailing
from .models import NAME_IS_TAKEN, USERNAME_LENGTH, User, is_of_taken_name
from .passwords import MAXIMUM

WRONG = "Name and password do not fit together. Check both, or ask an admin for a one-time link."


class PasswordField(forms.CharField):
    def __init__(self, *, autocomplete, **options):
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(widget=widget, strip=False, max_length=MAXIMUM, **options)

    def widget_attrs(self, widget):
        """No maxlength: a browser would cut a long password off without a word."""
        return {k: v for k, v in super().widget_attrs(widget).items() if k != "maxlength"}


class LabelledForm:
    """Labels without a colon behind them."""

    def __init__(self, *args, **options):
        super().__init__(*args, label_suffix="", **options)


class SignInForm(LabelledForm, forms.Form):
    username = forms.CharField(
        label="Name",
        max_length=USERNAME_LENGTH,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = PasswordField(label="Password", autocomplete="current-password")
    guess = guessing.Guess(None)

    def clean(self):
        if self.errors:
            return
        self.guess = guessing.try_password(**self.cleaned_data)
        if self.guess.wait:
            self.add_error(None, too_many_guesses(self.guess))
        elif self.guess.user is None:
            self.add_error(None, WRONG)


def too_many_guesses(guess):
    minutes = guess.wait_minutes
    return (
        "Too many wrong passwords for this name. Try again in"
        f" {minutes} minute{'s' if minutes > 1 else ''}; a one-time link from an admin works now."
    )


class AccountForm(LabelledForm, forms.ModelForm):
    """A new account and its first link; the same form sent twice makes both once."""

    key = forms.CharField(max_length=100, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ["username", "name", "role"]
        labels = {"username": "Name for signing in", "name": "Name shown"}
        help_texts = {
            "username": "Letters, digits and . _ - @ +; capitals make no difference.",
            "name": "Beside their work, such as “Olena Kovalenko”. Empty: the name for signing in.",
        }
        widgets = {
            "username": forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
            ),
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def clean_username(self):
        return User.normalize_username(self.cleaned_data["username"])

    def save(self, made_by):
        """The path of the new account's link; None, with an error, if the name was just taken."""
        self.instance.set_unusable_password()
        try:
            with transaction.atomic():
                self.instance.save()
                return links.issue(self.instance, made_by, self.cleaned_data["key"])
        except IntegrityError as error:
            if not is_of_taken_name(error):
                raise
            self.instance.pk = None
            self.add_error("username", NAME_IS_TAKEN)
            return None

    def made_before(self):
        """The account that this very form has made already, or None."""
        username = User.normalize_username(self.data.get("username", ""))
        account = User.objects.filter(username=username).first()
        return (
            account
            if account and links.issued(account, self.data.get("key", "")).exists()
            else None
        )


class BasedOnForm(forms.Form):
    """Which version of the account the page showed."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class RoleForm(BasedOnForm):
    role = forms.ChoiceField(choices=User._meta.get_field("role").choices)


class LinkForm(BasedOnForm):
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)


class SettingsForm(LabelledForm, forms.ModelForm):
    """One's own name and ways."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ["name", "letter_keys"]
        labels = {
            "name": "Your name, as others see it",
            "letter_keys": "Single letters act while text is selected",
        }
        help_texts = {
            "name": "Beside your work. Empty: the name you sign in with.",
            "letter_keys": "Switch this off if you steer by voice or press keys by chance.",
        }
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def save(self):
        """Whether it was saved; not if the version is not the one that stands."""
        wanted = {field: self.cleaned_data[field] for field in self._meta.fields}
        account = User.objects.filter(pk=self.instance.pk)
        version = self.cleaned_data["version"]
        if account.filter(version=version).update(**wanted, version=version + 1):
            return True
        return account.filter(**wanted).exists()


class DigestForm(LabelledForm, forms.Form):
    """Where the daily mail goes, and whether it is wanted."""

    version = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput(attrs={"id": "mail_version"}),  # beside the account's own
    )
    is_wanted = forms.BooleanField(
        label="Send me what is new in my inbox once a day", required=False
    )
    address = forms.EmailField(
        label="To this address",
        required=False,
        max_length=254,
        help_text="Nobody else sees it. A link is sent there first; mails begin once it is"
        " followed. Each has a link that ends them.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args, digest, **options):
        initial = {
            "version": digest.version if digest else 0,
            "is_wanted": bool(digest) and digest.is_wanted,
            "address": digest.address if digest else "",
        }
        super().__init__(*args, initial=initial, **options)

    def clean(self):
        data = super().clean()
        if data.get("is_wanted") and not data.get("address") and "address" not in self.errors:
            self.add_error("address", "Say to which address.")
        return data

    def save(self, user):
        """Whether it was saved; not if the version is not the one that stands."""
        data = self.cleaned_data
        return mailing.save(user, data["address"], data["is_wanted"], data["version"])


class PasswordForm(LabelledForm, forms.Form):
    """A new password for oneself; asks for the old one if ``needs_old``."""

    old_password = PasswordField(label="Your password now", autocomplete="current-password")
    new_password = PasswordField(
        label="New password",
        autocomplete="new-password",
        help_text="12 characters or more. A few words together are good; pasting is fine.",
    )
    again = PasswordField(label="New password again", autocomplete="new-password")
    guess = guessing.Guess(None)

    def __init__(self, *args, user, needs_old, **options):
        super().__init__(*args, **options)
        self.user = user
        if not needs_old:
            del self.fields["old_password"]

    def clean_new_password(self):
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.user)
        return password

    def clean(self):
        new, again = self.cleaned_data.get("new_password"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", "This is not the same as the line above.")
        if "old_password" in self.fields and not self.errors:
            self._check_old(self.cleaned_data["old_password"])

    def _check_old(self, password):
        """Under the same limit as signing in, or an open session would be a place to guess."""
        self.guess = guessing.try_password(self.user.username, password)
        if self.guess.wait:
            self.add_error("old_password", too_many_guesses(self.guess))
        elif self.guess.user is None:
            self.add_error("old_password", "This is not your password.")

    def save(self):
        self.user.set_password(self.cleaned_data["new_password"])
        with transaction.atomic():
            self.user.save(update_fields=["password"])
            links.revoke(self.user)
