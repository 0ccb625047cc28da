"""Parley's addresses and a few that fail, each in its own way."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500, urlpatterns
from talks.models import Party, PartyKind

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def broken(request):
    text = request.POST.get("text", "")
    raise ValueError(f"cannot read {text!r}")


def refused_by_the_database(request):
    for _ in range(2):
        Party.objects.create(name=request.POST["text"], slug="one", kind=PartyKind.STATE, mark="O")


def too_slow(request):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
        cursor.execute("SELECT pg_sleep(2)")


def forbidden(request):
    raise PermissionDenied


def address(request):
    return HttpResponse(request.headers.get("HX-Current-URL", "nothing"))


def echo(request, token=""):
    return HttpResponse(request.POST.get("text", "nothing"))


urlpatterns = [
    path("test/broken/", login_not_required(broken)),
    path("test/refused/", login_not_required(refused_by_the_database)),
    path("test/too-slow/", login_not_required(too_slow)),
    path("test/forbidden/", login_not_required(forbidden)),
    path("test/address/", login_not_required(address)),
    path("test/echo/", login_not_required(echo)),
    path("test/echo/<str:token>/", login_not_required(echo)),
    *urlpatterns,
]
