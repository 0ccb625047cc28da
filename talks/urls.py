"""Addresses of rounds, of who holds what, of what came of it, and of what is known of articles."""

from django.urls import path

from . import gate  # noqa: F401 - brings the converter <id:…>
from .views import actors, batches, editing, loading, matrix, outcomes, propositions, rounds, tables

app_name = "talks"

urlpatterns = [
    path("", rounds.home, name="home"),
    path("reference/", editing.reference_list, name="reference_list"),
    path("rounds/<slug:slug>/", rounds.round_detail, name="round_detail"),
    path("rounds/<slug:slug>/positions/", matrix.position_matrix, name="position_matrix"),
    path(
        "rounds/<slug:slug>/positions.csv", matrix.position_matrix_csv, name="position_matrix_csv"
    ),
    path("rounds/<slug:slug>/pairs/", matrix.party_pairs, name="party_pairs"),
    path("rounds/<slug:slug>/outcomes/", outcomes.outcome_list, name="outcome_list"),
    path("rounds/<slug:slug>/timeline/", outcomes.timeline, name="timeline"),
    path("outcomes/<id:outcome_id>/", outcomes.outcome_detail, name="outcome_detail"),
    path("parties/<slug:slug>/", actors.party_detail, name="party_detail"),
    path("people/<id:person_id>/", actors.person_detail, name="person_detail"),
    path(
        "propositions/<id:proposition_id>/",
        propositions.proposition_detail,
        name="proposition_detail",
    ),
    path("positions/<id:position_id>/", propositions.position_detail, name="position_detail"),
    path("articles/new/", loading.article_new, name="article_new"),
    path("intakes/<id:intake_id>/", loading.intake_detail, name="intake_detail"),
    path("intakes/<id:intake_id>/shown/", loading.intake_shown, name="intake_shown"),
    path("tables/<id:table_id>/", tables.table_detail, name="table_detail"),
    path("batches/<id:batch_id>/", batches.batch_detail, name="batch_detail"),
    path("batches/<id:batch_id>/stop/", batches.batch_stop, name="batch_stop"),
    path("originals/<id:original_id>/", loading.original, name="original"),
]
