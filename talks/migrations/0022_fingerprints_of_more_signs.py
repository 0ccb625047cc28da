"""Every Chinese character counts as a word, and 々: fingerprints of texts with such are made anew."""

from importlib import import_module

from django.db import migrations

earlier = import_module("talks.migrations.0021_fingerprints_of_unspaced_texts")


class Migration(migrations.Migration):
    dependencies = [("talks", "0021_fingerprints_of_unspaced_texts")]

    operations = [migrations.RunPython(earlier.fill_again, migrations.RunPython.noop)]
