"""Dates in words, never more exact than they are known. Plain Python."""

import datetime

NOT_GIVEN = "date not given"


def in_words(date, precision):
    """``date`` as far as ``precision`` knows it: "week of 12 May 2025", "2022 (year)"."""
    if date is None or precision == "unknown":
        return NOT_GIVEN
    if precision == "year":
        return f"{date.year} (year)"
    if precision == "month":
        return f"{date:%B} {date.year} (month)"
    day = f"{date.day} {date:%B} {date.year}"
    return f"week of {day}" if precision == "week" else day


def machine_readable(date, precision):
    """The value of ``<time datetime>`` that says no more than is known; empty for nothing."""
    if date is None:
        return ""
    year, week, _ = date.isocalendar()
    return {
        "year": f"{date.year:04}",
        "month": f"{date.year:04}-{date.month:02}",
        "week": f"{year:04}-W{week:02}",
        "day": date.isoformat(),
    }.get(precision, "")


def range_in_words(start, end):
    """Days from ``start`` up to, not including, ``end``; None is open: "from … to …"."""
    last = end and end - datetime.timedelta(days=1)
    if start and last:
        return f"from {in_words(start, 'day')} to {in_words(last, 'day')}"
    if start:
        return f"from {in_words(start, 'day')}"
    if last:
        return f"to {in_words(last, 'day')}"
    return "dates not given"
