"""What goes into a config comes out of it again without a trace, whatever else is in it."""

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

HERE = Installation("/opt/it's here/bin/quotaline", "/opt/it's here/share/#S %H $x")
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
    once = TABLE[host].add(text, HERE)
    assert TABLE[host].add(once, HERE) == once
    return once


@pytest.mark.parametrize("host", FENCED)
@given(texts)
@example("")
@example("\ufeff")
@example("no newline")
@example("crlf\r\n")
def test_any_rc_file_comes_back_as_it_was(host: str, text: str) -> None:
    assume(fence.BEGIN not in text and fence.END not in text)

    added = added_twice(host, text)

    assert added.startswith(text)
    assert TABLE[host].remove(added) == text


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.name)
def test_every_config_comes_back_with_its_line_ends_mark_and_lack_of_a_last_newline(
    config: pathlib.Path,
) -> None:
    host = host_of(config)
    for text in variants(config.read_text(encoding="utf-8")):
        added = added_twice(host, text)

        assert added != text
        assert TABLE[host].remove(added) == text


@pytest.mark.parametrize("host", TABLE)
def test_a_file_that_was_not_there_is_not_there_afterwards(host: str) -> None:
    assert TABLE[host].remove(added_twice(host, None)) is None


@pytest.mark.parametrize("host", FENCED)
@given(texts, texts)
def test_lines_written_behind_the_block_stay(host: str, text: str, more: str) -> None:
    assume(fence.BEGIN not in text + more and fence.END not in text + more)
    added = TABLE[host].add(text, HERE)

    left = TABLE[host].remove(added + more)

    assert left is not None
    assert left.endswith(more)
    assert left.removesuffix(more) in (text, text + "\n")


def test_block_of_an_older_installation_is_renewed_where_it_stands() -> None:
    old = TABLE["bash"].add("first", Installation("/old/quotaline", "/old/shell")) + "last\n"

    new = TABLE["bash"].add(old, HERE)

    assert "/old/" not in new
    assert new.endswith("last\n")
    assert TABLE["bash"].remove(new) == "first\nlast\n"


def test_block_whose_line_ends_an_editor_changed_is_known_again() -> None:
    added = TABLE["zsh"].add("a=1\n", HERE).replace("\n", "\r\n")

    assert TABLE["zsh"].add(added, HERE) == added
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
def test_a_broken_block_is_refused_with_its_line_so_that_nothing_of_the_users_goes_with_it(text: str) -> None:
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
def test_any_starship_config_comes_back_as_it_was_and_parses_meanwhile(text: str) -> None:
    before = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if not isinstance(before.get("format", ""), str):
        with pytest.raises(EditRefused, match="format"):
            starship.add(text, HERE)
        return

    added = added_twice("starship", text)

    after = tomllib.loads(added.removeprefix("\ufeff"))
    module = after["custom"]["quotaline"]
    assert module["shell"] == [HERE.command, "--for"]
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
def test_starships_own_format_gets_a_place_for_it_and_one_that_shows_it_stays(mine: str, theirs: str) -> None:
    text = f"format = '{mine}'\n"

    added = starship.add(text, HERE)

    assert tomllib.loads(added)["format"] == theirs
    assert starship.remove(added) == text


@pytest.mark.parametrize("text", ["custom = { a = 1 }\n", "[custom.quotaline]\nwhen = true\n"])
def test_starship_config_with_a_module_of_that_name_is_refused(text: str) -> None:
    with pytest.raises(EditRefused, match="of its own"):
        starship.add(text, HERE)


# -- Claude Code

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
gaps = st.sampled_from(["", "", " ", "\n", "\r\n  ", "\n\t", ' /* " { */ ', "// , }\n"])


@st.composite
def loose(draw: st.DrawFn, value: Any) -> str:
    """Write a value as JSONC, loosely."""

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
def test_loose_json_is_read_as_what_it_says(pair: tuple[Any, str]) -> None:
    value, text = pair

    assert jsonc.parse(text).value == json.loads(json.dumps(value), parse_int=float)


@given(settings_texts)
def test_any_settings_come_back_as_they_were_and_all_other_keys_stay_meanwhile(text: str) -> None:
    try:
        added = added_twice("claude", text)
    except EditRefused as refused:
        assert "UTF-8" in str(refused)  # noqa: PT017 - a half surrogate pair, unescaped
        return

    before, after = jsonc.parse(text).value, jsonc.parse(added).value
    assert [key for key in after if key != "statusLine"] == [key for key in before if key != "statusLine"]
    assert {**after, "statusLine": 0} == {**before, "statusLine": 0}
    line = before.get("statusLine", {})
    assert after["statusLine"] == {**after["statusLine"], **{k: v for k, v in line.items() if k != "command"}}
    assert after["statusLine"]["refreshInterval"] == line.get("refreshInterval", 30)
    assert claude.remove(added) == text


@given(commands.filter(lambda command: command.isascii()), st.booleans())
def test_any_old_command_reaches_the_runner_as_it_was(old: str, ascii_only: bool) -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": old}}, ensure_ascii=ascii_only)
    text = text.replace("'", "\\u0027") if ascii_only else text
    here = Installation("echo", "")

    command = jsonc.parse(claude.add(text, here)).value["statusLine"]["command"]

    script = command.replace("echo combine", "printf %s", 1)
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode() == old


def test_old_command_stays_in_sight_and_below_can_be_chosen_and_unchosen() -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": "~/line.sh"}})
    here = Installation("/opt/quotaline", "")

    below = claude.add(text, here, below=True)

    command = jsonc.parse(below).value["statusLine"]["command"]
    assert command == (
        """old='~/line.sh'; /opt/quotaline combine --below "$old" || eval "$old" # with refreshInterval"""
    )
    assert claude.add(below, here) == claude.add(text, here)
    assert claude.remove(below) == text


@pytest.mark.parametrize("below", [False, True])
def test_status_line_that_an_older_version_installed_is_renewed_and_removed(below: bool) -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": "~/line.sh"}})
    here = Installation("/opt/quotaline", "")
    renewed = claude.add(text, here, below=below)
    installed = renewed.replace("quotaline combine", "quotaline beside")
    assert installed != renewed

    assert claude.add(installed, here, below=below) == renewed
    assert claude.remove(installed) == text


@pytest.mark.parametrize(
    "command",
    [
        "/old place/quotaline --for claude",
        "'/old place/quotaline' --for claude",
        "~/q/quotaline --for claude",
    ],
)
def test_our_own_command_is_not_chained_to_itself(command: str) -> None:
    text = json.dumps({"statusLine": {"type": "command", "command": command}})

    chained = "old=" in claude.add(text, HERE)

    assert chained == (shlex.split(command)[0] == "/old")


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
def test_a_status_line_of_another_shape_is_refused_in_one_line_and_left_at_uninstall(line: str) -> None:
    text = f'{{"statusLine": {line}}}'

    with pytest.raises(EditRefused, match=r"^its statusLine .*first$"):
        claude.add(text, HERE)
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
def test_settings_that_are_not_json_are_refused_with_the_place(text: str, where: str) -> None:
    for change in (partial(claude.add, here=HERE), claude.remove):
        with pytest.raises(EditRefused) as refused:
            change(text)
        assert where in str(refused.value)
        assert "\n" not in str(refused.value)
