"""The colours in which tmux draws the segment, on status lines of several colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_tmux import FRESH, Tmux, tmux

from world import world

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

# What xterm draws for the names that pyte has.
COLOURS = {"black": "000000", "red": "cd0000", "green": "00cd00", "brown": "cdcd00", "blue": "0000ee"} | {
    "magenta": "cd00cd",
    "cyan": "00cdcd",
    "white": "e5e5e5",
}
DARK = "1c1c1c"
BARS = {
    "the default": ("", DARK),
    "yellow": ("set -g status-style fg=black,bg=yellow", DARK),
    "red": ("set -g status-style 'bg=red fg=white'", DARK),
    "color2": ("set -g status-style bg=color2,bold", DARK),
    "orange": ("set -g status-style fg=black,bg=colour208", DARK),
    "yellow by status-bg": ("set -g status-style bg=blue; set -g status-bg yellow", DARK),
    "blue by status-bg": ("set -g status-style fg=white,bg=green; set -g status-bg blue", "blue"),
    "dark": ("set -g status-style fg=colour250,bg=colour235", "262626"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, binaries: pathlib.Path) -> Iterator[Tmux]:
    """A tmux server for all of these tests, which set its status line anew."""
    with world(tmp_path_factory.mktemp("bars"), binaries) as made:
        made.log_in()
        made.refresh()
        with tmux(made) as started:
            started.terminal.wait_for(FRESH)
            yield started


def contrast(one: str, other: str) -> float:
    """Return how far apart two colours are, from 1 to 21 (WCAG 2.1)."""
    values = []
    for colour in (one, other):
        name = COLOURS.get(colour, colour)
        parts = [int(name[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        values.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(values) + 0.05) / (min(values) + 0.05)


@pytest.mark.quick
@pytest.mark.parametrize("bar", BARS)
def test_every_character_of_the_segment_is_legible_on_a_bar(server: Tmux, bar: str) -> None:
    options, ground = BARS[bar]
    base = server.world.folder / "bar.conf"
    unset = "\n".join(f"set -gu {name}" for name in ("status-right", "status-style", "status-bg"))
    base.write_text(f"{unset}\n{options}\n")
    for file in (base, server.file):
        server.run("source-file", str(file))

    server.terminal.wait(lambda: server.terminal.find(FRESH) and server.terminal.grounds(FRESH) == {ground})

    cells = server.terminal.cells(FRESH)
    labels = {fg for text, fg, _ in cells if text not in "0123456789%"}
    assert min(contrast(fg, ground) for fg in labels) >= 4.5, cells
    assert {fg for _, fg, _ in cells} - labels == {"green", "brown"}
    assert min(contrast(fg, bg) for _, fg, bg in cells) >= 2, cells
    if ground == DARK:
        server.terminal.wait_for("0:sh")
        assert server.terminal.grounds("0:sh") != {DARK}  # the rest of the bar is as it was
