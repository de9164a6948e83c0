"""Uninstall restores every config byte for byte, whatever else is in it."""

from __future__ import annotations

import json
import pathlib
import shlex
import subprocess
import tomllib
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from quotaline.hosts import claude, fence, jsonc, starship
from quotaline.hosts.errors import EditRefused
from quotaline.hosts.installation import Installation
from quotaline.hosts.table import TABLE

INSTALLATION = Installation("/opt/it's here/bin/quotaline", "/opt/it's here/share/#S %H $x")
CONFIGS = sorted((pathlib.Path(__file__).parent.parent / "data/configs").iterdir())
FENCED = ("bash", "zsh", "fish", "tmux")

texts = st.text(st.sampled_from("ab #>\n\r\t\ufeff\"'é\udcff")) | st.text()


def host_of(config: pathlib.Path) -> str:
    return config.name.partition("-")[0]


def variants(text: str) -> list[str]:
    crlf = text.replace("\n", "\r\n")
    return [
        text,
        crlf,
        f"\ufeff{text}",
        f"\ufeff{crlf}",
        text.rstrip("\n"),
        crlf.rstrip("\r\n"),
        text + "\n\n",
    ]


def added_twice(host: str, text: str | None) -> str:
    once = TABLE[host].add(text, INSTALLATION)
    assert TABLE[host].add(once, INSTALLATION) == once
    return once


@pytest.mark.parametrize("host", FENCED)
@given(texts)
@example("")
@example("\ufeff")
@example("no newline")
@example("crlf\r\n")
def test_any_rc_file_is_restored(host: str, text: str) -> None:
    assume(fence.BEGIN not in text and fence.END not in text)

    added = added_twice(host, text)

    assert added.startswith(text)
    assert TABLE[host].remove(added) == text


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.name)
def test_sample_config_is_restored_with_line_ends_byte_order_mark_and_missing_last_newline(
    config: pathlib.Path,
) -> None:
    host = host_of(config)
    for text in variants(config.read_text(encoding="utf-8")):
        added = added_twice(host, text)

        assert added != text
        assert TABLE[host].remove(added) == text


@pytest.mark.parametrize("host", TABLE)
def test_file_that_install_created_is_deleted_by_uninstall(host: str) -> None:
    assert TABLE[host].remove(added_twice(host, None)) is None


@pytest.mark.parametrize("host", FENCED)
@given(texts, texts)
def test_lines_added_after_the_block_are_kept(host: str, text: str, more: str) -> None:
    assume(fence.BEGIN not in text + more and fence.END not in text + more)
    added = TABLE[host].add(text, INSTALLATION)

    left = TABLE[host].remove(added + more)

    assert left is not None
    assert left.endswith(more)
    assert left.removesuffix(more) in (text, text + "\n")


def test_block_of_an_older_installation_is_updated_in_place() -> None:
    old = TABLE["bash"].add("first", Installation("/old/quotaline", "/old/shell")) + "last\n"

    new = TABLE["bash"].add(old, INSTALLATION)

    assert "/old/" not in new
    assert new.endswith("last\n")
    assert TABLE["bash"].remove(new) == "first\nlast\n"


def test_block_with_converted_line_ends_is_recognised() -> None:
    added = TABLE["zsh"].add("a=1\n", INSTALLATION).replace("\n", "\r\n")

    assert TABLE["zsh"].add(added, INSTALLATION) == added
    assert TABLE["zsh"].remove(added) == "a=1\r\n"


@pytest.mark.parametrize(
    "text",
    [
        f"a\n{fence.BEGIN}\nb\n",
        f"a\n{fence.END}\nb\n",
        f"a\n{fence.END}\n{fence.BEGIN}\n",
        f"a\n{fence.BEGIN}\nmine\n{fence.BEGIN}\nb\n{fence.END}\n",
    ],
)
def test_incomplete_block_is_refused_with_its_line_so_that_no_user_text_is_lost(text: str) -> None:
    for change in (partial(fence.add, body="x\n"), fence.remove):
        with pytest.raises(EditRefused, match=r"^line 2: .* by hand$"):
            change(text)


# -- starship

keys = st.sampled_from(["add_newline", "format", "right_format", "a.b", '"x y"'])
values = st.sampled_from(
    [
        "true",
        "1",
        '""',
        "''",
        "'$character'",
        '"a $line_break$character"',
        '"$all"',
        '"""\n$git\\\n  x"""',
        "'''\n'''",
    ]
)


@st.composite
def tomls(draw: st.DrawFn) -> str:
    end = draw(st.sampled_from(["\n", "\r\n"]))
    space = st.sampled_from(["", " ", "  "])
    lines = [
        f"{draw(space)}{key}{draw(space)}={draw(space)}{draw(values)}{draw(st.sampled_from(['', ' # é']))}"
        for key in draw(st.lists(keys, unique=True))
    ]
    lines += draw(
        st.sampled_from([list[str](), [""], ["[git]", "x = [1,", " 2]"], ["[custom.other]"], ["# end"]])
    )
    return draw(st.sampled_from(["", "\ufeff"])) + end.join(lines) + draw(st.sampled_from(["", end]))


@given(tomls())
def test_any_starship_config_is_restored_and_valid_while_installed(text: str) -> None:
    before = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if not isinstance(before.get("format", ""), str):
        with pytest.raises(EditRefused, match="format"):
            starship.add(text, INSTALLATION)
        return

    added = added_twice("starship", text)

    after = tomllib.loads(added.removeprefix("\ufeff"))
    module = after["custom"]["quotaline"]
    assert module["shell"] == [INSTALLATION.command, "--for"]
    shown = "format" not in before or any(
        token in str(after.get(key))
        for key in ("format", "right_format")
        for token in ("$all", "${custom.quotaline}")
    )
    assert shown
    assert starship.remove(added) == text


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("$directory$character", "$directory${custom.quotaline}$character"),
        ("$directory$line_break$character", "$directory${custom.quotaline}$line_break$character"),
        ("[>](red) ${character}", "[>](red) ${custom.quotaline}${character}"),
        ("$directory", "$directory${custom.quotaline}"),
        (r"\$character", r"\$character${custom.quotaline}"),
        ("$all", "$all"),
        ("$directory$custom", "$directory$custom"),
        ("${custom.quotaline}$directory", "${custom.quotaline}$directory"),
    ],
)
def test_format_of_starship_gets_the_module_unless_it_shows_it_already(mine: str, theirs: str) -> None:
    text = f"format = '{mine}'\n"

    added = starship.add(text, INSTALLATION)

    assert tomllib.loads(added)["format"] == theirs
    assert starship.remove(added) == text


@pytest.mark.parametrize("text", ["custom = { a = 1 }\n", "[custom.quotaline]\nwhen = true\n"])
def test_starship_config_with_its_own_custom_module_of_that_name_is_refused(text: str) -> None:
    with pytest.raises(EditRefused, match="of its own"):
        starship.add(text, INSTALLATION)


# -- Claude Code

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
gaps = st.sampled_from(["", "", " ", "\n", "\r\n  ", "\n\t", ' /* " { */ ', "// , }\n"])


@st.composite
def loose(draw: st.DrawFn, value: Any) -> str:
    """Return a value as JSONC with random spaces, comments and trailing commas."""

    def gap() -> str:
        return draw(gaps)

    ascii_only, trailing = draw(st.tuples(st.booleans(), st.booleans()))
    if not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=ascii_only)
    if isinstance(value, list):
        heads = [""] * len(value)
    else:
        heads = [f"{json.dumps(key, ensure_ascii=ascii_only)}{gap()}:{gap()}" for key in value]
    items = value if isinstance(value, list) else value.values()
    parts = [gap() + head + draw(loose(item)) + gap() for head, item in zip(heads, items, strict=True)]
    comma = "," if parts and trailing else ""
    inside = f"{','.join(parts)}{comma}{gap()}"
    return f"[{inside}]" if isinstance(value, list) else f"{{{inside}}}"


commands = st.text(st.sampled_from("ab '\"\\/$`#\n;é\ud83d"), min_size=1).filter(str.strip)
status_lines = st.fixed_dictionaries(
    {"type": st.just("command"), "command": commands},
    optional={"padding": st.integers(0, 2), "refreshInterval": st.sampled_from([5, 30])},
)
settings_texts = (
    st.fixed_dictionaries(
        {}, optional={"model": st.text(), "statusLine": status_lines, "env": plain, "x": plain}
    )
    .flatmap(loose)
    .flatmap(lambda text: st.sampled_from(["", "\ufeff", "// hi\n"]).map(lambda head: f"{head}{text}"))
)


@given(plain.flatmap(lambda value: loose(value).map(lambda text: (value, text))))
def test_jsonc_parses_to_the_value_that_was_written(pair: tuple[Any, str]) -> None:
    value, text = pair

    assert jsonc.parse(text).value == json.loads(json.dumps(value), parse_int=float)


@given(settings_texts)
def test_any_settings_are_restored_and_other_keys_unchanged_while_installed(text: str) -> None:
    try:
        added = added_twice("claude", text)
    except EditRefused as refused:
        assert "UTF-8" in str(refused)  # noqa: PT017 - a lone surrogate, unescaped
        return

    before, after = jsonc.parse(text).value, jsonc.parse(added).value
    assert [key for key in after if key != "statusLine"] == [key for key in before if key != "statusLine"]
    assert {**after, "statusLine": 0} == {**before, "statusLine": 0}
    line = before.get("statusLine", {})
    assert after["statusLine"] == {**after["statusLine"], **{k: v for k, v in line.items() if k != "command"}}
    assert after["statusLine"]["refreshInterval"] == line.get("refreshInterval", 30)
    assert claude.remove(added) == text


@given(commands.filter(lambda command: command.isascii()), st.booleans())
def test_any_old_command_is_passed_to_combine_unchanged(old: str, ascii_only: bool) -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": old}}, ensure_ascii=ascii_only)
    text = text.replace("'", "\\u0027") if ascii_only else text
    installation = Installation("echo", "")

    command = jsonc.parse(claude.add(text, installation)).value["statusLine"]["command"]

    script = command.replace("echo combine", "printf %s", 1)
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode() == old


def test_old_command_stays_readable_and_below_can_be_turned_on_and_off() -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": "~/line.sh"}})
    installation = Installation("/opt/quotaline", "")

    below = claude.add(text, installation, below=True)

    command = jsonc.parse(below).value["statusLine"]["command"]
    assert command == (
        """old='~/line.sh'; /opt/quotaline combine --below "$old" || eval "$old" # with refreshInterval"""
    )
    assert claude.add(below, installation) == claude.add(text, installation)
    assert claude.remove(below) == text


@pytest.mark.parametrize("below", [False, True])
def test_status_line_of_an_older_version_is_updated_and_removed(below: bool) -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": "~/line.sh"}})
    installation = Installation("/opt/quotaline", "")
    renewed = claude.add(text, installation, below=below)
    installed = renewed.replace("quotaline combine", "quotaline beside")
    assert installed != renewed

    assert claude.add(installed, installation, below=below) == renewed
    assert claude.remove(installed) == text


@pytest.mark.parametrize(
    "command",
    [
        "/old place/quotaline --for claude",
        "'/old place/quotaline' --for claude",
        "~/q/quotaline --for claude",
    ],
)
def test_our_own_command_is_not_combined_with_itself(command: str) -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": command}})

    is_combined = "old=" in claude.add(text, INSTALLATION)

    assert is_combined == (shlex.split(command)[0] == "/old")


@pytest.mark.parametrize(
    "line",
    [
        "null",
        "[]",
        '"x"',
        '{"type": "static", "text": "x"}',
        '{"type": "command"}',
        '{"type": "command", "command": " "}',
    ],
)
def test_invalid_status_line_is_refused_in_one_line_and_left_alone_by_uninstall(line: str) -> None:
    text = f'{{"statusLine": {line}}}'

    with pytest.raises(EditRefused, match=r"^its statusLine .*first$"):
        claude.add(text, INSTALLATION)
    assert claude.remove(text) == text


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ("{\n  'a': 1\n}", "line 2, column 3"),
        ('{"a": 1\n "b": 2}', "line 2, column 2"),
        ('{"a": tru}', "line 1, column 7"),
        ('{"a": "\n"}', "line 1, column 8"),
        ('{"a": [1 2]}', "line 1, column 10"),
        ('{"a": 1} {}', "line 1, column 10"),
        ("[]", "not a JSON object"),
        ('{"statusLine": 1, "statusLine": 2}', "twice"),
        ('{"a": "\udcff"}', "line 1: not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_settings_that_are_not_json_are_refused_with_line_and_column(text: str, where: str) -> None:
    for change in (partial(claude.add, installation=INSTALLATION), claude.remove):
        with pytest.raises(EditRefused) as refused:
            change(text)
        assert where in str(refused.value)
        assert "\n" not in str(refused.value)
