"""Colours: their numbers on a terminal, and that they can be told apart."""

from __future__ import annotations

import itertools
import math

import pytest

from quotaline.segment.palette import PALETTES, channels_of, index, is_colour
from quotaline.segment.thresholds import COLOURS

# Machado, Oliveira, Fernandes 2009, severity 1.0; on linear RGB.
BLINDNESS = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}
TOLD_APART = 20  # CIE76; 2.3 is just noticeable side by side, these are words on a line


def linear(channel: int) -> float:
    part = channel / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def lab(rgb: tuple[float, ...]) -> tuple[float, float, float]:
    """Return CIE L*a*b* (D65) of linear RGB."""
    matrix = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        sum(a * b for a, b in zip(row, rgb, strict=True)) / full
        for row, full in zip(matrix, white, strict=True)
    )
    f = [part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def seen(style: str, blindness: str) -> tuple[float, float, float]:
    number = next(index(word) for word in style.split() if is_colour(word))
    assert number is not None
    channels = [linear(channel) for channel in channels_of(number)]
    rgb = tuple(
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, channels, strict=True))))
        for row in BLINDNESS[blindness]
    )
    return lab(rgb)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(COLOURS, 2)])
def test_colorblind_palette_is_told_apart_by_those_it_is_for(one: str, other: str, blindness: str) -> None:
    palette = PALETTES["colorblind"]

    assert math.dist(seen(palette[one], blindness), seen(palette[other], blindness)) >= TOLD_APART


def test_that_test_can_fail() -> None:
    # xterm's green and red of the 256 as a deuteranope sees them.
    assert math.dist(seen("100", "deuteranopia"), seen("130", "deuteranopia")) < TOLD_APART


def contrast(style: str, background: str) -> float:
    """Return the contrast of a style's colour on white or black (WCAG 2.2)."""
    number = next(index(word) for word in style.split() if is_colour(word))
    assert number is not None
    red, green, blue = map(linear, channels_of(number))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 1.05 / (luminance + 0.05) if background == "white" else (luminance + 0.05) / 0.05


@pytest.mark.parametrize(
    ("palette", "background"), [("default", "black"), ("colorblind", "black"), ("light", "white")]
)
def test_text_in_every_colour_of_a_palette_is_readable_on_the_background_it_is_for(
    palette: str, background: str
) -> None:
    # The first 16 are the terminal's own, which its theme fits to its background.
    styles = [style for style in PALETTES[palette].values() if (index(style.split()[-1]) or 0) >= 16]

    assert styles
    assert {style: contrast(style, background) for style in styles if contrast(style, background) < 4.5} == {}


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(COLOURS, 2)])
def test_colours_of_the_light_palette_are_told_apart(one: str, other: str) -> None:
    palette = PALETTES["light"]

    assert math.dist(seen(palette[one], "none"), seen(palette[other], "none")) >= TOLD_APART


@pytest.mark.parametrize("palette", PALETTES)
def test_palette_has_a_style_for_every_step(palette: str) -> None:
    assert tuple(PALETTES[palette]) == COLOURS


def test_mono_has_no_colour_and_still_two_marks() -> None:
    styles = PALETTES["mono"].values()

    assert not any(is_colour(word) for style in styles for word in style.split())
    assert len({style for style in styles if style}) == 2


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("red", 1),
        ("bright-red", 9),
        ("orange", 208),
        ("208", 208),
        ("#ff8700", 208),
        ("#FF8700", 208),
        ("#000000", 16),
        ("#ffffff", 231),
        ("#808080", 244),
        ("256", None),
        ("-1", None),
        ("٣", None),
        ("#ff870", None),
        ("bright-orange", None),
        ("", None),
    ],
)
def test_colour_has_the_nearest_number_of_the_256(word: str, number: int | None) -> None:
    assert index(word) == number
