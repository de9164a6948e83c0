"""
The words of a style, and the style that each palette gives to the four colour steps.

A style is words: colours (a name, one of the 256 numbers, `#rrggbb`) and
attributes (`bold`, `dim`, ...).
"""

from __future__ import annotations

NAMES = ("black", "red", "green", "yellow", "blue", "purple", "cyan", "white")
_ORANGE = 208
_CUBE = (0, 95, 135, 175, 215, 255)  # the channels of colours 16 to 231
_HEX_DIGITS = set("0123456789abcdef")

ATTRIBUTES = ("bold", "dim", "italic", "underline", "inverted")

# By colour step. `default` and `colorblind` are for dark terminals, `light` is for light ones: hardly
# any colour is readable on both (contrast 4.5, WCAG 1.4.3). The names are the terminal's own colours, which
# its theme fits to its background. A segment is rendered for all terminals at once, so the user chooses.
# `colorblind`: blue and orange are what people with either red-green deficiency can tell
# apart, and within each of the two the lightness differs (tests/segment/test_palette.py).
PALETTES: dict[str, dict[str, str]] = {
    "default": {"green": "green", "yellow": "yellow", "orange": "orange", "red": "red"},
    "light": {"green": "28", "yellow": "58", "orange": "130", "red": "bold 160"},
    "colorblind": {"green": "33", "yellow": "80", "orange": "214", "red": "bold 166"},
    "mono": {"green": "", "yellow": "", "orange": "bold", "red": "bold inverted"},
}


def without_inverted(style: str) -> str:
    """Return a style for a bar: inverted, its full blocks would look empty."""
    return " ".join(word for word in style.split(" ") if word != "inverted")


def is_colour(word: str) -> bool:
    """Return whether a word names a colour."""
    return index(word) is not None


def index(word: str) -> int | None:
    """Return a colour's number among the 256, the nearest one for `#rrggbb`; None if it is not a colour."""
    if word in NAMES:
        return NAMES.index(word)
    if word.startswith("bright-") and word[7:] in NAMES:
        return 8 + NAMES.index(word[7:])
    if word == "orange":
        return _ORANGE
    if word.isascii() and word.isdecimal() and len(word) <= 3 and int(word) <= 255:  # noqa: PLR2004
        return int(word)
    channels = rgb(word)
    return None if channels is None else _nearest(channels)


def rgb(word: str) -> tuple[int, int, int] | None:
    """Return the channels (0 to 255) of `#rrggbb`, None for anything else."""
    digits = word[1:].lower()
    if word[:1] != "#" or len(digits) != 6 or not set(digits) <= _HEX_DIGITS:  # noqa: PLR2004
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def channels_of(number: int) -> tuple[int, int, int]:
    """Return the channels (0 to 255) of colour 16 to 255; the terminal defines those below."""
    if number >= 232:  # noqa: PLR2004
        return (8 + 10 * (number - 232),) * 3
    number -= 16
    return _CUBE[number // 36], _CUBE[number // 6 % 6], _CUBE[number % 6]


def _nearest(channels: tuple[int, int, int]) -> int:
    def distance(number: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(channels, channels_of(number), strict=True))

    return min(range(16, 256), key=distance)
