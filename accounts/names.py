"""What a name may be made of. Plain Python."""

import unicodedata

# Letters by category, yet nothing is seen of them: Hangul fillers and the like.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Bidi controls, zero-width and other control characters, lone surrogates, code points of nobody.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def normal_username(username):
    """The one spelling of a username: compatibility form (NFKC), lower case, no outer space.

    All that look the same to NFKC and to lower-casing come out as the same string.
    """
    normal = unicodedata.normalize("NFKC", username).lower()
    return unicodedata.normalize("NFKC", normal).strip()


def unseen(text):
    """The first character of ``text`` that cannot be seen or turns others around, or ""."""
    return next(
        (
            character
            for character in text
            if unicodedata.category(character) in UNPRINTABLE
            or character in INVISIBLE
            or 0xFE00 <= ord(character) <= 0xFE0F
            or 0xE0100 <= ord(character) <= 0xE01EF
        ),
        "",
    )


def may_be_in_username(character):
    """Letters and digits of any script, and ``. _ - @ +``."""
    return character.isalnum() or character in "._-@+"
