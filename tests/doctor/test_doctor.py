"""`quotaline doctor` reports what is wrong and how to fix it, and nothing private."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from quotaline.cache.state_file import State
from quotaline.cli.setup.redaction import redacted
from quotaline.doctor import cache
from quotaline.doctor.check import Check, Context
from world import TOKEN

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

    from world import World

PARTS = ["python", "launcher", "PATH", "cache", "config", "login", "refresh", "back-off", "sources"]
PARTS += ["claude", "tmux", "starship", "bash", "zsh", "fish"]
MAIL = "canary.person@example.org"


def examined(world: World, **env: str) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the exit code, and the checks by part."""
    done = world.run("quotaline", "doctor", "--json", env=env)
    assert done.stderr == b""
    document = json.loads(done.stdout)
    assert document["broken"] == bool(done.returncode)
    return done.returncode, {check["part"]: check for check in document["checks"]}


def program(world: World, name: str, script: str) -> None:
    """Add a program of the user's that comes first on PATH."""
    path = world.home / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    world.environ["PATH"] = f"{path.parent}:{world.environ['PATH'].removeprefix(f'{path.parent}:')}"


@pytest.mark.quick
def test_healthy_installation_prints_one_line_per_part_and_exits_0(live: World) -> None:
    live.refresh()
    done = live.run("quotaline", "doctor")

    lines = done.stdout.decode().splitlines()
    assert (done.returncode, done.stderr) == (0, b"")
    assert [line.split()[1] for line in lines] == PARTS
    assert all(line.startswith(("✓", "-")) for line in lines)
    text = dict(line.split(None, 2)[1:] for line in lines)
    assert re.match(r"~/.claude/.credentials.json, expires in 6h59m, may read usage", text["login"])
    assert re.match(r"statusline on, snapshot on, api on \(\d+s ago\), claude_cli off", text["sources"])
    assert re.match(r"\d+\.\d", text["tmux"])


def test_doctor_makes_no_request_and_changes_no_file(live: World) -> None:
    before = sorted(live.home.rglob("*"))
    live.run("quotaline", "doctor")

    assert live.requests == []
    assert sorted(live.home.rglob("*")) == before


def make_cache_open(world: World) -> None:
    world.cache.chmod(0o777)


def make_cache_readable(world: World) -> None:
    (world.cache / "state.json").chmod(0o644)


def make_login_readable(world: World) -> None:
    (world.home / ".claude/.credentials.json").chmod(0o644)


def forget(world: World) -> None:
    (world.cache / "state.json").unlink()


def turn_all_off(world: World) -> None:
    names = ("statusline", "snapshot", "api", "claude_cli")
    world.configure("[sources]\n" + "".join(f"{name} = false\n" for name in names))


def move_away(name: str, config: str) -> Callable[[World], None]:
    """Make a host's config refer to an installation that is gone."""

    def sabotage(world: World) -> None:
        assert world.run("quotaline", "install", name, "--yes").returncode == 0
        path = world.home / config
        path.write_text(path.read_text().replace(f"{world.binaries}/quotaline", "/gone/bin/quotaline"))

    return sabotage


@pytest.mark.parametrize(
    ("sabotage", "part", "state", "fix"),
    [
        (make_cache_open, "cache", "broken", "chmod 700 ~/.cache/quotaline/default"),
        (make_cache_readable, "cache", "warning", "chmod -R go-rwx ~/.cache/quotaline/default"),
        (make_login_readable, "login", "warning", "chmod 600 ~/.claude/.credentials.json"),
        (forget, "refresh", "warning", "quotaline refresh"),
        (turn_all_off, "sources", "warning", "quotaline config set sources.api true"),
        (move_away("claude", ".claude/settings.json"), "claude", "broken", "quotaline install claude"),
        (move_away("tmux", ".tmux.conf"), "tmux", "broken", "quotaline install tmux"),
        (move_away("starship", ".config/starship.toml"), "starship", "broken", "quotaline install starship"),
        (move_away("bash", ".bashrc"), "bash", "broken", "quotaline install bash"),
        (move_away("zsh", ".zshrc"), "zsh", "broken", "quotaline install zsh"),
        (move_away("fish", ".config/fish/config.fish"), "fish", "broken", "quotaline install fish"),
    ],
)
def test_each_fault_is_reported_with_the_command_that_fixes_it(
    live: World, sabotage: Callable[[World], None], part: str, state: str, fix: str
) -> None:
    live.refresh()
    sabotage(live)

    code, found = examined(live)

    assert (found[part]["state"], found[part]["fix"]) == (state, fix)
    assert code == (state == "broken")
    assert {check["state"] for name, check in found.items() if name != part} <= {"ok", "unused"}
    script = fix + (" --yes" if "install" in fix else "")
    assert live.run("sh", "-c", script).returncode == 0
    assert examined(live)[1][part]["state"] == "ok"


@pytest.mark.parametrize(
    ("login", "state", "text", "fix"),
    [
        (None, "broken", "not logged in", "run `claude` and log in with /login"),
        (
            {"expiresAt": 1000},
            "warning",
            "login expired",
            "run `claude` once to renew it",
        ),
        (
            {"scopes": ["user:inference"]},
            "warning",
            "may not read usage",
            "run `claude` and log in with /login",
        ),
    ],
)
def test_login_that_can_not_read_usage_is_reported_with_the_fix(
    live: World, login: dict[str, Any] | None, state: str, text: str, fix: str
) -> None:
    if login is None:
        (live.home / ".claude/.credentials.json").unlink()
    else:
        live.log_in(**login)

    found = examined(live)[1]["login"]

    assert (found["state"], found["fix"]) == (state, fix)
    assert text in found["text"]


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ("ttl = 60\nttl = = 5\n", "line 2, column"),
        ("[sources]\napy = true\n", "unknown key 'sources.apy'; did you mean"),
    ],
)
def test_broken_config_is_reported_with_the_place_of_the_error(live: World, config: str, text: str) -> None:
    live.configure(config)

    code, found = examined(live)

    assert code == 1
    assert found["config"]["state"] == "broken"
    assert text in found["config"]["text"]
    assert found["config"]["text"].startswith("~/.config/quotaline/config.toml")


def test_back_off_is_reported_with_the_time_until_the_next_request(live: World) -> None:
    live.endpoint(status=429, body={}, Retry_After="1600")
    live.refresh()

    code, found = examined(live)

    assert code == 0
    assert found["back-off"]["state"] == "warning"
    assert re.search(r"rate-limited by the usage endpoint; next try in 26m$", found["back-off"]["text"])


def test_path_that_finds_no_quotaline_or_another_one_is_a_warning(live: World) -> None:
    done = live.run(f"{live.binaries}/quotaline", "doctor", env={"PATH": "/usr/bin:/bin"})
    assert f'! PATH `quotaline` not found → export PATH={live.binaries}:"$PATH"' in re.sub(
        " +", " ", done.stdout.decode()
    )

    program(live, "quotaline", f'exec {live.binaries}/quotaline "$@"')
    found = examined(live)[1]["PATH"]
    assert (found["state"], found["text"]) == ("warning", "another quotaline comes first: ~/bin/quotaline")


def test_launcher_without_its_exec_bit_is_broken(live: World) -> None:
    folder = live.home / "copy"
    folder.mkdir()
    (folder / "quotaline-cli").symlink_to(live.binaries / "quotaline-cli")
    (folder / "quotaline").write_text("#!/bin/sh\n")

    done = live.run(str(folder / "quotaline-cli"), "doctor")

    assert done.returncode == 1
    assert "is not executable → chmod +x ~/copy/quotaline" in done.stdout.decode()


def test_installed_hosts_are_listed_with_version_and_config(live: World) -> None:
    program(live, "claude", "echo '2.1.330 (Claude Code)'")
    for name in ("claude", "tmux", "bash", "zsh", "fish"):
        live.run("quotaline", "install", name, "--yes")

    code, found = examined(live)

    assert found["claude"] == {
        "part": "claude",
        "state": "ok",
        "text": "2.1.330; in ~/.claude/settings.json",
        "fix": None,
    }
    assert re.fullmatch(r"5\.[\d.]+; in ~/.bashrc", found["bash"]["text"])
    assert {found[name]["state"] for name in ("claude", "tmux", "bash", "zsh", "fish")} == {"ok"}
    assert code == 0


def test_combined_and_hand_written_configs_are_ok_and_disabled_status_lines_are_reported(live: World) -> None:
    settings = live.home / ".claude/settings.json"
    settings.write_text('{"statusLine": {"type": "command", "command": "echo mine"}}')
    assert examined(live)[1]["claude"]["state"] == "unused"
    live.run("quotaline", "install", "claude", "--below", "--yes")
    assert examined(live)[1]["claude"]["state"] == "ok"
    settings.write_text('{"disableAllHooks": true,' + settings.read_text()[1:])
    assert "disableAllHooks" in examined(live)[1]["claude"]["text"]

    (live.home / ".bashrc").write_text('eval "$(quotaline init bash)"\n')
    assert examined(live)[1]["bash"]["text"].endswith("in ~/.bashrc, added by hand")


def test_claude_code_that_is_too_old_to_pass_limits_is_a_warning(live: World) -> None:
    program(live, "claude", "echo '2.1.9 (Claude Code)'")

    found = examined(live)[1]["claude"]

    assert (found["state"], found["fix"]) == ("warning", "claude update")


def test_programs_that_hang_are_killed_and_have_an_unknown_version(live: World) -> None:
    for name in ("claude", "tmux", "starship", "bash", "zsh", "fish"):
        program(live, name, "sleep 999 & sleep 999")

    code, found = examined(live)

    assert code == 0
    assert {found[name]["text"].split(";")[0] for name in ("claude", "tmux", "fish")} == {"unknown version"}
    assert live.processes("sleep\x00999") == []


def test_check_that_never_returns_does_not_hold_up_the_others(live: World) -> None:
    path = live.home / ".config/quotaline/config.toml"
    path.parent.mkdir(parents=True)
    os.mkfifo(path)

    _, found = examined(live)

    assert list(found) == PARTS
    assert found["config"]["state"] != "ok"
    assert found["python"]["state"] == "ok"


def test_report_is_safe_to_share(live: World) -> None:
    program(live, "claude", f"echo {TOKEN} {MAIL}")
    account = {
        "accountUuid": "canary-uuid",
        "emailAddress": MAIL,
        "organizationName": f"{MAIL}'s Organization",
    }
    (live.home / ".claude.json").write_text(json.dumps({"oauthAccount": account}))
    live.refresh()
    # The message about an invalid value quotes the value.
    live.configure(f"[sources]\nuser_agent = '{MAIL} {TOKEN} \u00e9'\n")
    env = {"CLAUDE_CONFIG_DIR": "", "CLAUDE_CODE_OAUTH_SCOPES": MAIL}

    for words in (["doctor"], ["doctor", "--json"]):
        for more in ({}, {"CLAUDE_CODE_OAUTH_TOKEN": TOKEN}):
            done = live.run("quotaline", *words, env={**env, **more})
            text = (done.stdout + done.stderr).decode()
            assert "~/.config/quotaline/config.toml" in text
            for canary in (TOKEN, TOKEN[-12:], "never-used", MAIL, "canary", str(live.home), "\x1b"):
                assert canary not in text


def test_redaction_replaces_the_home_tokens_and_addresses_and_nothing_else() -> None:
    environ = {"HOME": "/home/me"}

    assert redacted("/home/me/.claude, /home/me, /home/mel", environ) == "~/.claude, ~, /home/mel"
    assert redacted(f"{TOKEN} a@b.org x\x1b[2J\n", environ) == "[token] [e-mail] x?[2J?"
    assert redacted("/nix/pkg@1.2.3/bin", {}) == "/nix/pkg@1.2.3/bin"


def test_missing_home_is_reported(live: World) -> None:
    code, found = examined(live, HOME="")

    assert code == 1
    assert (found["cache"]["state"], found["cache"]["fix"]) == ("broken", "set HOME")
    assert list(found) == PARTS


def test_report_is_ascii_in_an_ascii_locale_and_wraps_on_a_narrow_terminal(live: World) -> None:
    env = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "COLUMNS": "60", "NO_COLOR": "1"}
    done = live.run("script", "-qec", "quotaline doctor", "/dev/null", env=env)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout.decode()).splitlines()

    assert done.stdout.isascii()
    assert max(map(len, lines)) <= 60
    assert {line[:2].strip() for line in lines} <= {"ok", "!", "X", "-", ""}
    assert len(lines) > len(PARTS)


def test_json_report_conforms_to_its_published_schema(live: World, root: pathlib.Path) -> None:
    published = json.loads((root / "src/quotaline/schemas/doctor.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(published)
    for _ in range(2):
        jsonschema.Draft202012Validator(published).validate(
            json.loads(live.run("quotaline", "doctor", "--json").stdout)
        )
        live.configure("ttl = 0\n")
        live.refresh()


def test_relative_config_dir_is_named() -> None:
    context = Context({"HOME": "/home/u", "CLAUDE_CONFIG_DIR": "cfg"}, 0.0, State())

    assert cache.folder(context) == Check(
        "cache",
        "broken",
        "CLAUDE_CONFIG_DIR is relative, so it names another folder wherever it is used",
        "set CLAUDE_CONFIG_DIR to an absolute path",
    )
