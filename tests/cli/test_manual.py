"""The man page: made from the tree of commands, and valid for the programs that show man pages."""

from __future__ import annotations

import re
import subprocess
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from argparse_manpage.manpage import Manpage  # type: ignore[import-untyped]

from quotaline.cli import topics
from quotaline.cli.help import MORE
from quotaline.cli.setup.config import toml
from quotaline.cli.show.get import keys
from quotaline.cli.tree import whole_tree
from quotaline.segment.template import parse_format
from quotaline.setting_table import TABLE

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from world import World

# Set by programs, not by users.
NOT_FOR_USERS = {"PWD", "TMUX", "USER", "CLAUDE_CODE_OAUTH_SCOPES"}
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
    examples = MORE.split("\n\n")[0]
    for text in (examples, topics.FORMAT, keys_block(), settings_block(), topics.FILES):
        page.add_section(*section(text))
    for text in (topics.ENVIRONMENT, topics.EXIT_STATUS, topics.SEE_ALSO):
        page.add_section(*section(text))
    return tidied(str(page))


def settings_block() -> str:
    intro = "  `quotaline config set KEY VALUE` changes one of these. The default is in brackets.\n\n"
    rows = (
        f"  {key}  {setting.about}; {setting.valid} [{toml(setting.default)}]"
        for key, setting in TABLE.items()
    )
    return f"settings:\n{intro}" + "\n".join(rows)


def keys_block() -> str:
    intro = (
        "  `quotaline get KEY` prints the value of one of these. 5h and 7d are the two main windows too.\n\n"
    )
    return f"keys:\n{intro}" + "\n".join(f"  {key}  {about}" for key, about in keys().items())


def section(text: str) -> tuple[str, str, str]:
    """Return the arguments of add_section for a block of the help."""
    heading, _, rest = text.strip("\n").partition("\n")
    return heading.removesuffix(":"), "=", "\n".join(map(entry, rest.split("\n")))


def tidied(text: str) -> str:
    """Return the page with its usages as paragraphs, without labels, indents and empty lines at options."""
    text = re.sub(r"^(options|arguments):$|^\.R[SE].*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^usage: (.+)$", r".PP\n.B \1\n.PP", text, flags=re.MULTILINE)
    text = re.sub(r"\n{2,}", "\n", text)
    text = re.sub(r"(\.SS \\fBquotaline .*\n)[^.\n].*\n", r"\1", text)  # its description says it again
    text = re.sub(r"(\.S[HS].*\n)\.PP\n", r"\1", text)
    return re.sub(r"\.PP\n(?=\.S|\.TP|\.PP)", "", text)


def synopsis(usage: str) -> str:
    lines = usage.removeprefix("usage: ").strip().split("\n")
    return "\n.br\n".join(f".B {escaped(line.strip())}" for line in lines)


def entry(row: str) -> str:
    """Return a row of the help: a term and its meaning, more of the meaning, or a line by itself."""
    if not row.strip():
        return ""
    if not row.startswith(" "):  # a heading within a section
        return f".SS {escaped(row.removesuffix(':'))}"
    if row.startswith("     "):
        return escaped(row.strip())
    term, *meaning = re.split(r" {2,}", row.strip(), maxsplit=1)
    return f".TP\n.B {escaped(term)}\n{escaped(meaning[0])}" if meaning else f".PP\n{escaped(term)}"


def escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", r"\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


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


def test_man_page_has_every_section_setting_key_and_variable(page: pathlib.Path) -> None:
    text = page.read_text().replace("\\-", "-")
    headings = re.findall(r"^\.SH\s+(.*)$", text, re.MULTILINE)

    wanted = ["FORMAT", "KEYS", "SETTINGS", "FILES", "ENVIRONMENT", "EXIT STATUS", "SEE ALSO"]
    assert [heading.upper() for heading in headings][-len(wanted) :] == wanted
    for word in (*TABLE, *keys()):
        assert f".B {word}\n" in text


def test_variables_that_the_code_reads_are_in_the_man_page(root: pathlib.Path, page: pathlib.Path) -> None:
    code = "".join(path.read_text() for path in (root / "src/quotaline").rglob("*.py"))
    read = set(re.findall(r"""environ(?:ment)?(?:\.get\(|\[)"([A-Z_]+)\"""", code))
    text = page.read_text()

    ours = {name for name in read if name not in ("HOME", "PATH")}
    assert len(ours) > 8
    assert {name for name in ours if name not in text} <= NOT_FOR_USERS


def test_recipes_of_the_format_are_valid(root: pathlib.Path) -> None:
    for text in (topics.FORMAT, (root / "README.md").read_text()):
        recipes = re.findall(r"config set format '([^']+)'", text)
        assert len(recipes) >= 3
        for recipe in recipes:
            assert parse_format(recipe)


@pytest.mark.quick
def test_man_page_is_installed_where_man_looks_for_it(wheel: pathlib.Path, live: World) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert [name for name in names if name.endswith("/share/man/man1/quotaline.1")]
    shown = live.run("man", "quotaline", env={"MANPATH": str(live.binaries.parent / "share/man")})
    assert NAME in shown.stdout.decode()
