"""Terminal output as an SVG picture, and the picture in README: five prompts in the course of a day."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.terminal_theme import TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

_COLUMNS = 100
_WIDTH = 58  # columns of what a host shows
_QUIET, _LABEL, _LINE, _BAR = "#9aa1b1", "#7d8596", "#3d4352", "on #232731"
_BACK, _FORE = (18, 20, 26), (201, 206, 218)
_THEME = TerminalTheme(
    _BACK,
    _FORE,
    [
        (40, 44, 54),
        (240, 92, 98),
        (126, 201, 121),
        (226, 192, 98),
        (108, 162, 232),
        (190, 140, 220),
        (102, 190, 196),
        (201, 206, 218),
    ],
)
# rich's own template loads a font from another site, which GitHub does not allow in a README.
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font: {char_height}px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  white-space: pre;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
<rect width="{width}" height="{height}" rx="12" fill="#12141a"/>
<g fill="#343a48">
<circle cx="24" cy="22" r="6"/><circle cx="44" cy="22" r="6"/><circle cx="64" cy="22" r="6"/>
</g>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def save(picture: RenderableType, path: str) -> None:
    """Write what rich prints to an SVG file, as wide as its content. Raises OSError."""
    console = Console(
        record=True,
        width=_COLUMNS,
        file=StringIO(),
        force_terminal=True,
        color_system="truecolor",
        _environ={},
    )
    console.width = Measurement.get(console, console.options, picture).maximum
    console.print(picture)
    console.save_svg(path, theme=_THEME, code_format=_SVG, unique_id="quotaline")


def day(segments: Sequence[str]) -> Padding:
    """Return five hosts, each with one of the five segments (text with SGR sequences)."""
    bash, starship, zsh, claude, tmux = map(Text.from_ansi, segments)
    rows: tuple[tuple[str, RenderableType], ...] = (
        ("bash", Text.assemble(bash, *_prompt(" ", "~/atlas", " $ git switch -c retry"))),
        ("starship", Text.assemble(*_prompt("", "atlas", " on "), ("retry", "magenta"), " ", starship)),
        ("", Text.assemble(("> ", "green"), ("pytest -q", _QUIET))),
        ("zsh", _two_sided(Text.assemble(*_prompt("", "~/atlas", " % make bench")), zsh)),
        ("Claude Code", Rule(style=_LINE)),
        ("", Text("> wait longer after each failure", style=_QUIET)),
        ("", Rule(style=_LINE)),
        ("", Text.assemble("  ", claude)),
        ("tmux", _two_sided(Text(" atlas  1:zsh  2:claude*", style=_QUIET), tmux, _BAR)),
    )
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style=_LABEL, no_wrap=True)
    table.add_column(width=_WIDTH, no_wrap=True)
    for number, (host, shown) in enumerate(rows):
        if number and host:
            table.add_row()
        table.add_row(host, shown)
    return Padding(table, (1, 2, 1, 2))


def _prompt(before: str, folder: str, after: str) -> tuple[tuple[str, str], ...]:
    return (before, _QUIET), (folder, "cyan"), (after, _QUIET)


def _two_sided(left: Text, right: Text, style: str = "") -> Table:
    """Return a row with one text at its left end and one at its right end."""
    table = Table.grid(expand=True, padding=(0, 1, 0, 0), pad_edge=True)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(left, right, style=style)
    return table
