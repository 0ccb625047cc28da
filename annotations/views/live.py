"""Whether anything happened, for pages that stay open."""

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from annotations import live as what_happened

from . import answers


@require_safe
def live(request):
    """What is new to a page that knows ``state``, ``here`` and ``inbox``; 204 where nothing is.

    With ``article`` it is about that article, and about who reads it; else about all work.
    """
    state, people = _now(request)
    here = " ".join(str(one.pk) for one in people)
    is_changed = state != request.GET.get("state")
    unread = request.user.unread_count
    is_told = str(unread) == request.GET.get("inbox", str(unread))
    if not is_changed and here == request.GET.get("here", "") and is_told:
        return HttpResponse(status=204)
    names = [str(one) for one in people]
    return JsonResponse({"changed": is_changed, "here": here, "names": names, "inbox": unread})


def _now(request):
    if "article" not in request.GET:
        return what_happened.state(request.user), []
    article_id = answers.query_number(request, "article")
    state = article_id and what_happened.article_state(request.user, article_id)
    if not state:
        raise Http404
    return state, what_happened.company(request.user, article_id)
