"""Whether this process lives, and whether it can do its work; for whoever restarts it."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection, transaction
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .errors import RETRY_AFTER

PATIENCE = "2s"


@require_safe
@login_not_required
@never_cache
def live(request):  # noqa: ARG001
    """The process answers; says nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@login_not_required
@never_cache
def ready(request):  # noqa: ARG001
    """200 when the database answers a query within two seconds of connecting, else 503."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse(
            "database unavailable",
            status=503,
            content_type="text/plain",
            headers={"Retry-After": RETRY_AFTER},
        )
    return HttpResponse("ok", content_type="text/plain")
