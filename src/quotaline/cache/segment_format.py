"""
What `segment/`, which renders a segment, and `segment_file`, which stores it, both have to know. No I/O.
"""

FOR_EVER = 0  # as a row's `valid_until`: this text never changes again
NEW_LINE = "\x1e"  # ASCII's record separator: a segment file has one line a text, OpenMetrics needs several


def is_printable(letter: str) -> bool:
    """Whether a text may hold a character: printable, or for private use like the icons of Nerd Fonts."""
    return letter.isprintable() or "\ue000" <= letter <= "\uf8ff" or letter >= "\U000f0000"
