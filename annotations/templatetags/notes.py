"""How plain text is shown."""

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from annotations.at_names import pieces

register = template.Library()


@register.filter
def linked(text, mentioned=()):
    """Plain text as HTML, its web addresses clickable; nothing else in it means anything.

    But the names of those whom it mentions: ``mentioned`` has them as dictionaries with ``pk``,
    ``username``, ``name`` and ``is_active``.
    """
    people = {one["username"]: one for one in mentioned or ()}
    shown = [_shown(piece, people) for piece in pieces(text)]
    return mark_safe("".join(shown))  # noqa: S308 - each piece is escaped below


def _shown(piece, people):
    if piece.url:
        return format_html(
            '<a href="{}" rel="nofollow noopener noreferrer">{}</a>', piece.url, piece.words
        )
    name = next((name for name in piece.names if name in people), None)
    if name is None:
        return escape(piece.words)
    one = people[name]
    shorter = len(piece.names[0]) - len(name)
    return format_html(
        '<a class="mention" href="{}" title="@{}{}">@<bdi>{}</bdi></a>{}',
        reverse("annotations:history_by", args=[one["pk"]]),
        name,
        "" if one["is_active"] else ", account deactivated",
        one["name"] or name,
        piece.words[len(piece.words) - shorter :] if shorter else "",
    )
