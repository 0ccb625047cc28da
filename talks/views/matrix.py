"""Who holds what: the matrix of propositions by parties, and the parties in pairs."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from .. import browsing, comparison, position_lists
from ..access import public_reading
from ..filters import MatrixFilterForm, PairFilterForm
from ..models import Participation, Round
from ..network import drawing_of
from .moments import shows_moments

SHOWN = 40
OF_ONE_POSITION = 5
# A file says in its name what it counts: nothing else goes with it to where it is read.
COUNTED = {"": "accepted", "open": "with-submitted", "all": "with-rejected"}


@public_reading
@require_safe
@vary_on_headers("HX-Request")
@shows_moments
def position_matrix(request, slug):
    """Propositions by parties; ``?cell=PROPOSITION:PARTY`` opens what a number counts."""
    talks_round, form, matrix = _matrix(request, slug)
    context = {"round": talks_round, "form": form, "matrix": matrix}
    if cell := form.wanted.get("cell"):
        context["opened"] = _opened(request, matrix, form, cell)
    template = "talks/position_matrix.html"
    if request.htmx:
        template += "#statements"
    return render(request, template, context, status=422 if form.errors else 200)


@public_reading
@require_safe
@shows_moments
def position_matrix_csv(request, slug):
    """The matrix as it is shown at the same address, as CSV."""
    talks_round, form, matrix = _matrix(request, slug)
    if form.errors:
        wrong = ", ".join(form.errors)
        return HttpResponse(
            f"This part of the address is not understood: {wrong}.\n",
            content_type="text/plain; charset=utf-8",
            status=422,
        )
    response = HttpResponse(matrix.csv(), content_type="text/csv; charset=utf-8")
    counted = COUNTED[form.status_wanted]
    name = f"positions-{talks_round.slug}-{counted}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public_reading
@require_safe
@vary_on_headers("HX-Request")
@shows_moments
def party_pairs(request, slug):
    """Which parties agree and which disagree, drawn and as a table; ``?pair=`` opens a tie."""
    talks_round, roles, rows, names = _round(request, slug)
    form = PairFilterForm(request.GET, rows=rows, names=names, user=request.user)
    sifted = form.sift()
    pairs = comparison.pairs(sifted, names)
    context = {"round": talks_round, "form": form, "pairs": pairs, "sifted": sifted}
    if form.wanted.get("pair"):
        context["opened"] = _tie(request, form, pairs, sifted, names)
    if request.htmx:
        return render(request, "talks/party_pairs.html#statements", context, status=_status(form))
    context["drawing"] = drawing_of(form, pairs, sifted, names, roles, talks_round)
    if "svg" in request.GET:
        return _as_file(request, context)
    return render(request, "talks/party_pairs.html", context, status=_status(form))


def _as_file(request, context):
    response = render(request, "talks/_network.svg", context, content_type="image/svg+xml")
    name = f"parties-{context['round'].slug}.svg"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _status(form):
    return 422 if form.errors else 200


def _round(request, slug):
    """The round, its participations in order of role, its positions to be counted, and names."""
    talks_round = get_object_or_404(Round, slug=slug)
    roles = list(
        Participation.objects.filter(round=talks_round).select_related("party").in_order_of_role()
    )
    rows = browsing.coded(browsing.positions_of(talks_round, request.user))
    names = browsing.Names(rows, [one.party for one in roles])
    return talks_round, roles, rows, names


def _matrix(request, slug):
    talks_round, roles, rows, names = _round(request, slug)
    form = MatrixFilterForm(request.GET, rows=rows, names=names, user=request.user)
    matrix = comparison.Matrix(form.sift(), form.counted(), names, roles, form)
    return talks_round, form, matrix


def _opened(request, matrix, form, cell):
    """What the panel shows for a number: its heading's parts, and a page of what it counts."""
    entries = matrix.entries(**cell)
    page = Paginator(entries, SHOWN).get_page(request.GET.get("page"))
    groups = [entry[:OF_ONE_POSITION] for entry in page.object_list]
    shown = _shown(groups, request.user, form.work)
    page.object_list = [
        {"positions": positions, "count": len(entry), "all": _all_of(matrix, form, entry)}
        for positions, entry in zip(shown, page.object_list, strict=True)
    ]
    names = matrix.names
    return {
        "page": page,
        "key": request.GET["cell"],
        "party": names.party_by_slug.get(cell["party"]),
        "proposition": _named(names.propositions, cell["proposition"]),
        "stance": cell["stance"] or "",
    }


def _all_of(matrix, form, entry):
    """Where all statements of a distinct position stand."""
    one = entry[0]
    key = f"{one.proposition}:{matrix.names.parties[one.party].slug}:{one.stance}"
    return form.state(count="", cell=key)


def _shown(groups, user, work):
    """Groups of rows as groups of positions with their quotations, in five queries."""
    keys = list(dict.fromkeys(one.pk for group in groups for one in group))
    found = dict(zip(keys, browsing.whole(keys), strict=True))
    position_lists.join(found.values(), user, work)
    return [[found[one.pk] for one in group] for group in groups]


def _named(rows, key):
    return rows.get(int(key)) if key.isdecimal() else None


def _tie(request, form, pairs, rows, names):
    """The tie that is opened, with the positions behind each of its propositions; or None."""
    wanted = form.wanted["pair"]
    two = {wanted["one"], wanted["other"]}
    found = [pair for pair in pairs if {pair.one.slug, pair.other.slug} == two]
    tie = getattr(found[0], wanted["tie"]) if found else None
    if tie is None:
        return {"tie": None}
    proof = [
        one
        for one in comparison.proof(tie, rows)
        if wanted["proposition"] in (None, str(one[0].pk))
    ]
    sides = [side[:SHOWN] for _, *both in proof for side in both]
    shown = iter(_shown(sides, request.user, form.work))
    return {
        "tie": tie,
        "proof": [
            (
                proposition,
                [_side(request, form, next(shown), side, proposition, names) for side in both],
            )
            for proposition, *both in proof
        ],
    }


def _side(request, form, positions, side, proposition, names):
    """One party's statements on a proposition, and where the others stand if there are more."""
    party = names.parties[side[0].party]
    stances = {one.stance for one in side}
    stance = f":{side[0].stance}" if len(stances) == 1 else ""
    matrix = reverse("talks:position_matrix", args=[request.resolver_match.kwargs["slug"]])
    cell = f"{proposition.pk}:{party.slug}{stance}"
    return {
        "positions": positions,
        "count": len(side),
        "party": party,
        "all": f"{matrix}{form.state(nodes='', cell=cell)}#statements",
    }
