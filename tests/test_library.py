"""The library: what other programs can call, and that its examples run."""

from __future__ import annotations

import dataclasses
import inspect
import math
import pydoc
import re
import textwrap
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

import quotaline
from quotaline.cache import state_file, store
from quotaline.cache.paths import cache_folder
from quotaline.model.merge import MergedUsage, Observation
from quotaline.model.usage import build_dataclass
from quotaline.sources import api, credentials

if TYPE_CHECKING:
    import pathlib
    from typing import Any

    from world import World

USAGE = quotaline.Usage(
    quotaline.Window(8, 1_795_300_000.5, 18_000),
    quotaline.Window(104.3, None, 604_800),
    (quotaline.ScopedWindow("Sonnet", quotaline.Window(31)),),
    credits=quotaline.Credits(enabled=True, used=1.5),
    observed_at={"five_hour": 1.0},
    source={"five_hour": "api"},
)


def run_python(world: World, code: str, **env: str) -> tuple[int, str, str]:
    done = world.run(str(world.binaries / "python"), "-c", code, env=env)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.quick
def test_examples_of_the_readme_and_of_help_run_and_print_the_number(live: World, root: pathlib.Path) -> None:
    (readme,) = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text(), re.DOTALL)
    helped = re.search(
        r"^    import quotaline\n.*?\n(?=\S)", quotaline.__doc__ or "", re.MULTILINE | re.DOTALL
    )
    assert helped
    assert textwrap.dedent(helped[0]).strip() == readme.strip()

    code, text, error = run_python(live, readme)
    assert (code, error) == (0, "")
    assert re.fullmatch(r"92% left, resets at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+00:00\n", text)
    (live.home / ".claude/.credentials.json").unlink()
    code, text, error = run_python(live, readme)
    assert (code, text) == (0, "unavailable: not logged in: run `claude` and log in with /login\n")


def test_asyncio_example_of_the_readme_runs(live: World) -> None:
    code = (
        "import asyncio, quotaline\nprint(asyncio.run(asyncio.to_thread(quotaline.get_usage)).five_hour.left)"
    )

    assert run_python(live, code) == (0, "92.0\n", "")


def test_help_shows_the_example_and_every_public_name() -> None:
    text = re.sub(r".\x08", "", pydoc.render_doc(quotaline))

    assert "quotaline.get_usage(timeout=10)" in text
    assert [
        name for name in quotaline.__all__ if name.strip("_") not in text.lower() and name not in text
    ] == []


def test_every_public_value_is_a_dataclass_of_the_standard_library() -> None:
    values = [getattr(quotaline, name) for name in quotaline.__all__ if not name.startswith("_")]
    classes = [each for each in values if inspect.isclass(each) and not issubclass(each, Exception)]

    assert len(classes) >= 4
    assert [each for each in classes if not dataclasses.is_dataclass(each)] == []


def test_no_text_of_an_error_promises_that_something_is_tried_again() -> None:
    errors = [getattr(quotaline, name) for name in quotaline.__all__]
    errors = [each for each in errors if inspect.isclass(each) and issubclass(each, quotaline.QuotalineError)]
    for error in errors:
        text = str(error(500) if error is quotaline.ServerError else error())
        assert "\n" not in text
        assert not re.search(r"quotaline (waits|tries|refresh)|next try|again", text), text


def test_two_accounts_can_be_asked_in_one_process(live: World) -> None:
    other = live.home / "work"
    other.mkdir()
    (live.home / ".claude/.credentials.json").rename(other / ".credentials.json")
    code = f"""
import quotaline
try:
    quotaline.get_usage()
except quotaline.NotLoggedIn:
    print("none")
print(quotaline.get_usage(config_dir="~/work").five_hour.utilization)
print(quotaline.cached_usage(config_dir={str(other)!r}).five_hour)
"""
    assert run_python(live, code) == (0, "none\n8.0\nNone\n", "")
    # A login of the environment is that of no config dir.
    assert run_python(live, code, CLAUDE_CODE_OAUTH_TOKEN="sk-ant-oat01-other")[0] == 1
    last = live.requests[-1]["headers"]["Authorization"]
    assert "other" not in last


def test_timeout_ends_a_request_that_hangs(live: World) -> None:
    live.endpoint("hold")
    code = """
import time, quotaline
started = time.monotonic()
try:
    quotaline.get_usage(timeout=1)
except quotaline.Unreachable as error:
    print(error, time.monotonic() - started < 3)
"""
    code_, text, error = run_python(live, code)
    assert (code_, error) == (0, "")
    assert text == (
        "cannot reach api.anthropic.com (timed out): check the network, and HTTPS_PROXY if you need a proxy True\n"
    )


@pytest.mark.parametrize("timeout", [0, -1, math.nan])
def test_timeout_that_is_none_is_a_value_error(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        quotaline.get_usage(timeout=timeout)


def test_keychain_is_not_read_if_the_setting_says_so(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config/quotaline").mkdir(parents=True)
    (tmp_path / "config/quotaline/config.toml").write_text(
        "[sources]\nkeychain = false\nuser_agent = 'mine/1'\n"
    )
    seen: dict[str, Any] = {}

    def load(environ: object, now: float, *, keychain: bool) -> credentials.Login:
        seen["keychain"] = keychain
        return credentials.Login(credentials.Token("a-token"))

    def fetch(token: object, *, now: float, user_agent: str, timeout: float) -> quotaline.Usage:
        seen["user_agent"] = user_agent
        return USAGE

    monkeypatch.setattr(credentials, "load", load)
    monkeypatch.setattr(api, "fetch", fetch)

    usage = quotaline.get_usage()

    assert seen == {"keychain": False, "user_agent": "mine/1"}
    assert usage == USAGE
    assert usage.source == {"five_hour": "api", "seven_day": "api", "scoped:Sonnet": "api"}
    assert usage.observed_at["seven_day"] == pytest.approx(time.time(), abs=60)


def test_cached_number_says_when_and_by_what_it_was_observed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "QUOTALINE_CACHE_DIR", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    folder = cache_folder({"HOME": str(tmp_path)})
    assert folder
    assert store.prepare(folder, str(tmp_path))
    window = quotaline.Window(8, now + 7200)
    merged = MergedUsage("a", {"five_hour": (Observation(window, "snapshot", now - 3600),)})
    state_file.save(folder, state_file.State(merged=merged))

    usage = quotaline.cached_usage()

    assert usage.five_hour == window
    assert usage.observed_at == {"five_hour": now - 3600}
    assert usage.source == {"five_hour": "snapshot"}
    with freeze_time(datetime.fromtimestamp(now + 7201, UTC)):
        assert quotaline.cached_usage() == quotaline.Usage()


def test_values_have_the_names_of_the_endpoint_and_readable_times() -> None:
    assert USAGE.seven_day_sonnet == quotaline.Window(31)
    assert USAGE.seven_day_opus is None
    assert USAGE.extra_usage is USAGE.credits
    assert USAGE.five_hour
    assert USAGE.five_hour.resets_at_datetime == datetime.fromtimestamp(1_795_300_000.5, UTC)
    assert USAGE.seven_day
    assert (USAGE.five_hour.left, USAGE.seven_day.left) == (92.0, 0.0)
    assert USAGE.seven_day.resets_at_datetime is None


@pytest.mark.parametrize(
    "values", [(-5,), (math.nan,), (math.inf,), (8, -1.0), (8, math.nan), (8, None, -3.0), (8, math.inf)]
)
def test_window_made_by_hand_with_an_impossible_value_is_a_value_error(values: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="finite number"):
        quotaline.Window(*values)


def test_usage_can_be_written_and_read_also_that_of_an_older_version() -> None:
    read = quotaline.Usage.from_json(USAGE.to_json())
    assert (read, read.observed_at, read.source) == (USAGE, USAGE.observed_at, USAGE.source)
    for missing in USAGE.to_json():
        document = {key: value for key, value in USAGE.to_json().items() if key != missing}
        assert getattr(quotaline.Usage.from_json(document), missing) == getattr(quotaline.Usage(), missing)
    assert quotaline.Usage.from_json({"five_hour": {"utilization": 8}}).five_hour == quotaline.Window(8)
    assert build_dataclass(quotaline.Window, {"utilization": 8}) == quotaline.Window(8)


@pytest.mark.parametrize("document", [None, [], "x", {"five_hour": {"utilization": "8"}}, {"scoped": [{}]}])
def test_anything_else_is_refused_when_it_is_read(document: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        quotaline.Usage.from_json(document)
