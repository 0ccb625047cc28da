"""What ``migrate`` of ours makes, which leaves out most of what Django's draws on the way."""

import pytest
from django.apps import apps
from django.db import connection


@pytest.mark.django_db
def test_every_constraint_and_index_of_the_models_is_there():
    missing = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            asked = {one.name for one in (*model._meta.constraints, *model._meta.indexes)}
            if asked - there.keys():
                missing[model._meta.label] = asked - there.keys()

    assert missing == {}
