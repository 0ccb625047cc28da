"""Who may open a page without signing in."""

from django.conf import settings


def public_reading(view):
    """Open ``view`` to visitors, unless PUBLIC_READING is off.

    The setting is read at each request, by :func:`is_open_to_visitors`.
    """
    view.public_reading = True
    return view


def is_open_to_visitors(view):
    """Whether ``view`` needs no sign-in: by ``login_not_required``, or as public reading."""
    if getattr(view, "public_reading", False):
        return settings.PUBLIC_READING
    return not getattr(view, "login_required", True)
