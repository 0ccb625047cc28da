"""What people type when an article supersedes another."""

from django import forms

from talks import gate
from talks import text as plain_text
from talks.models import Article

from .forms import WritingForm


class SupersedeForm(WritingForm):
    """The article that is superseded, and the version of the one that supersedes it."""

    old = forms.ModelChoiceField(
        Article.objects.none(),
        error_messages={
            "required": "Choose the article that this one supersedes.",
            "invalid_choice": (
                "This article cannot be superseded: another version may have taken its place."
            ),
        },
    )
    version = gate.VersionField()

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old"].queryset = candidates


class DropForm(WritingForm):
    version = gate.VersionField()


class CarryForm(DropForm):
    """The words of the new version that a passage is put on; ``start`` says near which place."""

    words = gate.QuoteField(
        widget=forms.Textarea,
        error_messages={"required": "Type or select the words of the new version."},
    )
    start = gate.CodePointField(required=False)

    def __init__(self, *args, carry, **kwargs):
        super().__init__(*args, **kwargs)
        self.carry = carry
        self.span = None

    def clean(self):
        data = super().clean()
        words = data.get("words", "").strip()
        if not words:
            if "words" in data:
                self.add_error("words", "Type or select the words of the new version.")
            return data
        text = self.carry.article.text
        near = self.carry.start if data.get("start") is None else data["start"]
        start = nearest(text, words, near)
        if start is None:
            self.add_error(
                "words", "These words do not stand in the new version. Copy them exactly."
            )
        else:
            span = plain_text.trimmed(text, start, start + len(words))
            self.span = plain_text.widened_to_graphemes(text, *span)
        return data


def nearest(text, words, near):
    """Where ``words`` stand in ``text``, as near to ``near`` as can be; None if nowhere."""
    behind = text.find(words, max(0, near))
    before = text.rfind(words, 0, max(0, near) + len(words))
    found = [at for at in (before, behind) if at >= 0]
    return min(found, key=lambda at: abs(at - near), default=None)
