"""Many articles at once: how far they are, how each went, stop and go on."""

import datetime

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from .. import batches
from ..models import Batch, BatchState, ItemStatus

ITEMS = 50
SILENCE = datetime.timedelta(seconds=40)  # longer than reading one file may take


@require_safe
@vary_on_headers("HX-Request")
def batch_detail(request, batch_id):
    """A batch's progress, and a report of each file."""
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)
    counts = batch.items.counts()
    total = sum(counts.values())
    asked = request.GET.get("status", "")
    items = batch.items.for_lists().order_by("number")
    if asked in ItemStatus:
        items = items.filter(status=asked)
    for_page = Paginator(items, ITEMS).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "counts": [(status, status.label, counts[status]) for status in ItemStatus],
        "total": total,
        "done": total - counts[ItemStatus.WAITING],
        # Told aloud, where each file that is done would be too much.
        "tenths": (total - counts[ItemStatus.WAITING]) * 10 // (total or 1) * 10,
        "asked": asked,
        "page": for_page,
        "is_running": batch.state == BatchState.RUNNING,
        "is_silent": batch.state == BatchState.RUNNING and is_silent(batch),
    }
    template = "talks/batch_detail.html"
    if request.htmx:
        template += "#batch"
    return render(request, template, context)


def is_silent(batch):
    """Whether no file was finished for so long that there is probably no worker."""
    last = (
        batch.items.exclude(finished_at=None)
        .order_by("-finished_at")
        .values_list("finished_at", flat=True)
        .first()
    )
    return timezone.now() - max(last or batch.started_at, batch.started_at) > SILENCE


@require_POST
def batch_stop(request, batch_id):
    """Stop after the file at hand, or go on."""
    batch = get_object_or_404(Batch.objects.visible_to(request.user), pk=batch_id)
    (batches.resume if "again" in request.POST else batches.stop)(batch)
    return redirect(batch)
