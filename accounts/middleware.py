"""Every page needs a sign-in, unless its view says otherwise."""

from django.contrib.auth.middleware import LoginRequiredMiddleware

from talks.access import is_open_to_visitors

from .access import sign_in_first


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Django's, with pages for public reading, and with htmx told to leave the page."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if is_open_to_visitors(view_func):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):  # noqa: ARG002
        return sign_in_first(request)
