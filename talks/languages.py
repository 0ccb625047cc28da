"""Codes of languages, and which one a text is probably in, to be proposed. Plain Python."""

import re

from babel.core import get_global

# Of the codes of three letters there are some thousands.
ISO_639_1 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
    "ht hu hy hz ia id ie ig ii ik io is it iu iw ja jv ka kg ki kj kk kl km kn ko kr ks ku kv "
    "kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng nl nn no "
    "nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn "
    "so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa "
    "wo xh yi yo za zh zu"
)
OF_TWO_LETTERS = set(ISO_639_1.split())
UKRAINIAN, RUSSIAN = re.compile(r"[іїєґІЇЄҐ]"), re.compile(r"[ыэъёЫЭЪЁ]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
COMMON = {
    "en": {"the", "of", "and", "to", "in", "that", "for", "with", "was", "on"},
    "de": {"der", "die", "und", "das", "den", "von", "mit", "ist", "nicht", "zu"},
    "fr": {"le", "la", "les", "des", "et", "une", "que", "pour", "dans", "est"},
    "es": {"el", "los", "las", "una", "que", "por", "con", "para", "del", "se"},
    "tr": {"ve", "bir", "bu", "ile", "için", "da", "de", "olarak", "olan", "çok"},
}
READ = 4000  # code points
ENOUGH = 0.06  # of the words


def shortest(code):
    """The code of two letters for one of three, where there is one: ``en`` for ``eng``.

    Source: the aliases of Unicode's CLDR.
    """
    alias = get_global("language_aliases").get(code, "")
    return alias if (len(code), len(alias)) == (3, 2) else code


def proposed(text):
    """A code such as ``en``, or nothing where the text does not tell."""
    text = text[:READ]
    if len(CYRILLIC.findall(text)) > len(text) / 4:
        signs = {
            "uk": len(UKRAINIAN.findall(text)),
            "ru": len(RUSSIAN.findall(text)),
        }
        best = max(signs, key=signs.get)
        return best if signs[best] > 2 * (sum(signs.values()) - signs[best]) else ""
    words = re.findall(r"\w+", text.lower())
    counts = {code: sum(word in common for word in words) for code, common in COMMON.items()}
    first, second = sorted(counts, key=counts.get, reverse=True)[:2]
    is_clear = counts[first] >= ENOUGH * len(words) and counts[first] > 1.5 * counts[second]
    return first if words and is_clear else ""


def settled(stated, text):
    """The language that a file states, or the one that its text tells: templates state any.

    It is only doubted where it is one that :func:`proposed` would know.
    """
    found = proposed(text)
    told = shortest(stated.partition("-")[0].lower())
    is_known = told in COMMON or told in {"uk", "ru"}
    if not stated or (is_known and found and found != told):
        return found
    is_cyrillic = len(CYRILLIC.findall(text[:READ])) > len(text[:READ]) / 4
    return "" if is_cyrillic and told in COMMON else stated
