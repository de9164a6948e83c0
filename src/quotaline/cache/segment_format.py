"""What `segment/` (renders segments) and `segment_file` (stores them) have to agree on. No I/O."""

FOR_EVER = 0  # as the time a text is valid until: it never changes again
# ASCII's record separator: a segment file has one line per text, and OpenMetrics needs several.
NEW_LINE = "\x1e"


def is_printable(character: str) -> bool:
    """Whether a text may contain a character: printable, or in a private use area (Nerd Fonts icons)."""
    return character.isprintable() or "\ue000" <= character <= "\uf8ff" or character >= "\U000f0000"
