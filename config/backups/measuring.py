"""What a database holds, in figures that two databases can be compared by."""

import re
from pathlib import Path

from psycopg import sql

# How a row is written as text, whoever connects: the checksums are of that text.
SETTINGS = {
    "search_path": "",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmloption": "content",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
}
TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname <> 'information_schema' AND schemaname !~ '^pg_' ORDER BY 1, 2
"""
# Rows count in no order; each by the two halves of a digest of its text.
ROWS = """
    SELECT count(*), coalesce(sum(('x' || left(digest, 16))::bit(64)::bigint::numeric), 0),
           coalesce(sum(('x' || substr(digest, 17, 16))::bit(64)::bigint::numeric), 0)
    FROM (
        SELECT encode(sha256(convert_to(row(one.*)::text, 'UTF8')), 'hex') AS digest
        FROM {table} one
    ) rows
"""
SEQUENCES = """
    SELECT schemaname || '.' || sequencename, coalesce(last_value, 0)
    FROM pg_catalog.pg_sequences ORDER BY 1
"""
STRUCTURE = Path(__file__).with_name("structure.sql")
# PostgreSQL writes a condition back with other casts and brackets than it was read with.
REWORDED = re.compile(r"::(character varying|text)(\(\d+\))?(\[\])?|[()\s]")


def prepare(connection):
    """Set for the session all that the text of a row depends on; and let it take its time."""
    for name, value in SETTINGS.items():
        connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", [name, value])


def tables(connection, progress):
    """``{"schema.table": [rows, checksum]}`` for every table of ours."""
    found = connection.execute(TABLES).fetchall()
    measured = {}
    for number, (schema, name) in enumerate(found):
        query = sql.SQL(ROWS).format(table=sql.Identifier(schema, name))
        count, *halves = connection.execute(query).fetchone()
        measured[f"{schema}.{name}"] = [count, "/".join(map(str, halves))]
        progress.update(f"{number + 1} of {len(found)} tables")
    return measured


def sequences(connection):
    """``{"schema.sequence": last value}``. They follow no snapshot."""
    return dict(connection.execute(SEQUENCES).fetchall())


def structure(connection):
    """Columns, constraints, indexes, triggers and functions as [kind, name, definition]."""
    return [list(row) for row in connection.execute(STRUCTURE.read_text()).fetchall()]


def differences(manifest, connection, progress, *, same_server):
    """Where this database differs from what the manifest tells, in sentences; none if nowhere.

    Another major version of the server may word its structure otherwise, so that is compared
    on the same one only.
    """
    found = []
    here = tables(connection, progress)
    for name in sorted(manifest["tables"].keys() | here.keys()):
        wanted, stands = manifest["tables"].get(name), here.get(name)
        if wanted != stands:
            found.append(f"Table {name} has {_told(stands)}, and in the backup {_told(wanted)}.")
    counted = sequences(connection)
    for name in sorted(manifest["sequences"].keys() | counted.keys()):
        before, after = manifest["sequences"].get(name, (None, None))
        if before is None or name not in counted or not before <= counted[name] <= after:
            found.append(
                f"Sequence {name} stands at {counted.get(name)}, and in the backup at {after}."
            )
    if same_server:
        differing = _plain(manifest["structure"]) ^ _plain(structure(connection))
        found += sorted({f"{kind}: {name} differs." for kind, name, _ in differing})
    return found


def _plain(rows):
    return {(kind, name, REWORDED.sub("", definition)) for kind, name, definition in rows}


def _told(measured):
    return "no such table" if measured is None else f"{measured[0]} rows ({measured[1][:12]}…)"
