"""How PostgreSQL would answer queries if all tables were large, whatever other tests left."""

import contextlib
import json
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

# What pghistory puts before a query that does not begin with SELECT.
CONTEXT = re.compile(r"SELECT set_config\('pghistory\.context_id', .*?, true\); ", re.DOTALL)
# Indexes of empty tables that still are as high as other tests left them: they cost more to read.
CUT_INDEXES_DOWN = """
DO $$
DECLARE name text; its_table text; is_filled boolean;
BEGIN
    FOR name, its_table IN
        SELECT indexrelid::regclass, indrelid::regclass FROM pg_index
        JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace AND pg_relation_size(indexrelid) > 16384
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || its_table || ')' INTO is_filled;
        IF NOT is_filled THEN EXECUTE 'REINDEX INDEX ' || name; END IF;
    END LOOP;
END $$
"""


def plan_of(rows):
    with _as_of_large_tables():
        return json.loads(rows.explain(format="json"))[0]["Plan"]


def plans_of(call):
    """The plans of all that is read from the database in a call."""
    with CaptureQueriesContext(connection) as captured:
        call()
    asked = [CONTEXT.sub("", query["sql"], count=1) for query in captured]
    plans = []
    with _as_of_large_tables(), connection.cursor() as cursor:
        for sql in asked:
            if sql.startswith(("SELECT", "WITH", "(")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}".replace("%", "%%"), [])
                plans.append(cursor.fetchone()[0][0]["Plan"])
    return plans


def looked_up(*plans):
    """Columns, such as "talks_person.id", by which indexes find rows wherever they can."""
    return {
        f"{table}.{column}"
        for table, node in _nodes(plans)
        for column in re.findall(r"(\w+) (?:=|@@) ", node.get("Index Cond", ""))
    }


def read_whole(*plans):
    """Tables of which all is read because no index would do."""
    return {table for table, node in _nodes(plans) if node["Node Type"] == "Seq Scan"}


def _nodes(plans, table=None):
    for node in plans:
        here = node.get("Relation Name", table)
        yield here, node
        yield from _nodes(node.get("Plans", []), here)


@contextlib.contextmanager
def _as_of_large_tables():
    with connection.cursor() as cursor:
        # Whatever is known of the tables, which other tests may have left empty, is forgotten.
        cursor.execute(
            "SELECT pg_clear_relation_stats('public', relname::text) FROM pg_class"
            " WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace"
        )
        cursor.execute(
            "SELECT pg_clear_attribute_stats('public', tablename::text, attname::text, inherited)"
            " FROM pg_stats WHERE schemaname = 'public'"
        )
        cursor.execute(CUT_INDEXES_DOWN)
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        yield
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = on")
