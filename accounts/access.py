"""Sending somebody to sign in, and back to where they were."""

from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from .returning import sign_in_address


def sign_in_first(request):
    """Lead to the sign-in page; htmx is told to leave the page rather than to swap it in."""
    address = sign_in_address(request)
    response = HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    add_never_cache_headers(response)
    return response
