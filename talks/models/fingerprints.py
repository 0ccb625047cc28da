"""By what articles that are like each other are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from .. import likeness
from .articles import Article

READ = 200  # that share something, of which the most alike are looked at
COMPARED = 8


class FingerprintQuerySet(models.QuerySet):
    def like(self, text, *, least):
        """Articles of which ``text`` shares ``least`` or more: pairs with the share, most first."""
        own = likeness.shingles(text)
        wanted = likeness.features(text, own)
        if not wanted:
            return []
        rows = self.filter(features__overlap=wanted).values_list("article_id", "features")
        found = sorted(
            ((len(set(wanted) & set(features)), key) for key, features in rows[:READ]),
            reverse=True,
        )[:COMPARED]
        articles = Article.objects.in_bulk([key for _, key in found])
        pairs = [
            (articles[key], likeness.overlap(own, likeness.shingles(articles[key].text)))
            for _, key in found
        ]
        alike = [(article, share) for article, share in pairs if share >= least]
        return sorted(alike, key=lambda pair: (-pair[1], pair[0].pk))


class Fingerprint(models.Model):
    """The features of an article's text, as :mod:`talks.likeness` computes them."""

    article = models.OneToOneField(
        Article, models.CASCADE, primary_key=True, related_name="fingerprint"
    )
    features = ArrayField(models.BigIntegerField())

    objects = FingerprintQuerySet.as_manager()

    class Meta:
        indexes = [GinIndex(fields=["features"], name="fingerprint_features")]

    def __str__(self):
        return f"of {self.article_id}"
