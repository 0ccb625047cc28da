"""What somebody types into a search field, taken apart. Plain Python.

``word``, ``"a phrase"``, ``-without`` or ``NOT without``, ``prefix*``, ``this OR that``. All words
must be found.
A number is found whether its thousands are grouped or not, and what is written without spaces
between words wherever it stands.
"""

import re
from typing import NamedTuple

import regex

from talks.text import SIGN, paired

from .found_words import WORD

# A phrase ends with the sign that belongs to the one it begins with; others may stand in it.
TERM = re.compile(
    r"""
        (?P<minus> - | NOT\s+(?=\S) )?
        (?:
            (?P<phrase> "[^"]*"? | [“‟][^”"]*[”"]? | „[^“”"]*[“”"]? | «[^»]*»? | »[^«]*«?
                | ”[^”]*”? | ″[^″]*″? )
            | (?P<word> \d{1,3}(?:\ \d{3})+(?![^\s"]) | [^\s"“”„«»‟″]+ )
        )
    """,
    re.VERBOSE,
)
QUOTES = str.maketrans(dict.fromkeys('"“”„«»‟″', " "))
# As in צה"ל, where it says that letters are left out.
IN_HEBREW = re.compile(r'(?<=[א-ת])["“”](?=[א-ת])')
LETTER = re.compile(r"[^\W_]")
GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[,.'’ \u00a0\u2009\u202f]\d{3})+(?!\d)")
LONG = re.compile(r"\d{4,}")
# Of these alone PostgreSQL makes one word, however the letters are accented.
ONE_WORD = regex.compile(
    r"[^\W\d_](?:(?!\p{No})[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]"
    r"|(?<=[\u0400-\u052f])['’‘`´](?=[\u0400-\u052f]))*"
)
ABBREVIATED = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
# A Cyrillic word and what ends its forms, above all those of Ukrainian nouns and adjectives. Of a
# word of few letters too little would be left; one without an ending begins its other forms.
CYRILLIC = r"[\u0400-\u04ff\u0301'’‘`´]"
ENDINGS = (
    "ього|ьому|ями|ами|ого|ому|ими|їми|ові|еві|єві|ою|ею|єю|ой|ей|ом|ем|єм|ах|ях|ів|їв|ов|ев|ам|ям"
    "|ий|ій|їй|ый|а|я|о|е|є|и|і|ї|у|ю|ы|ь|й"
)
FORM = re.compile(rf"({CYRILLIC}{{4,}}?)(?:{ENDINGS})|({CYRILLIC}{{5,}})", re.IGNORECASE)
THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")


class Term(NamedTuple):
    """One thing to find or, if ``is_without``, not to find."""

    text: str
    is_without: bool = False
    is_prefix: bool = False
    is_phrase: bool = False

    @property
    def as_tsquery(self):
        return self.as_tsquery_with(by_forms=False)

    def as_tsquery_with(self, *, by_forms):
        """For ``to_tsquery``; ``by_forms`` where the configuration knows of no stems."""
        # No sign that would end the operand; to PostgreSQL these two are as good as a space.
        text = self.text.replace("\\", "/").replace("'", "’")
        found = [f"'{one}'{self._sign_of_beginning(one)}" for one in self._wordings(text)]
        if " " in text and not self.is_phrase and not self.is_without:
            # "May 16 200 men came" is found as well.
            found.append(f"({' & '.join(f"'{one}'" for one in text.split())})")
        if by_forms and self.stem:
            found.append(f"'0{self.stem.replace("'", '’')}':*")
        any_of_them = f"({' | '.join(found)})" if len(found) > 1 else found[0]
        return f"{'!' if self.is_without else ''}{any_of_them}"

    def _wordings(self, text):
        if self.is_prefix and not self.is_unspaced:
            # Each document holds its words also as they stand, behind a 0: "negotiat" is no
            # beginning of the stem of "negotiation", and "was" a word that stands everywhere.
            return [f"0{text}" if self.is_one_word else text]
        together = GROUPED.sub(lambda number: re.sub(r"\D", "", number[0]), text)
        grouped = LONG.sub(lambda number: THOUSANDS.sub(" ", number[0]), together)
        wordings = dict.fromkeys([text, together, grouped])
        return map(paired, wordings) if self.is_unspaced else wordings

    def _sign_of_beginning(self, wording):
        """Of pairs a single sign is a beginning."""
        is_one = self.is_prefix and not self.is_unspaced
        return ":*" if is_one or SIGN.fullmatch(wording) else ""

    @property
    def stem(self):
        """What the forms of a Cyrillic word begin with, "" of other words and of phrases."""
        form = None if self.is_phrase or self.is_prefix else FORM.fullmatch(self.text)
        return (form[1] or form[2]) if form else ""

    @property
    def word_lists(self):
        """Its words, in each way in which a text may have them; none where they are not marked."""
        if self.is_unspaced or (self.is_prefix and self.is_one_word):
            return []
        wordings = list(self._wordings(self.text))
        if " " in self.text and not self.is_phrase and not self.is_without:
            wordings += self.text.split()
        return [WORD.findall(ABBREVIATED.sub(r"\1", one)) for one in wordings]

    @property
    def is_unspaced(self):
        """Whether some of it is of signs that are found by pairs, in whatever word they stand."""
        return bool(SIGN.search(self.text))

    @property
    def is_one_word(self):
        return bool(ONE_WORD.fullmatch(self.text)) and not self.is_unspaced

    @property
    def as_typed(self):
        text = f"{self.text}{'*' if self.is_prefix else ''}"
        return f"{'-' if self.is_without else ''}{f'"{text}"' if self.is_phrase else text}"


class Asked(NamedTuple):
    """The groups of terms that must all be found; of a group one is enough."""

    groups: tuple
    without: tuple

    @property
    def as_tsquery(self):
        """For PostgreSQL's ``to_tsquery``, whatever its configuration."""
        return self.as_tsquery_with(by_forms=False)

    def as_tsquery_with(self, *, by_forms):
        """The same; ``by_forms`` where the configuration knows of no stems."""
        groups = [
            " | ".join(term.as_tsquery_with(by_forms=by_forms) for term in group)
            for group in (*self.groups, *((term,) for term in self.without))
        ]
        wanted = len(self.groups)
        return " & ".join([f"({group})" for group in groups[:wanted]] + groups[wanted:])

    @property
    def terms(self):
        return [term for group in (*self.groups, self.without) for term in group]

    @property
    def unwanted(self):
        """The question that finds what this one leaves out."""
        return Asked((tuple(term._replace(is_without=False) for term in self.without),), ())

    def but_for(self, common):
        """The same without these terms."""
        *groups, without = (
            tuple(term for term in group if term not in common)
            for group in (*self.groups, self.without)
        )
        return Asked(tuple(group for group in groups if group), without)

    @property
    def as_typed(self):
        """A question that :func:`read` takes apart into this one."""
        groups = [" OR ".join(term.as_typed for term in group) for group in self.groups]
        return " ".join(groups + [term.as_typed for term in self.without])


def read(typed):
    """Take apart what was typed; an open quotation mark is closed at the end."""
    groups, without = [], []
    joins = False
    for match in TERM.finditer(IN_HEBREW.sub("״", typed)):
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
        text = " ".join(match["phrase"].translate(QUOTES).split())
        is_prefix = text.endswith("*")
        text = text.strip("* ")
        return Term(text, is_without, is_prefix, is_phrase=True) if LETTER.search(text) else None
    word = match["word"]
    is_prefix = word.endswith("*")
    word = word.strip("*")
    return Term(word, is_without, is_prefix) if LETTER.search(word) else None
