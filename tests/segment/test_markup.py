"""Every host shows the plain text: read back by parsers that know the host and not our code."""

from __future__ import annotations

import re
import shlex
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotaline.segment import markup
from quotaline.segment.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STYLES = (
    "",
    "green",
    "yellow",
    "orange",
    "red",
    "dim",
    "bold 33",
    "#FF8700",
    "underline bright-red",
    "inverted",
)
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126))
SPANS = st.lists(st.builds(Span, TEXT, st.sampled_from(STYLES)))
HOSTILE = [
    Span("50%H $(id) `id` #S #{pid} #[fg=red] ##[x %F{1} %(?.a.b) \\u \\[ 8%", style) for style in STYLES
]
SGR = re.compile(r"\x1b\[[0-9;]*m")


def shown_in_terminal(text: str) -> str:
    return SGR.sub("", text)


def shown_in_bash(text: str) -> str:
    return re.sub(r"\x01[^\x02]*\x02", "", text)


def shown_in_zsh(text: str) -> str:
    without = re.sub(r"%%|%F\{\d+\}|%[fBbUuSs]|%\{.*?%\}", lambda found: "%" * (found[0] == "%%"), text)
    assert "\x1b" not in without
    return without


def shown_in_tmux(text: str) -> str:
    """Read as tmux's format_draw: each pair in a run of `#` is one `#`, and an odd one before `[` starts a style."""
    out, at = "", 0
    while at < len(text):
        run = len(re.match("#*", text[at:])[0])  # type: ignore[index]
        out += "#" * (run // 2)
        at += run
        if run % 2:
            assert text[at] == "["
            at = text.index("]", at) + 1
        elif not run:
            out += text[at]
            at += 1
    return out


SHOWN: dict[str, Callable[[str], str]] = {
    "ansi": shown_in_terminal,
    "plain": str,
    "claude": shown_in_terminal,
    "tmux": shown_in_tmux,
    "bash": shown_in_bash,
    "zsh": shown_in_zsh,
    "fish": shown_in_terminal,
    "starship": shown_in_terminal,
}


@pytest.mark.parametrize("host", markup.MARKUPS)
@given(spans=SPANS)
def test_any_text_in_any_style_is_shown_by_a_host_as_the_plain_text(host: str, spans: Sequence[Span]) -> None:
    assert SHOWN[host](markup.MARKUPS[host](spans)) == "".join(span.text for span in spans)


@given(SPANS)
def test_ansi_has_no_escape_but_sgr_with_semicolons_and_ends_each_style(spans: Sequence[Span]) -> None:
    text = markup.ansi(spans)

    assert "\x1b" not in SGR.sub("", text)
    codes = re.findall(r"\x1b\[([0-9;]*)m", text)
    assert len(codes) == 2 * sum(bool(span.style) for span in spans)
    for opened, closed in zip(codes[::2], codes[1::2], strict=True):
        assert opened[0] in "123479"
        assert set(closed.split(";")) <= {"39", "22", "24", "27"}


@given(SPANS)
def test_tmux_markup_has_no_escape_byte_and_no_hex_colour(spans: Sequence[Span]) -> None:
    text = markup.tmux(spans)

    assert "\x1b" not in text
    assert not re.search("(?<!#)(?:##)*#[A-Z]", text)


def test_zsh_itself_shows_the_plain_text() -> None:
    script = "setopt prompt_subst; V=$1; P='${V}'; print -rn -- ${(%%)P}"
    done = subprocess.run(
        ["zsh", "-f", "-c", script, "zsh", markup.zsh(HOSTILE)], capture_output=True, check=True, text=True
    )

    assert shown_in_terminal(done.stdout) == markup.plain(HOSTILE)


def test_bash_itself_shows_the_plain_text() -> None:
    script = "V=$1 PS1='${V}'; printf %s \"${PS1@P}\""
    done = subprocess.run(
        ["bash", "-c", script, "bash", markup.bash(HOSTILE)], capture_output=True, check=True, text=True
    )

    assert shown_in_bash(done.stdout) == markup.plain(HOSTILE)


def test_tmux_itself_shows_the_plain_text(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("tmux")
    (folder / "text").write_text(markup.tmux(HOSTILE))
    inner = ["tmux", "-S", str(folder / "inner"), "-f", "/dev/null"]
    outer = ["tmux", "-S", str(folder / "outer"), "-f", "/dev/null"]
    subprocess.run([*inner, "new-session", "-d", "-x", "900", "-y", "5"], check=True)
    try:
        for option in (
            ("status-interval", "1"),
            ("status-left", ""),
            ("status-right-length", "880"),
            ("status-right", f"<#(cat {folder}/text)>"),
            ("window-status-current-format", ""),
        ):
            subprocess.run([*inner, "set-option", "-g", *option], check=True)
        attach = shlex.join(["env", "-u", "TMUX", *inner, "attach"])
        subprocess.run([*outer, "new-session", "-d", "-x", "900", "-y", "6", attach], check=True)
        deadline = time.monotonic() + 10
        wanted = f"<{markup.plain(HOSTILE)}>"
        screen = ""
        while wanted not in screen and time.monotonic() < deadline:
            screen = subprocess.run(
                [*outer, "capture-pane", "-p"], check=True, capture_output=True, text=True
            ).stdout
        assert wanted in screen
    finally:
        for server in (outer, inner):
            subprocess.run([*server, "kill-server"], check=False)
