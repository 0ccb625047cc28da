"""Pages that can be asked for as they stood at a moment: ``?as_of=2026-11-20``."""

import functools

from django.shortcuts import get_object_or_404, render

from history import moments

from ..models import Round


def shows_moments(view):
    """Have a page of a round show the moment that its address asks for, read only."""

    @functools.wraps(view)
    def shown(request, slug):
        if "as_of" not in request.GET:
            return view(request, slug)
        now = get_object_or_404(Round, slug=slug)
        context = {"what": now.name, "now": request.path}
        try:
            request.moment = moments.Moment(request.GET["as_of"])
        except moments.NoMoment as error:
            context["error"] = error
            return render(request, "talks/no_moment.html", context, status=422)
        # Whoever asks is who they are now.
        _ = request.user.is_authenticated
        with moments.as_of(request.moment):
            then = Round.objects.filter(pk=now.pk).first()
            if then is None:
                return render(request, "talks/no_moment.html", context | {"is_before": True})
            return view(request, then.slug)

    return shown
