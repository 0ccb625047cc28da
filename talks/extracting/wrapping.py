"""Lines that somebody's editor broke at a margin, put together again."""

import itertools

WIDEST = 100  # characters; whoever writes longer lines does not wrap them


def unwrapped(blocks):
    """Blocks of lines as paragraphs: joined by spaces where a margin broke the lines.

    It did if the next line's first word would never have fitted. Otherwise each line is a
    paragraph of its own, as its author set it.
    """
    margin = max((len(line) for lines in blocks for line in lines), default=0)
    breaks = [(one, two) for lines in blocks for one, two in itertools.pairwise(lines)]
    was_wrapped = margin <= WIDEST and all(
        len(one) + 1 + len((two.split() or [""])[0]) > margin for one, two in breaks
    )
    return [
        paragraph for lines in blocks for paragraph in ([" ".join(lines)] if was_wrapped else lines)
    ]
