"""How much each tag is used, by whom, where, and together with which others."""

from django.core.paginator import Paginator
from django.http import Http404
from django.views.decorators.http import require_safe

from .. import overview
from ..figures import BY, Figures
from ..reading import Tags
from . import answers
from .codebook import page_of

PAIRS = 100
PASSAGES = 40


@require_safe
def tag_figures(request):
    """Figures as tables and pictures; ``?pair=3:7``, ``?coders=3`` or ``?articles=3`` opens one."""
    by = request.GET.get("by", "same")
    if by not in BY:
        raise Http404
    work = request.GET.get("work", "")
    if work not in dict(overview.COUNTED):
        raise Http404
    tags = Tags()
    figures = Figures(tags, request.user, by, work)
    rows = [
        {
            "tag": row.tag,
            "counts": [
                (len(row.passages), figures.passages_address(row.tag), "passage"),
                (len(row.coders), figures.address(coders=row.tag.pk), "coder"),
                (len(row.articles), figures.address(articles=row.tag.pk), "article"),
            ],
        }
        for row in figures.rows
    ]
    pairs = [
        (
            one,
            other,
            (same, figures.address(pair=f"{one.pk}:{other.pk}", by="same")),
            (overlapping, figures.address(pair=f"{one.pk}:{other.pk}", by="overlap")),
        )
        for one, other, same, overlapping in figures.pairs()[:PAIRS]
    ]
    context = {
        "by": by,
        "ways": BY,
        "counted": overview.COUNTED,
        "work": work,
        "rows": rows,
        "pairs": pairs,
        "unused": figures.unused,
        "together": figures.together_grid(),
        "spread": figures.spread_grid(request.user),
        "opened": _opened(request, tags, figures),
    }
    return page_of(request, "annotations/tag_figures.html", context)


def _opened(request, tags, figures):
    """What a number counts, or None where the address asks for none."""
    for name in ("coders", "articles"):
        if name in request.GET:
            tag = tags.rows.get(answers.query_number(request, name))
            if tag is None:
                raise Http404
            found = (
                figures.coders_of(tag)
                if name == "coders"
                else figures.articles_of(tag, request.user)
            )
            return {"kind": name, "tag": tag, "rows": found}
    if "pair" not in request.GET:
        return None
    one, _, other = request.GET["pair"].partition(":")
    keys = [int(k) if k.isascii() and k.isdigit() and len(k) < 19 else 0 for k in (one, other)]
    if not all(key in tags.rows for key in keys):
        raise Http404
    found = figures.together.get(tuple(keys), set())
    taggings = overview.counted(overview.taggings_of(set(keys)), figures.work)
    ordered = overview.passages_of(taggings.filter(passage__in=found), request.user)
    page = Paginator(ordered, PASSAGES).get_page(request.GET.get("page"))
    page.object_list = overview.in_context(page.object_list, taggings)
    return {
        "kind": "pair",
        "tag": tags.rows[keys[0]],
        "other": tags.rows[keys[1]],
        "page": page,
    }
