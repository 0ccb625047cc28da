"""How plain text is shown."""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from linkify_it import LinkifyIt

register = template.Library()
links = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
SCHEMES = ("http://", "https://")


@register.filter
def linked(text):
    """Plain text as HTML, its web addresses clickable; nothing else in it means anything."""
    pieces = []
    at = 0
    for match in links.match(text) or []:
        if not match.url.lower().startswith(SCHEMES):
            continue
        pieces.append(escape(text[at : match.index]))
        words = text[match.index : match.last_index]
        pieces.append(
            format_html('<a href="{}" rel="nofollow noopener noreferrer">{}</a>', match.url, words)
        )
        at = match.last_index
    pieces.append(escape(text[at:]))
    return mark_safe("".join(pieces))  # noqa: S308 - each piece is escaped above
