"""What somebody types into a search field, taken apart. Plain Python.

``word``, ``"a phrase"``, ``-without``, ``prefix*``, ``this OR that``. All words must be found.
"""

import re
from typing import NamedTuple

TERM = re.compile(
    r"""(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))""",
    re.X,
)
QUOTES = str.maketrans("“”„«»‟″", '"""""""')
LETTER = re.compile(r"\w")
# Between letters. To PostgreSQL the last one is a letter, and the others part two words.
APOSTROPHE = re.compile(r"(?<=\w)['’‘`´\u02bc](?=\w)")


class Term(NamedTuple):
    """One thing to find or, if ``is_without``, not to find."""

    text: str
    is_without: bool = False
    is_prefix: bool = False
    is_phrase: bool = False

    @property
    def as_tsquery(self):
        wordings = dict.fromkeys(APOSTROPHE.sub(one, self.text) for one in "’\u02bc")
        quoted = (one.replace("\\", "\\\\").replace("'", "''") for one in wordings)
        found = [f"'{one}'{':*' if self.is_prefix else ''}" for one in quoted]
        any_of_them = f"({' | '.join(found)})" if len(found) > 1 else found[0]
        return f"{'!' if self.is_without else ''}{any_of_them}"

    @property
    def as_typed(self):
        text = f'"{self.text}"' if self.is_phrase else self.text
        return f"{'-' if self.is_without else ''}{text}{'*' if self.is_prefix else ''}"


class Asked(NamedTuple):
    """The groups of terms that must all be found; of a group one is enough."""

    groups: tuple
    without: tuple

    @property
    def as_tsquery(self):
        """For PostgreSQL's ``to_tsquery``, whatever its configuration."""
        groups = [" | ".join(term.as_tsquery for term in group) for group in self.groups]
        return " & ".join(
            [f"({group})" for group in groups] + [term.as_tsquery for term in self.without]
        )

    @property
    def as_typed(self):
        """A question that :func:`read` takes apart into this one."""
        groups = [" OR ".join(term.as_typed for term in group) for group in self.groups]
        return " ".join(groups + [term.as_typed for term in self.without])


def read(typed):
    """Take apart what was typed; an open quotation mark is closed at the end."""
    groups, without = [], []
    joins = False
    for match in TERM.finditer(typed.translate(QUOTES)):
        if match["word"] == "OR" and not match["minus"] and groups:
            joins = True
            continue
        term = _term(match)
        if term is None:
            continue
        if term.is_without:
            without.append(term)
        elif joins:
            groups[-1] = (*groups[-1], term)
        else:
            groups.append((term,))
        joins = False
    return Asked(tuple(groups), tuple(without))


def _term(match):
    is_without = bool(match["minus"])
    if match["phrase"] is not None:
        text = " ".join(match["phrase"].split())
        return Term(text, is_without, is_phrase=True) if LETTER.search(text) else None
    word = match["word"]
    is_prefix = word.endswith("*")
    word = word.strip("*")
    return Term(word, is_without, is_prefix) if LETTER.search(word) else None
