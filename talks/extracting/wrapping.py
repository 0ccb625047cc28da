"""Lines that an editor broke at a margin, put together again."""

import itertools
import re
import textwrap

ENDS = re.compile(r"[.!?…:;。！？][”\"’'»)\]]*\s*$")
FEWEST = 3  # broken lines, fewer of which tell nothing for certain
WIDEST = 100  # characters; whoever writes longer lines does not wrap them


def unwrapped(blocks):
    """Blocks of lines as paragraphs: joined by spaces where a margin broke the lines.

    It did if the next line's first word would never have fitted, or if few lines end like a
    sentence. Otherwise each line is a paragraph of its own, as its author set it.
    """
    breaks = [(one, two) for lines in blocks for one, two in itertools.pairwise(lines)]
    was_wrapped = _is_at_margin(blocks, breaks) or _ending(breaks) < len(breaks) / 3
    return [
        paragraph for lines in blocks for paragraph in ([" ".join(lines)] if was_wrapped else lines)
    ]


def unwrapped_text(text):
    """A plain text with its paragraphs as lines, if for certain a margin broke its lines.

    Paragraphs stand apart, or their first lines are indented. Else the text as it stands.
    """
    blocks = [[]]
    for line in textwrap.dedent(text).split("\n"):
        if not line.strip() or line[0] in " \t":
            blocks.append([])
        if line.strip():
            blocks[-1].append(line.rstrip())
    blocks = list(filter(None, blocks))
    breaks = [(one, two) for lines in blocks for one, two in itertools.pairwise(lines)]
    is_certain = len(breaks) >= FEWEST and _ending(breaks) < len(breaks) / 2
    if len(blocks) > 1 and is_certain and _is_at_margin(blocks, breaks):
        return "\n".join(" ".join(lines).lstrip() for lines in blocks)
    return text


def _is_at_margin(blocks, breaks):
    margin = max((len(line) for lines in blocks for line in lines), default=0)
    return margin <= WIDEST and all(
        len(one) + 1 + len((two.split() or [""])[0]) > margin for one, two in breaks
    )


def _ending(breaks):
    return sum(bool(ENDS.search(one)) for one, _ in breaks)
