"""The commands for people, run as installed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from quotaline import __version__
from world import until, usage

if TYPE_CHECKING:
    import pathlib
    import subprocess

    from world import World


def result(done: subprocess.CompletedProcess[bytes]) -> tuple[int, str, str]:
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_version_and_help_are_printed(live: World) -> None:
    assert result(live.run("quotaline", "--version")) == (0, f"quotaline {__version__}\n", "")
    code, text, _ = result(live.run("quotaline", "--help"))
    assert code == 0
    assert {"status", "refresh", "config", "why", "demo"} <= set(text.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "unknown command 'nonsense'"),
        (["--for", "nonsense"], "unknown host 'nonsense'"),
        (["status", "--nonsense"], "unrecognized arguments"),
        (["config"], "required"),
        (["config", "get", "tt"], "unknown key 'tt'; did you mean ttl?"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_status_2(live: World, words: list[str], message: str) -> None:
    code, text, error = result(live.run("quotaline", *words))

    assert (code, text) == (2, "")
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.quick
def test_refresh_reports_what_happened(live: World) -> None:
    code, text, error = result(live.refresh())

    assert (code, error) == (0, "")
    assert re.fullmatch(r"\[5h:8% 7d:77%\] \(asked the usage endpoint, \d\.\d\d s\)\n", text)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "the server refused this login (401): run `claude` once to renew it"),
        (403, "the server refused this login (403, no user:profile scope"),
        (429, "rate-limited by the usage endpoint (Retry-After: 1600 s); next try in 26m"),
        (500, "the usage endpoint failed (HTTP 500): see https://status.anthropic.com"),
    ],
)
def test_failed_refresh_reports_in_one_line_what_to_do(live: World, status: int, message: str) -> None:
    live.endpoint(status=status, body={"error": {"type": "x"}}, Retry_After="1600")

    code, text, error = result(live.refresh())

    assert code == 1
    assert text.startswith("[5h:-- 7d:--] (asked")
    assert error.startswith(f"quotaline: {message}")
    assert error.count("\n") == 1


@pytest.mark.parametrize("login", [None, {"expiresAt": 1000}, {"accessToken": ""}, {"scopes": []}])
def test_without_a_usable_login_no_request_is_made_and_status_reports_what_to_do(
    live: World, login: dict[str, object] | None
) -> None:
    if login is None:
        (live.home / ".claude/.credentials.json").unlink()
    else:
        live.log_in(**login)

    assert live.segment() == "[5h:-- 7d:--]"
    code, text, error = result(live.run("quotaline", "status"))

    assert code == 0
    assert text.count("--") == 2
    assert re.fullmatch(r"quotaline: .*(log in with /login|run `claude` once).*\n", error)
    assert live.requests == []


def test_status_shows_every_window_and_the_credits(live: World) -> None:
    scoped = {
        "kind": "weekly_scoped",
        "percent": 31,
        "resets_at": None,
        "scope": {"model": {"display_name": "Fable"}},
    }
    credits_ = {"is_enabled": True, "used_credits": 1250, "monthly_limit": 5000, "currency": "EUR"}
    live.endpoint(body=usage(8, 77, limits=[scoped], extra_usage=credits_))

    _, text, error = result(live.run("quotaline", "status"))

    assert error == ""
    rows = {line.split()[0]: line for line in text.splitlines() if line}
    assert re.search(r"8% .* 1h59m +(\w{3} )?\d\d:\d\d +api +\d+s *$", rows["5h"])
    assert re.search(r"77% .* 3d0h +\w{3} \d\d:\d\d", rows["7d"])
    assert re.search(r"31% .*not started", rows["Fable"])
    assert re.search(r"25% ", rows["credits"])
    assert rows["usage"] == "usage credits: 12.50 EUR of 50.00 EUR used"
    assert all(len(line) <= 80 for line in text.splitlines())


def test_status_for_scripts_is_json(live: World) -> None:
    live.endpoint(body=usage(8, 60))
    document = json.loads(live.run("quotaline", "status", "--json").stdout)

    assert document["version"] == 1
    assert document["windows"]["five_hour"]["utilization"] == 8
    assert document["windows"]["seven_day"]["source"] == "api"
    assert 7190 <= document["windows"]["five_hour"]["resets_in"] <= 7200
    assert document["advice"] == []


def test_status_prints_only_ascii_where_the_encoding_is_ascii(live: World) -> None:
    done = live.run(
        "quotaline", "status", env={"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    )

    assert done.returncode == 0
    assert done.stdout.isascii()


def test_why_shows_source_age_and_back_off(live: World) -> None:
    live.refresh()
    live.travel(61)
    live.endpoint(status=429, body={}, Retry_After="0")
    live.refresh()

    _, text, _ = result(live.run("quotaline", "why"))

    assert re.search(r"^5h +8% from api, observed \d\d:\d\d:\d\d, 1m ago$", text, re.MULTILINE)
    assert "back-off rate-limited by the usage endpoint" in text
    assert re.search(
        r"^next +refresh .* without a request before \d\d:\d\d:\d\d \((4m|5m)\)$", text, re.MULTILINE
    )
    assert "@" not in text  # no e-mail address


def test_rate_limit_with_retry_after_zero_costs_two_requests_in_ten_minutes(live: World) -> None:
    live.refresh()
    live.endpoint(status=429, body={}, Retry_After="0")
    for _ in range(10):
        live.travel(61)
        live.segment()
        live.settle()

    assert len(live.requests) - 1 <= 2
    assert live.segment() == "[5h:~8% 7d:~77%]"
    assert json.loads(live.run("quotaline", "why", "--json").stdout)["backoff"]["reason"] == "rate_limited"


def test_config_set_list_and_unset_keep_the_comments_of_the_file(live: World) -> None:
    live.configure("# mine\n[sources] # all of them\nuser_agent = 'x/1' # honest\n")

    # In this order: with the API on, a number may be there by the second.
    assert result(live.run("quotaline", "config", "set", "sources.api", "off")) == (0, "[5h:-- 7d:--]\n", "")
    assert result(live.run("quotaline", "config", "set", "ttl", "120")) == (0, "[5h:-- 7d:--]\n", "")
    assert result(live.run("quotaline", "config", "get", "ttl")) == (0, "120\n", "")
    path = result(live.run("quotaline", "config", "path"))[1].rstrip("\n")
    text = live.run("cat", path).stdout.decode()
    assert "# mine\n" in text
    assert "user_agent = 'x/1' # honest\n" in text
    listed = result(live.run("quotaline", "config", "list"))[1]
    assert re.search(r"^ttl += 120 +# config.toml: +seconds .* \(1 to 3600\)$", listed, re.MULTILINE)
    assert re.search(r"^sources.keychain += true +# default: ", listed, re.MULTILINE)

    live.run("quotaline", "config", "unset", "ttl")
    assert result(live.run("quotaline", "config", "get", "ttl")) == (0, "60\n", "")


def test_config_set_keeps_comments_and_removes_the_alias_of_the_setting(live: World) -> None:
    live.configure("ttl = 60 # a minute\n\n[usage] # as aiterm has it\nwarning_threshold = 70\n\n[sources]\n")

    assert result(live.run("quotaline", "config", "get", "warn")) == (0, "70\n", "")
    assert result(live.run("quotaline", "config", "set", "warn", "75"))[0] == 0
    text = (live.home / ".config/quotaline/config.toml").read_text()
    assert text == "ttl = 60 # a minute\nwarn = 75\n\n[usage] # as aiterm has it\n\n[sources]\n"
    assert result(live.run("quotaline", "config", "get", "usage.warning_threshold")) == (0, "75\n", "")
    assert result(live.run("quotaline", "config", "set", "7d.warn", "60"))[0] == 0
    listed = result(live.run("quotaline", "config", "list"))[1]
    assert re.search(r"^warn += 75 +# config.toml: ", listed, re.MULTILINE)
    assert re.search(r"^5h.warn += 75 +# as warn: ", listed, re.MULTILINE)
    assert re.search(r"^7d.warn += 60 +# config.toml: ", listed, re.MULTILINE)


def test_every_host_shows_the_configured_format_and_palette(live: World) -> None:
    live.refresh()
    template = r"\[$5h\]( $7d)( $scoped) it's"
    for key, value in (("format", template), ("palette", "colorblind"), ("7d.show_from", "80")):
        assert result(live.run("quotaline", "config", "set", key, value))[0] == 0

    assert result(live.run("quotaline", "config", "get", "format"))[0] == 0
    assert result(live.run("quotaline", "--for", "plain"))[1] == "[8%] it's\n"
    assert result(live.run("quotaline", "--for", "fish"))[1] == "[\x1b[38;5;33m8%\x1b[39m] it's\n"
    assert result(live.run("quotaline", "--for", "tmux"))[1] == "[#[fg=colour33]8%#[fg=default]] it's\n"


@pytest.mark.parametrize("icons", ["unicode", "nerd"])
def test_icons_are_printed_for_every_host_by_launcher_and_python(live: World, icons: str) -> None:
    live.configure(f'icons = "{icons}"\nformat = "$icon $5h.bar"\n')
    live.refresh()

    printed = {
        (command, host): result(live.run(command, "--for", host))
        for command in ("quotaline", "quotaline-cli")
        for host in ("plain", "ansi", "tmux", "bash", "zsh", "fish", "starship")
    }

    wanted = {"unicode": "\u25d1", "nerd": "\U000f0a9e"}[icons]
    for shown in printed.values():
        assert (shown[0], shown[2]) == (0, ""), shown
        assert shown[1].startswith(wanted), shown
        assert "\u2588" + 9 * "\u2591" in shown[1], shown


def test_keys_of_aiterm_work_as_its_users_type_them(live: World) -> None:
    live.refresh()
    for key, value, shown in (
        ("usage.compact_format", "false", "Quota: 5h 8% | 7d 77% | resets 1h 59m"),
        ("usage.compact_format", "yes", "[5h:8% 7d:77%]"),
        ("display.show_weekly_usage", "off", "[5h:8%]"),
    ):
        assert result(live.run("quotaline", "config", "set", key, value)) == (0, f"{shown}\n", "")

    assert result(live.run("quotaline", "config", "get", "usage.compact_format")) == (0, "true\n", "")
    listed = result(live.run("quotaline", "config", "list"))[1]
    assert re.search(r"^usage.compact_format += true +# alias: +another name of style$", listed, re.MULTILINE)
    assert re.search(r"^display.show_weekly_usage += false ", listed, re.MULTILINE)


def test_key_that_is_invalid_is_reported_and_can_be_corrected_or_removed(live: World) -> None:
    live.refresh()
    live.configure('stile = "bar"\nttl = 90\nshow = "lft"\n')

    code, text, error = result(live.run("quotaline", "config", "get", "ttl"))
    assert (code, text) == (2, "90\n")
    assert "did you mean style?" in error
    assert "did you mean style?" in result(live.run("quotaline", "status"))[2]
    code, text, error = result(live.run("quotaline", "config", "set", "show", "left"))
    assert (code, text) == (0, "[left 5h:92% 7d:23%]\n")
    assert "did you mean style?" in error
    assert result(live.run("quotaline", "config", "unset", "stile")) == (0, "[left 5h:92% 7d:23%]\n", "")
    assert (live.home / ".config/quotaline/config.toml").read_text() == 'ttl = 90\nshow = "left"\n'
    assert result(live.run("quotaline", "config", "unset", "stile"))[0] == 2


def test_editor_opens_the_file_with_every_default_and_its_change_is_shown(live: World) -> None:
    live.refresh()
    editor = live.folder / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" "$1.seen"\necho \'style = "minimal"\' >"$1"\n')
    editor.chmod(0o755)

    done = live.run("quotaline", "config", "edit", env={"EDITOR": str(editor), "VISUAL": ""})

    assert result(done) == (0, "8|77\n", "")
    seen = (live.home / ".config/quotaline/config.toml.seen").read_text()
    assert '# style = "compact"  # layout of the segment\n' in seen
    editor.write_text("#!/bin/sh\necho 'style = 5' >\"$1\"\n")
    code, _, error = result(
        live.run("quotaline", "config", "edit", env={"EDITOR": str(editor), "VISUAL": ""})
    )
    assert code == 2
    assert "style: 5 is not valid" in error


def test_closed_pipe_is_success_and_a_pipe_gets_no_padding(live: World) -> None:
    live.refresh()
    for command in ("status", "doctor --json", "demo --styles"):
        done = live.run("bash", "-c", f"quotaline {command} | head -0; echo ${{PIPESTATUS[0]}}")
        assert done.stdout == b"0\n"
    for command in ("status", "doctor"):
        lines = live.run("quotaline", command).stdout.decode().splitlines()
        assert [line for line in lines if line.endswith(" ")] == []


def test_status_uses_colours_where_the_segment_does(live: World) -> None:
    live.refresh()

    def is_coloured(**env: str) -> bool:
        done = live.run("script", "-qec", "quotaline status", "/dev/null", env=env)
        return "\x1b[33m" in done.stdout.decode() or "\x1b[32m" in done.stdout.decode()

    assert is_coloured()
    assert not is_coloured(CLICOLOR="0")
    assert not is_coloured(NO_COLOR="1", CLICOLOR_FORCE="1")
    assert b"\x1b[3" in live.run("quotaline", "status", env={"CLICOLOR_FORCE": "1"}).stdout


def test_template_is_saved_as_it_was_typed(live: World) -> None:
    live.run("quotaline", "config", "set", "format", r"\[$5h\]")

    assert (live.home / ".config/quotaline/config.toml").read_text() == "format = '\\[$5h\\]'\n"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("ttl", "0", "ttl: 0 is not valid; use a whole number from 1 to 3600"),
        ("ttl", "soon", "ttl: 'soon' is not valid; use a whole number from 1 to 3600"),
        ("sources.api", "maybe", "sources.api: 'maybe' is not valid; use true or false"),
        ("format", "no field", "format: has no field; name one, such as $5h"),
        ("format", "{5h} {7d.left}", "format: column 1: '{5h}' would be shown as it is; use $5h"),
        (
            "anthropic.api_key",
            "sk-1",
            "anthropic.api_key: no API key is needed; quotaline uses Claude Code's login",
        ),
        ("sources.user_agent", "a\nb", "printable ASCII"),
        ("warm", "5", "unknown key 'warm'; did you mean warn?"),
        ("warn", "high", "warn: 'high' is not valid; use a whole number from 0 to 999"),
        ("warn", "true", "warn: 'true' is not valid"),
        ("style", "bars", "choose from compact, verbose, aiterm, minimal, bar, words"),
        ("palette", "colourblind", "choose from default, light, colorblind, mono"),
        ("colors.red", "reddish", "colors.red: 'reddish' is not a colour; use a name (black,"),
        ("format", "[$5h]", r"format: column 5: ']' must be followed by (style); write \[ and \]"),
        (
            "format",
            "a $5h.usd",
            "format: column 3: unknown field '5h.usd'; did you mean 5h.used? choose from: 5h,",
        ),
        ("sources.apy", "true", "unknown key 'sources.apy'; did you mean sources.api?"),
    ],
)
def test_invalid_setting_is_rejected_with_the_valid_values(
    live: World, key: str, value: str, message: str
) -> None:
    code, text, error = result(live.run("quotaline", "config", "set", key, value))

    assert (code, text) == (2, "")
    assert message in error
    assert not (live.home / ".config/quotaline/config.toml").exists()


def test_broken_config_is_reported_not_overwritten_and_does_not_block_the_segment(live: World) -> None:
    live.refresh()
    live.configure("ttl = = 5\n")
    live.travel(61)

    assert live.segment() == "[5h:8% 7d:77%]"
    until(lambda: len(live.requests) == 2)
    live.travel(11)
    code, text, error = result(live.refresh())
    assert (code, text[:14]) == (1, "[5h:8% 7d:77%]")
    assert "config.toml is broken" in error
    assert result(live.run("quotaline", "config", "set", "ttl", "5"))[0] == 2
    assert (live.home / ".config/quotaline/config.toml").read_text() == "ttl = = 5\n"


def test_changed_setting_takes_effect_at_once(live: World) -> None:
    live.refresh()
    before = (live.cache / "segment.plain").read_bytes()
    live.run("quotaline", "config", "set", "ttl", "1800")

    until(lambda: (live.cache / "segment.plain").read_bytes() != before)


def test_demo_climbs_through_four_colours_and_leaves_nothing(live: World) -> None:
    done = live.run("script", "-qec", "quotaline demo", "/dev/null", env={"TMPDIR": str(live.home)})
    text = done.stdout.decode()

    assert done.returncode == 0
    assert "quotaline install" in text
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in text.splitlines()) <= 80
    colours = re.findall(r"\[5h:\x1b\[([0-9;]+)m", text)
    assert sorted(set(colours), key=colours.index) == ["32", "33", "38;5;208", "31"]
    assert live.requests == []
    assert [path.name for path in live.home.iterdir()] == [".claude"]


def test_library_makes_one_request_or_raises(live: World, tmp_path: pathlib.Path) -> None:
    code = """
import quotaline
try:
    print(quotaline.get_usage().five_hour.utilization)
except quotaline.RateLimited as error:
    print(error.retry_after)
"""
    python = str(live.binaries / "python")
    assert result(live.run(python, "-c", code)) == (0, "8.0\n", "")
    live.endpoint(status=429, body={}, Retry_After="1600")
    assert result(live.run(python, "-c", code)) == (0, "1600.0\n", "")
    assert len(live.requests) == 2
