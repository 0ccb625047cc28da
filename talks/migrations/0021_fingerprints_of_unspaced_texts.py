"""Each Chinese character counts as a word: fingerprints of texts with such are made anew."""

from django.db import migrations

from talks import likeness
from talks.text import IDEOGRAPHIC


def fill_again(apps, _):
    articles = apps.get_model("talks", "Article").objects
    fingerprints = apps.get_model("talks", "Fingerprint").objects
    found = articles.filter(text__regex=f"[{IDEOGRAPHIC}]").values_list("pk", "text")
    for pk, text in found.iterator(chunk_size=50):
        fingerprints.filter(article_id=pk).update(features=likeness.features(text))


class Migration(migrations.Migration):
    dependencies = [("talks", "0020_superseded_texts_stay_published")]

    operations = [migrations.RunPython(fill_again, migrations.RunPython.noop)]
