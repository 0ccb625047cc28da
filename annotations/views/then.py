"""An article as it stood at a moment of the past, to be read and cited."""

from django.http import Http404
from django.shortcuts import render

from annotations.reading import Reading
from history import moments
from talks.models import Article

from . import answers


def article_then(request, article):
    """Show ``article``, which is open to this person now, as it stood then; to be read only."""
    try:
        moment = moments.Moment(request.GET["as_of"])
    except moments.NoMoment as error:
        context = {"what": article.headline, "now": article.get_absolute_url(), "error": error}
        return render(request, "talks/no_moment.html", context, status=422)
    # Whoever asks is who they are now.
    _ = request.user.is_authenticated
    context = {"article": article, "moment": moment, "now": article.get_absolute_url()}
    template = "annotations/article_then.html"
    with moments.as_of(moment):
        articles = Article.objects.visible_to(request.user).select_related("round")
        then = articles.filter(pk=article.pk).first()
        if then is not None:
            reading = Reading(then, request.user)
            number = answers.query_number(request, "part") or 0
            if number >= len(reading.parts):
                raise Http404
            context |= {"article": then, "reading": reading, "part": reading.part(number)}
            if request.htmx and "part" in request.GET:
                template += "#cards"
        return render(request, template, context)
