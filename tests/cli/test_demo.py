"""The gallery and the pictures of `quotaline demo`."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from quotaline.cli.demo.gallery import states
from quotaline.segment.markup import MARKUPS
from quotaline.segment.palette import PALETTES
from quotaline.segment.rendering import HOSTS
from quotaline.setting_table import TABLE

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from world import World

SVG = "{http://www.w3.org/2000/svg}"


def picture(live: World, *options: str) -> str:
    done = live.run("quotaline", "demo", *options, "--svg", str(live.folder / "picture.svg"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return (live.folder / "picture.svg").read_text()


def texts(svg: str) -> str:
    """Return the text on a picture, row by row."""
    rows: dict[str, str] = {}
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        rows[text.attrib["y"]] = rows.get(text.attrib["y"], "") + (text.text or "")
    return "\n".join(rows.values()).replace("\xa0", " ")


def test_picture_in_the_readme_is_the_one_that_the_demo_draws(
    live: World, root: pathlib.Path, as_made: Callable[[pathlib.Path, str], None]
) -> None:
    as_made(root / "tests/data/picture.svg", picture(live))


def test_picture_shows_the_four_colours_and_loads_nothing_from_elsewhere(live: World) -> None:
    svg = picture(live)

    assert len(svg) < 40_000
    assert not re.search(r"url\((?!#)|href|@import|<script", svg)
    segments = re.findall(r"\[5h:\d+% 7d:\d+%\]", texts(svg))
    assert [re.findall(r"\d+(?=%)", one)[0] for one in segments] == ["8", "42", "63", "84", "97"]
    fills = dict(re.findall(r"\.(quotaline-r\d+) \{ fill: (#\w+)", svg))
    shown = {text.text: fills[text.attrib["class"]] for text in ET.fromstring(svg).iter(f"{SVG}text")}
    assert len({shown[percent] for percent in ("8%", "63%", "84%", "97%")}) == 4
    assert live.requests == []


def test_picture_that_cannot_be_written_is_one_line_and_exit_status_1(live: World) -> None:
    done = live.run("quotaline", "demo", "--svg", str(live.folder / "nowhere/picture.svg"))

    assert done.returncode == 1
    assert done.stderr.decode().endswith("/picture.svg can't be written: No such file or directory\n")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_gallery_shows_every_state_in_every_hosts_markup(live: World, columns: str) -> None:
    done = live.run("quotaline", "demo", "--gallery", env={"COLUMNS": columns})
    text = done.stdout.decode()
    shown, _, printed = text.partition("printed")

    assert (done.returncode, done.stderr) == (0, b"")
    assert max(map(len, text.splitlines())) <= int(columns)
    for name in (state.name for state in states()):
        assert re.search(rf"^{name} ", shown, re.MULTILINE)
        assert re.search(rf"^{name} ", printed, re.MULTILINE)
    for host in HOSTS:
        times = len(re.findall(rf"\b{host}\b", printed))
        assert times >= len(states()) - 2 if host in MARKUPS else times == 1, host
    assert len(text.splitlines()) < 300
    unwrapped = "".join(printed.split())
    assert "[5h:#[fg=colour2]8%#[fg=default]" in unwrapped
    assert r"[5h:\001\e[32m\0028%\001\e[39m\002" in unwrapped
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


def test_every_style_palette_and_icon_set_can_be_looked_at_with_own_numbers(live: World) -> None:
    assert "example numbers" in live.run("quotaline", "demo", "--styles").stdout.decode()
    live.refresh()

    text = live.run(
        "quotaline", "demo", "--styles", env={"FORCE_COLOR": "1", "COLUMNS": "80"}
    ).stdout.decode()
    shown = re.sub(r"\x1b\[[0-9;]*m", "", text)

    assert "your own numbers" in shown
    assert "verbose     Quota: 5h 8% | 7d 77% | resets 1h 59m" in shown
    for name in (*TABLE["style"].choices, *PALETTES, *TABLE["icons"].choices):
        assert re.search(rf"^{name} +\S", shown, re.MULTILINE)
    assert "38;5;130" in text
    assert max(map(len, shown.splitlines())) <= 80
    assert len(live.requests) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("fresh", "[5h:8% 7d:77%]"),
        ("old", "[5h:~8% 7d:~77%]"),
        ("very old", "[5h:8%~2h 7d:77%~2h]"),
        ("unknown", "[5h:-- 7d:--]"),
        ("over 100 %", "[5h:104% 7d:100%]"),
        ("reset passed", "[5h:-- 7d:77%]"),
        ("scoped", "[5h:8% 7d:77% Fable:91%]"),
        ("no plan limit", "$0.42"),
        ("narrow", "8|77"),
    ],
)
def test_state_of_the_gallery_looks_as_its_name_promises(name: str, shown: str) -> None:
    (state,) = [state for state in states() if state.name == name]

    assert re.sub(r"\x1b\[[0-9;]*m", "", state.shown) == shown


@pytest.mark.quick
def test_gallery_can_be_drawn_as_a_picture(live: World) -> None:
    shown = texts(picture(live, "--gallery"))

    assert "over 100 %" in shown
    assert "[5h:104% 7d:100%]" in shown
