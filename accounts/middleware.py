"""Every page needs a sign-in, unless its view says otherwise."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from talks.access import is_open_to_visitors

from .returning import sign_in_address


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's, with pages for public reading, and with htmx told to leave the page."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if is_open_to_visitors(view_func):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):  # noqa: ARG002
        address = sign_in_address(request)
        response = HttpResponseClientRedirect(address) if request.htmx else redirect(address)
        add_never_cache_headers(response)
        return response
