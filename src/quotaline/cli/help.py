"""The text of `quotaline --help`, made from the table of commands: no command is imported for it."""

from __future__ import annotations

from quotaline.cli.commands import COMMANDS, GROUPS
from quotaline.cli.topics import EXIT_STATUS
from quotaline.fastpath.reader import HOSTS

USAGE = "quotaline [--for HOST]\n       quotaline COMMAND [ARGUMENT ...]"
DESCRIPTION = """\
Show how much of your Claude quota is used and when it resets. Without a
command, print the segment, [5h:8% 7d:77%], at once; if it is older than a
minute, it is refreshed in the background. A host is a program that shows the
segment: Claude Code, tmux, starship, a shell."""
FOR = f"print the segment for HOST: {', '.join(HOSTS)} (default: ansi on a terminal, else plain)"
VERSION = "print the version"
MORE = """\
examples:
  quotaline demo            try everything with a fake account
  quotaline install         add the segment to your shell, tmux and Claude Code
  quotaline status          show every limit and its reset
  quotaline --for tmux      print the segment as tmux's status line needs it

environment:
  CLAUDE_CONFIG_DIR         Claude Code's folder (default: ~/.claude)
  QUOTALINE_CACHE_DIR       the cache folder (default: the user's cache folder)
  NO_COLOR                  no colours, if set and not empty
  HTTPS_PROXY               the proxy for requests
  REQUESTS_CA_BUNDLE        a CA file, where a company inspects TLS
                            (`man quotaline` has them all)

"""


def text() -> str:
    """Return the help, 80 columns wide."""
    blocks = [f"usage: {USAGE}", DESCRIPTION]
    for group in GROUPS:
        rows = [_row(name, command.help) for name, command in COMMANDS.items() if command.group == group]
        blocks.append("\n".join([f"{group}:", *rows]))
    options = [
        _row("--for HOST", "print the segment for HOST (default: ansi on a terminal,"),
        _row("", f"else plain): {', '.join(HOSTS[:6])},"),
        _row("", ", ".join(HOSTS[6:])),
        _row("-V, --version", VERSION),
        _row("-h, --help", "print this help; for one command: quotaline help COMMAND"),
    ]
    blocks += ["\n".join(["options:", *options]), MORE + EXIT_STATUS]
    return "\n\n".join(blocks)


def _row(left: str, right: str) -> str:
    return f"  {left:14} {right}"
