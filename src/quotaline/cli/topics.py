"""Texts of the help that more than one command, the man page and README have in common."""

from __future__ import annotations

FORMAT = """\
format:
  `quotaline config set format TEMPLATE` shows your own line, not a style.

  $5h, $7d              percent used of the 5-hour and the 7-day window
  $tightest             the window with the highest percentage
  $scoped               the limit of a model or of spending, if that is higher
                        than both main windows
  $5h.FIELD             name, used, left, bar, reset, reset_short, reset_long,
                        reset_words, reset_at, pace, age or words
  $icon, $credits       and $source, $account, $show; in Claude Code also
                        $model, $cost, $context and $tokens
  (text $5h.reset)      left out as long as the field is unknown
  [text](bold 5h)       a style: bold, dim, italic, underline, inverted, a
                        colour, or the name of a window for its colour
  \\$ \\( \\) \\[ \\] \\\\     the character itself; ${5h} is $5h before a letter

recipes:
  quotaline config set format '$5h( until $5h.reset_at) | $7d'
  quotaline config set format '[$5h.bar](5h) $5h.left%( for $5h.reset)'
  quotaline config set format '$tightest( of $scoped.name)( $5h.pace)'
"""
FILES = """\
files:
  ~/.config/quotaline/config.toml  the settings; `quotaline config path` prints its path
  ~/.cache/quotaline/              the segments and the state of the last refresh
  ~/.claude/                       Claude Code's login and settings, or $CLAUDE_CONFIG_DIR
"""
ENVIRONMENT = """\
environment:
  CLAUDE_CONFIG_DIR                         Claude Code's folder (default: ~/.claude)
  QUOTALINE_CACHE_DIR                       the cache folder; it must be an absolute path
  XDG_CACHE_HOME                            if set, the cache folder is quotaline in it
  XDG_CONFIG_HOME                           if set, config.toml is in quotaline in it
  NO_COLOR                                  if set and not empty: no colours
  FORCE_COLOR, CLICOLOR_FORCE               if set and not empty: colours in a pipe too
  CLICOLOR                                  0: no colours
  TERM                                      dumb: no colours
  COLUMNS                                   width of the output
  CLAUDE_AX_SCREEN_READER                   1: plain words in Claude Code's status line
  CLAUDE_CODE_OAUTH_TOKEN                   a login that is used instead of the saved one
  CLAUDE_SECURESTORAGE_CONFIG_DIR           the folder whose login the macOS Keychain has
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC  if set and not empty: no requests
  HTTPS_PROXY, NO_PROXY                     the proxy for requests
  REQUESTS_CA_BUNDLE                        a CA file, where a company inspects TLS
  STARSHIP_CONFIG                           starship's config, for `quotaline install starship`
  VISUAL, EDITOR                            the editor of `quotaline config edit`
"""
EXIT_STATUS = """\
exit status:
  0                         success; printing a segment always succeeds
  1                         failed: one line on stderr says why and what to do
  2                         usage error, or config.toml is invalid
  130                       interrupted
"""
SEE_ALSO = """\
see also:
  tmux(1), bash(1), zsh(1), fish(1), and docs/ in quotaline's repository
"""
# By the words of a command.
EXAMPLES = {
    "status": ("quotaline status", "quotaline status --json | jq .windows.five_hour.left"),
    "why": ("quotaline why", "quotaline why --json | jq .rejected"),
    "refresh": ("quotaline refresh",),
    "get": ("quotaline get 5h", "quotaline get 7d.left", "quotaline get 5h.resets_at"),
    "install": ("quotaline install", "quotaline install tmux zsh", "quotaline install claude --dry-run"),
    "uninstall": ("quotaline uninstall", "quotaline uninstall bash --yes"),
    "init": ('eval "$(quotaline init bash)"', "quotaline init fish | source", "quotaline init tmux"),
    "config": ("quotaline config list", "quotaline config set style verbose"),
    "config get": ("quotaline config get style",),
    "config set": (
        "quotaline config set style verbose",
        "quotaline config set palette light",
        "quotaline config set sources.api off",
    ),
    "config unset": ("quotaline config unset style",),
    "config list": ("quotaline config list | grep 5h",),
    "config edit": ("EDITOR=nano quotaline config edit",),
    "config path": ('cat "$(quotaline config path)"',),
    "completions": ("quotaline completions fish | source",),
    "doctor": ("quotaline doctor", "quotaline doctor --json | jq .broken"),
    "demo": ("quotaline demo", "quotaline demo --styles", "quotaline demo --gallery"),
    "sessions": ("quotaline sessions --since 7d", "quotaline sessions --by model --json"),
}


def with_examples(command: str, epilog: str | None) -> str | None:
    """Return the text after a command's options: its examples, then what it has to say itself."""
    examples = EXAMPLES.get(command, ())
    blocks = ["\n".join(["examples:", *(f"  {example}" for example in examples)])] if examples else []
    return "\n\n".join([*blocks, *filter(None, [epilog])]) or None
