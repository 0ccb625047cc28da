"""Trying what the database must refuse, below the ORM."""

from django.db import IntegrityError, connection, transaction


def refusal(sql, *params):
    """The constraint by which the database refuses ``sql``, now or at the end; None if it does not.

    What it does not refuse is taken back as well.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name
    return None
