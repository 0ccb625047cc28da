"""Sending somebody to sign in, and back to where they were."""

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from .returning import sign_in_address

# Words of people, in whatever form; a choice or a number says nothing without its page.
TYPED = ("text", "note", "exact", "tag", "name", "title", "reason", "summary", "definition")


def sign_in_first(request):
    """Lead to the sign-in page; htmx is told to leave the page rather than to swap it in.

    Whose session ended over a form without scripts gets back what was typed into it.
    """
    address = sign_in_address(request)
    if request.htmx:
        response = HttpResponseClientRedirect(address)
    elif typed := _typed_before_the_end(request):
        context = {"typed": typed, "address": address}
        response = render(request, "accounts/signed_out.html", context, status=403)
    else:
        response = redirect(address)
    add_never_cache_headers(response)
    return response


def _typed_before_the_end(request):
    """What somebody wrote who was signed in when their page was made: texts, in their order."""
    if request.method != "POST" or not request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        return []
    if "text/html" not in request.headers.get("Accept", ""):
        return []  # a script asks, and knows where it is led
    if request.path_info in settings.UPLOAD_LIMITS:
        return []  # what may be a lot is read for those who may send it
    return [
        value
        for name, value in request.POST.items()
        if value.strip() and (name in TYPED or len(value.split()) > 1) and "password" not in name
    ]
