"""``quotaline demo``: show a day of a fake account, or every state of the segment."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_PAUSE = 0.5  # seconds between the moments of the day, so that the climb can be watched


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Show a day of a fake account, served on 127.0.0.1. No login is read and nothing is sent."
    )
    parser.add_argument(
        "--gallery", action="store_true", help="show every state of the segment, in every host's markup"
    )
    parser.add_argument(
        "--styles",
        action="store_true",
        help="show every style, palette and icon set, on your own numbers if there are any",
    )
    parser.add_argument("--svg", metavar="FILE", help="write a picture to FILE instead of printing")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    if chosen.svg:
        return _draw(chosen.svg, every_state=chosen.gallery)
    from quotaline.cli.console import make_console, print_table

    console = make_console()
    if chosen.gallery:
        from quotaline.cli.demo.gallery import gallery

        print_table(console, gallery())
        return 0
    if chosen.styles:
        from quotaline.cli.demo.styles import styles

        print_table(console, styles())
        return 0
    from quotaline.cli.demo.account import moments
    from quotaline.cli.show.overview import print_overview

    print("A fake account on 127.0.0.1, and the same code as always:\nlogin, request, cache, segment.\n")
    for moment in moments("ansi" if console.color_system and not console.no_color else "plain"):
        print(f"  after {moment.minute:3} min   {moment.segment}", flush=True)
        time.sleep(_PAUSE if console.is_terminal else 0)
    print()
    print_overview(moment.state, moment.now, console)
    print(
        "\nWith your own login: `quotaline refresh` asks for the numbers,\n"
        "`quotaline status` shows them, `quotaline install` adds them to your programs."
    )
    return 0


def _draw(path: str, *, every_state: bool) -> int:
    from quotaline.cli.demo.account import moments
    from quotaline.cli.demo.gallery import gallery
    from quotaline.cli.demo.picture import day, save

    shown = gallery() if every_state else day([moment.segment for moment in moments("ansi")])
    try:
        save(shown, path)
    except OSError as error:
        print(f"quotaline: {path} can't be written: {error.strerror}", file=sys.stderr)
        return 1
    return 0
