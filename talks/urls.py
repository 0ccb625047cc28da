"""Addresses of rounds, and of what is known of an article."""

from django.urls import path

from . import gate, views  # noqa: F401 - gate brings the converter <id:…>

app_name = "talks"

urlpatterns = [
    path("", views.home, name="home"),
    path("rounds/<slug:slug>/", views.round_detail, name="round_detail"),
    path("articles/<id:article_id>/edit/", views.article_edit, name="article_edit"),
]
