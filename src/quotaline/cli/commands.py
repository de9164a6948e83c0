"""The table of commands: what `--help` and a mistyped word need, without importing any command."""

from __future__ import annotations


class Command:
    """
    One command.

    `module` is relative to `quotaline.cli`; its `configure(parser)` adds the
    arguments and sets `run`, the function that takes the parsed arguments and
    returns the exit code.
    """

    __slots__ = ("group", "help", "module")

    def __init__(self, group: str, module: str, help_: str) -> None:
        self.group = group
        self.module = module
        self.help = help_


EVERYDAY, SCRIPTS, SET_UP = GROUPS = ("everyday commands", "commands for scripts", "set-up commands")
COMMANDS = {
    "status": Command(EVERYDAY, "show.status", "show every limit with its reset, pace, source and age"),
    "sessions": Command(EVERYDAY, "live.sessions", "show the tokens and the cost of each session"),
    "why": Command(EVERYDAY, "show.why", "show the source and age of every number, and rejected readings"),
    "refresh": Command(EVERYDAY, "show.refresh", "refresh now and report what happened"),
    "get": Command(SCRIPTS, "show.get", "print one value"),
    "install": Command(
        SET_UP, "setup.install", "add the segment to a host's config: shows a diff, then asks"
    ),
    "uninstall": Command(SET_UP, "setup.uninstall", "remove the segment from a host's config"),
    "init": Command(SET_UP, "setup.init", "print the lines to add to a host's config by hand"),
    "config": Command(SET_UP, "setup.config", "show and change settings"),
    "completions": Command(SET_UP, "setup.completions", "print the completion script of a shell"),
    "doctor": Command(SET_UP, "setup.doctor", "check the installation and suggest fixes"),
    "demo": Command(SET_UP, "demo.demo", "try it with a fake account: no login, no network"),
}
