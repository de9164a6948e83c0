"""The pages in docs/: every reference to them leads to a section or a promise, and every link to a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

_ID = r"(?:[1-9](?:\.[1-9])?|[A-J][1-9])(?!\w|\.\d)"
# `docs/claude-code.md 2.2`, also with several: `docs/reliability.md A3 and J6`, `F2, F4`.
REFERENCE = re.compile(rf"docs/([\w-]+\.md)((?:(?:,| and|) {_ID})*)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
SECTION = re.compile(r"^#+ ([1-9](?:\.[1-9])?)\.? |^\| ([A-J][1-9]) \|", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# What was cited before these pages existed: `contract 2.2`, `bars A3 and J6`, `# -- D1: time`.
OUTSIDE = re.compile(
    r"\b(?:contract|design|finding)s? [1-9]\b|\bbars? [A-J][1-9]\b|# -- [A-J][1-9]\b"
    r"|\b(?:contract|design|insight|language|peers|speed|style)\.md\b"
)
# A file of the repository: from its top, or a module below src/quotaline. Capitals are a placeholder.
PATH = re.compile(r"(?<![\w./-])((?:tests|shell|src|schemas|\.ci)/[\w./-]*\w|(?:\w+/)*\w+\.py)\b")
PLACEHOLDER = re.compile(r"[A-Z]{2}")
FOLDERS = ("src", "shell", "tests", "docs", ".ci")
PAGES = ("README.md", "shell/README.md", "tests/README.md")


def one_line(text: str) -> str:
    """Join the lines of a text, without the `#` of a comment: a reference may be wrapped."""
    return re.sub(r"\s*\n[\s#]*", " ", text)


def sections(page: str) -> list[str]:
    """Return the numbers of a page's headings, and the ids of its promises."""
    return [number or promise for number, promise in SECTION.findall(page)]


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(page)}


def broken_references(text: str, pages: dict[str, str]) -> list[str]:
    """Return what a text refers to in docs/ and is not there."""
    broken = []
    for name, ids in REFERENCE.findall(one_line(text)):
        if name not in pages:
            broken.append(f"docs/{name}")
        else:
            known = sections(pages[name])
            broken += [f"docs/{name} {one}" for one in re.findall(_ID, ids) if one not in known]
    return broken


def broken_links(page: pathlib.Path) -> list[str]:
    """Return the links of a page that lead to no file, or to no heading of one."""
    broken = []
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)  # code has no links
    for link in LINK.findall(text):
        path, _, anchor = link.partition("#")
        if re.match(r"https?:", link):
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            broken.append(link)
    return broken


def missing_paths(text: str, root: pathlib.Path) -> list[str]:
    """Return the files of the repository that a text names and that are not there."""
    source = root / "src/quotaline"
    return [
        name
        for name in PATH.findall(text)
        if not PLACEHOLDER.search(name)
        and not (root / name).exists()
        and not (source / name).exists()
        and ("/" in name or not any(source.rglob(name)))
    ]


@pytest.fixture(scope="module")
def pages(root: pathlib.Path) -> dict[str, str]:
    """The text of each page in docs/, by its name."""
    return {path.name: path.read_text() for path in (root / "docs").glob("*.md")}


def texts(root: pathlib.Path) -> Iterator[tuple[str, str]]:
    """Yield each file that may cite a page: its path and its text. Not this one, which has broken examples."""
    files = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file()]
    for path in [*files, root / "README.md", root / "CHANGELOG.md", root / "pyproject.toml"]:
        name = str(path.relative_to(root))
        if "__pycache__" not in name and not name.startswith(("tests/data/", "tests/test_docs.py")):
            yield name, path.read_text()


def test_every_reference_leads_to_a_section_or_a_promise(root: pathlib.Path, pages: dict[str, str]) -> None:
    assert {name: found for name, text in texts(root) if (found := broken_references(text, pages))} == {}


def test_references_are_many_and_none_is_to_a_page_outside_the_repository(root: pathlib.Path) -> None:
    cited = [name for name, text in texts(root) if REFERENCE.search(text) and not name.startswith("docs/")]

    assert len(cited) >= 20
    assert {name: found for name, text in texts(root) if (found := OUTSIDE.findall(one_line(text)))} == {}


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("see docs/claude-code.md 9.9", ["docs/claude-code.md 9.9"]),
        ("(docs/claude-code.md 2.2 and 9.1)", ["docs/claude-code.md 9.1"]),
        ("# docs/reliability.md A3,\n# A9: streams", ["docs/reliability.md A9"]),
        ("as docs/nowhere.md says", ["docs/nowhere.md"]),
        ("docs/claude-code.md 2.2, docs/reliability.md A3 and J6. docs/architecture.md 4.", []),
    ],
)
def test_broken_reference_is_reported(text: str, broken: list[str], pages: dict[str, str]) -> None:
    assert broken_references(text, pages) == broken


def test_every_link_leads_to_a_file_and_a_heading(root: pathlib.Path) -> None:
    found = {path: broken_links(path) for path in [*(root / "docs").glob("*.md"), *map(root.joinpath, PAGES)]}

    assert len(found) >= 6
    assert {str(path): links for path, links in found.items() if links} == {}


def test_broken_link_is_reported(tmp_path: pathlib.Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# 1. A `b` c\n[a](#1-a-b-c) [b](#2-gone) [c](gone.md) [d](page.md#1-a-b-c) [e](https://a.example)"
    )

    assert broken_links(page) == ["#2-gone", "gone.md"]


def test_no_section_and_no_promise_has_the_id_of_another(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert len(sections(page)) == len(set(sections(page)))


def test_every_file_that_a_page_names_is_there(root: pathlib.Path, pages: dict[str, str]) -> None:
    named = [name for page in pages.values() for name in PATH.findall(page)]

    assert len(named) >= 50
    assert {name: found for name, page in pages.items() if (found := missing_paths(page, root))} == {}


def test_missing_file_is_reported(root: pathlib.Path) -> None:
    text = (
        "`tests/gone.py`, `cache/gone.py`, gone.py, `tests/test_docs.py`, `cli/KIND/NAME.py`, `settings.py`"
    )

    assert missing_paths(text, root) == ["tests/gone.py", "cache/gone.py", "gone.py"]
