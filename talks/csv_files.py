"""CSV as it is taken out, one way for every page: docs/decisions/0025-csv.md says why so."""

import csv
import io
import re

# What spreadsheets take for a formula, the wide forms too. Source: OWASP, CSV injection.
FORMULA = re.escape("=+-@\t\r＝＋－＠")
RISKY = re.compile(rf"'*[{FORMULA}]")
QUOTED = re.compile(rf"'+[{FORMULA}]")


def as_csv(rows):
    """``rows`` of cells as the text of a file, with the mark by which spreadsheets know UTF-8.

    A cell that a spreadsheet would run has a ``'`` before it, and one more where it had one:
    :func:`unquoted` takes it off again.
    """
    out = io.StringIO()
    out.write("\ufeff")
    csv.writer(out).writerows(map(_harmless, row) for row in rows)
    return out.getvalue()


def _harmless(cell):
    cell = str(cell)
    return f"'{cell}" if RISKY.match(cell) else cell


def unquoted(cell):
    """A cell as it was before it was made harmless."""
    return cell[1:] if QUOTED.match(cell) else cell
