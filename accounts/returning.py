"""Where somebody was going when they had to sign in."""

import unicodedata
from urllib.parse import urlsplit, urlunsplit

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

LENGTH = 2000
# Whoever signs in must not be led on into a link that signs them in as somebody else.
NEVER = ("/sign-in/", "/sign-out/")


def own_path(request, url):
    """Path, query and fragment of ``url`` if it leads to a page of this host, else ""."""
    if len(url) > LENGTH or any(map(_is_odd, url)):
        return ""
    if not url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(url)
    if not parts.path.startswith("/") or parts.path.startswith(("//", *NEVER)):
        return ""
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def _is_odd(character):
    """Browsers drop or turn these in an address, and then it leads elsewhere."""
    return character == "\\" or unicodedata.category(character)[0] in "CZ"


def asked_for(request):
    """The ``next`` of the form or the address, if it is one of ours, else ""."""
    return own_path(request, request.POST.get("next") or request.GET.get("next", ""))


def came_from(request):
    """The page to come back to after signing in: the one in the browser's address bar."""
    if request.htmx:
        return own_path(request, request.htmx.current_url or "")
    if request.method in {"GET", "HEAD"}:
        return own_path(request, request.get_full_path())
    return own_path(request, request.headers.get("Referer", ""))


def sign_in_address(request):
    """The sign-in page, told where to go on to."""
    page = came_from(request)
    query = {"next": page} if page not in {"", "/"} else {}
    return reverse("accounts:sign_in", query=query)
