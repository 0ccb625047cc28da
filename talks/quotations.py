"""Evidence as pages show it: the words, their role, their article and paragraph."""

from django.db.models import Case, Prefetch, SmallIntegerField, When

from .models import Article, Evidence, EvidenceRole

ROLES_IN_ORDER = Case(
    *(When(role=role, then=number) for number, role in enumerate(EvidenceRole)),
    output_field=SmallIntegerField(),
)


def quotations():
    """Evidence for ``talks/_quotation.html``: quotes first, in reading order within a role.

    Three queries for whatever number; each article's text comes once, for the numbers of its
    paragraphs.
    """
    return (
        Evidence.objects.select_related("passage")
        .prefetch_related("passage__article")
        .order_by(ROLES_IN_ORDER, "passage__article_id", "passage__start", "pk")
    )


def with_quotations(rows):
    """Positions or outcome reports, each with its evidence to be shown in ``evidence.all``."""
    return rows.prefetch_related(Prefetch("evidence", quotations()))


def with_visible_quotations(rows, user):
    """Events or affiliations, each with the evidence from articles that ``user`` may see."""
    visible = Article.objects.visible_to(user)
    return rows.prefetch_related(
        Prefetch("evidence", quotations().filter(passage__article__in=visible))
    )
