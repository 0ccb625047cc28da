"""What was removed for good says so at its old address."""

from django.db import Error
from django.shortcuts import render

from .models import Tombstone


class GoneMiddleware:
    """Answers 410 in place of 404 where something was purged, to those who could see it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in {"GET", "HEAD"}:
            return response
        try:
            stones = Tombstone.objects.filter(address=request.path).select_related("by")
            if not request.user.is_authenticated:
                stones = stones.filter(was_public=True)
            stone = stones.order_by("-pk").first()
        except Error:
            return response
        if stone is None:
            return response
        return render(request, "gone.html", {"stone": stone}, status=410)
