"""The man page: made from the tree of commands, and valid for the programs that show man pages."""

from __future__ import annotations

import re
import subprocess
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from argparse_manpage.manpage import Manpage  # type: ignore[import-untyped]

from quotaline.cli.help import MORE
from quotaline.cli.tree import whole_tree

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from world import World

NAME = "show how much of your Claude quota is used"


def made(date: str) -> str:
    """Make the page in groff's man macros. The blocks after the options of `--help` become sections."""
    tree = whole_tree()
    tree.epilog = None
    page = Manpage(
        tree,
        format="single-commands-section",
        _data={"description": NAME, "manual_title": "User Commands", "date": date},
    )
    page.add_section("synopsis", "=", synopsis(tree.format_usage()))
    for block in MORE.strip().split("\n\n"):
        heading, *rows = block.split("\n")
        page.add_section(heading.removesuffix(":"), "=", "\n".join(map(entry, rows)))
    return tidied(str(page))


def tidied(text: str) -> str:
    """Return the page with its usages as paragraphs, without labels, indents and empty lines at options."""
    text = re.sub(r"^(options|arguments):$|^\.R[SE].*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^usage: (.+)$", r".PP\n.B \1\n.PP", text, flags=re.MULTILINE)
    text = re.sub(r"\n{2,}", "\n", text)
    return re.sub(r"\.PP\n(?=\.S|\.TP)", "", text)


def synopsis(usage: str) -> str:
    lines = usage.removeprefix("usage: ").strip().split("\n")
    return "\n.br\n".join(f".B {escaped(line.strip())}" for line in lines)


def entry(row: str) -> str:
    term, meaning = re.split(r" {2,}", row.strip(), maxsplit=1)
    return f".TP\n.B {escaped(term)}\n{escaped(meaning)}"


def escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", r"\-")


@pytest.fixture
def page(root: pathlib.Path) -> pathlib.Path:
    return root / "shell/quotaline.1"


def test_man_page_is_the_one_made_from_the_commands(
    page: pathlib.Path,
    as_made: Callable[[pathlib.Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")  # one line for a usage: man wraps it
    # Its date is the day of its last change: it stays if nothing else has changed.
    (date,) = re.findall(r'^\.TH \S+ \S+ "([^"]+)"', page.read_text())
    if request.config.getoption("--remake") and made(date) != page.read_text():
        date = f"{datetime.now(UTC):%B %-d, %Y}"

    as_made(page, made(date))


@pytest.mark.parametrize(
    "reader",
    [
        ["man", "--warnings=w", "-E", "UTF-8", "-l"],
        ["mandoc", "-T", "lint", "-W", "warning"],
        ["groff", "-ww", "-b", "-man", "-T", "utf8"],
    ],
    ids=lambda words: words[0],
)
def test_man_programs_render_it_without_a_warning(page: pathlib.Path, reader: list[str]) -> None:
    done = subprocess.run([*reader, page], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    if reader[0] != "mandoc":
        text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout)
        assert NAME in text
        assert "quotaline config set" in text
    else:
        assert done.stdout == ""


@pytest.mark.quick
def test_man_page_is_installed_where_man_looks_for_it(wheel: pathlib.Path, live: World) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert [name for name in names if name.endswith("/share/man/man1/quotaline.1")]
    shown = live.run("man", "quotaline", env={"MANPATH": str(live.binaries.parent / "share/man")})
    assert NAME in shown.stdout.decode()
