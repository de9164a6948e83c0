"""Words that a shell completes, each with its description, as shell functions for shtab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quotaline.cli.commands import COMMANDS
from quotaline.cli.show.get import keys
from quotaline.setting_table import ALIASES, TABLE, is_switch

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOSTS = {
    "claude": "Claude Code's status line",
    "tmux": "tmux's status line",
    "starship": "starship's prompt",
    "bash": "bash's prompt",
    "zsh": "zsh's prompt",
    "fish": "fish's prompt",
}
_OUTPUTS = {
    "ansi": "text for a terminal",
    "plain": "text without colours",
    **_HOSTS,
    "json": "an object for scripts",
    "waybar": "a waybar module",
    "openmetrics": "metrics for Prometheus",
}
_SETTINGS = {key: setting.about for key, setting in TABLE.items()} | {
    alias: f"another name of {key}" for alias, key in ALIASES.items()
}


def completers() -> dict[tuple[str, str], dict[str, Any]]:
    """Return shtab's completer of each argument, by the path of its command and its name."""
    setting = _completer("settings", _SETTINGS)
    host = _completer("hosts", _HOSTS)
    return {
        ("", "host"): _completer("outputs", _OUTPUTS),
        ("help", "command"): _completer("help", {name: each.help for name, each in COMMANDS.items()}),
        ("get", "key"): _completer("keys", keys()),
        ("init", "host"): host,
        ("install", "hosts"): host,
        ("uninstall", "hosts"): host,
        ("config get", "key"): setting,
        ("config set", "key"): setting,
        ("config unset", "key"): setting,
        ("config set", "value"): _value_completer(),
    }


def _completer(name: str, words: Mapping[str, str]) -> dict[str, Any]:
    bodies = {shell: _offer(shell, name, words) for shell in ("bash", "zsh", "fish")}
    return _functions(name, bodies)


def _value_completer() -> dict[str, Any]:
    """Return the completer of a value, which goes by the key before it."""
    values = {key: dict.fromkeys(_values(key), about) for key, about in _SETTINGS.items()}
    values = {key: words for key, words in values.items() if words}
    cases = {
        shell: "".join(f"    {key}) {_offer(shell, key, words)} ;;\n" for key, words in values.items())
        for shell in ("bash", "zsh")
    }
    fish = "".join(f"    case {key}\n      {_offer('fish', key, words)}\n" for key, words in values.items())
    bodies = {
        "bash": f'case "${{COMP_WORDS[COMP_CWORD - 1]}}" in\n{cases["bash"]}  esac',
        "zsh": f'case "${{words[CURRENT - 1]}}" in\n{cases["zsh"]}  esac',
        "fish": f"switch (commandline -opc)[-1]\n{fish}  end",
    }
    return _functions("values", bodies)


def _values(key: str) -> tuple[str, ...]:
    return ("true", "false") if is_switch(key) else TABLE[ALIASES.get(key, key)].choices


def _offer(shell: str, name: str, words: Mapping[str, str]) -> str:
    """Return the command that offers words."""
    if shell == "bash":
        return f'compgen -W {_quoted(" ".join(words))} -- "$1"'
    if shell == "zsh":
        items = (_quoted(f"{word.replace(':', chr(92) + ':')}:{about}") for word, about in words.items())
        return f"local -a _items=({' '.join(items)}); _describe {_quoted(name)} _items"
    pairs = (f"{_quoted(word)} {_quoted(about)}" for word, about in words.items())
    return f"printf '%s\\t%s\\n' {' '.join(pairs)}"


def _functions(name: str, bodies: Mapping[str, str]) -> dict[str, Any]:
    function = f"_quotaline_{name}"
    return {
        "bash": function,
        "zsh": function,
        "fish": f"({function})",
        "preamble": {
            shell: f"function {function}\n  {body}\nend\n"
            if shell == "fish"
            else f"{function}() {{\n  {body}\n}}\n"
            for shell, body in bodies.items()
        },
    }


def _quoted(text: str) -> str:
    """Return a word in quotes. An apostrophe is put in double quotes, which all three shells have."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
