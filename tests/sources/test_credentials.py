"""Claude Code's login: which one is used, and which is refused."""

from __future__ import annotations

import json
import os
import pathlib
import pickle
from typing import Any

import pytest

from quotaline.model.errors import LoginExpired, MissingScope, NotLoggedIn
from quotaline.sources import credentials
from quotaline.sources.credentials import KeychainDenied, Token, keychain_item, load, stamp

NOW = 1_795_300_000.0
TOKEN = "sk-ant-oat01-canary"
LOGIN: dict[str, Any] = {
    "accessToken": TOKEN,
    "expiresAt": (NOW + 3600) * 1000,
    "scopes": ["user:inference", "user:profile"],
}


@pytest.fixture
def environ(tmp_path: pathlib.Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "USER": "me"}


def write(environ: dict[str, str], text: str | None = None, **fields: Any) -> pathlib.Path:
    path = pathlib.Path(credentials.credentials_file(environ))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"claudeAiOauth": {**LOGIN, **fields}}) if text is None else text)
    return path


def test_login_of_the_default_folder_is_used(environ: dict[str, str]) -> None:
    write(environ, accountUuid="a-uuid")

    login = load(environ, NOW)

    assert login.token.reveal() == TOKEN
    assert login.account == "a-uuid"


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({}, ".claude"),
        ({"CLAUDE_CONFIG_DIR": ""}, ".claude"),
        ({"CLAUDE_CONFIG_DIR": "{}/work"}, "work"),
        ({"CLAUDE_CONFIG_DIR": "{}/work", "CLAUDE_SECURESTORAGE_CONFIG_DIR": "{}/safe"}, "safe"),
        ({"CLAUDE_CONFIG_DIR": "{}/work", "CLAUDE_SECURESTORAGE_CONFIG_DIR": ""}, ".claude"),
    ],
)
def test_login_folder_is_the_one_that_the_client_uses(
    environ: dict[str, str], variables: dict[str, str], folder: str
) -> None:
    environ |= {name: value.format(environ["HOME"]) for name, value in variables.items()}

    assert credentials.credentials_file(environ) == f"{environ['HOME']}/{folder}/.credentials.json"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"accessToken": "", "refreshToken": "", "expiresAt": 0, "loginEnded": True}, NotLoggedIn),
        ({"accessToken": None}, NotLoggedIn),
        ({"accessToken": "line\nbreak"}, NotLoggedIn),
        ({"accessToken": "töken"}, NotLoggedIn),
        ({"accessToken": "x" * 5000}, NotLoggedIn),
        ({"expiresAt": NOW * 1000}, LoginExpired),
        ({"scopes": ["user:inference"]}, MissingScope),
        ({"scopes": None}, MissingScope),
        ({"scopes": {"user:profile": True}}, MissingScope),
    ],
)
def test_login_that_can_not_read_usage_is_not_used(
    environ: dict[str, str], fields: dict[str, Any], error: type[Exception]
) -> None:
    write(environ, **fields)

    with pytest.raises(error):
        load(environ, NOW)


def test_scopes_in_one_string_are_read(environ: dict[str, str]) -> None:
    write(environ, scopes="user:inference user:profile")

    assert load(environ, NOW).token.reveal() == TOKEN


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mcpOAuth": {}}', '{"claudeAiOauth": "x"}', "[" * 50_000])
def test_damaged_or_unknown_file_is_no_login(environ: dict[str, str], text: str) -> None:
    write(environ, text)

    with pytest.raises(NotLoggedIn):
        load(environ, NOW)


def test_file_that_is_not_regular_or_too_large_is_not_read(environ: dict[str, str]) -> None:
    path = write(environ)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(NotLoggedIn, match="not a regular file"):
        load(environ, NOW)
    path.unlink()
    path.write_text(" " * (1 << 20) + "{}")
    with pytest.raises(NotLoggedIn, match="not a regular file"):
        load(environ, NOW)


def test_missing_file_means_not_logged_in(environ: dict[str, str]) -> None:
    with pytest.raises(NotLoggedIn, match="run `claude` and log in"):
        load(environ, NOW)
    assert stamp(environ) == "none"


def test_token_in_the_environment_wins_and_needs_the_scope_there_too(environ: dict[str, str]) -> None:
    write(environ)
    environ["CLAUDE_CODE_OAUTH_TOKEN"] = "sk-ant-oat01-exported"

    with pytest.raises(MissingScope):
        load(environ, NOW)
    environ["CLAUDE_CODE_OAUTH_SCOPES"] = "user:inference user:profile"
    assert load(environ, NOW).token.reveal() == "sk-ant-oat01-exported"


def test_stamp_changes_when_the_login_is_rewritten_and_reveals_nothing(environ: dict[str, str]) -> None:
    path = write(environ)
    before = stamp(environ)
    os.utime(path, (1, 1))

    assert stamp(environ) != before
    assert set(before) <= set("0123456789:")


def test_token_is_a_fixed_word_in_every_text_form() -> None:
    token = Token(TOKEN)
    texts = [
        repr(token),
        str(token),
        f"{token}",
        f"{token:>20}",
        f"{token}",
        repr([token]),
        repr({"a": token}),
    ]
    texts += [repr(pickle.loads(pickle.dumps(token))), repr(credentials.Login(token))]

    assert all("[token]" in text and "canary" not in text for text in texts)
    assert b"canary" not in pickle.dumps(token)


# -- the Keychain, which is replaced by a dict: there is none on this system


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], object]:
    items: dict[tuple[str, str], object] = {}

    def read(service: str, account: str) -> str | None:
        item = items.get((service, account))
        if isinstance(item, Exception):
            raise item
        return str(item) if item else None

    monkeypatch.setattr(credentials, "_read_keychain", read)
    return items


@pytest.mark.parametrize(
    ("variables", "item"),
    [
        ({"USER": "me"}, ("Claude Code-credentials", "me")),
        ({"USER": "Zoë K."}, ("Claude Code-credentials", "claude-code-user")),
        (
            {"USER": "me", "CLAUDE_CONFIG_DIR": "/home/fakeuser/alt"},
            ("Claude Code-credentials-dfd25cce", "me"),
        ),
        (
            {"USER": "me", "CLAUDE_CONFIG_DIR": "/home/fakeuser/alt", "CLAUDE_SECURESTORAGE_CONFIG_DIR": ""},
            ("Claude Code-credentials", "me"),
        ),
    ],
)
def test_keychain_item_has_the_name_that_the_client_uses(
    variables: dict[str, str], item: tuple[str, str]
) -> None:
    assert keychain_item(variables) == item


@pytest.mark.parametrize(
    "form", [str, lambda text: text.encode().hex(), lambda text: text.encode().hex().upper()]
)
def test_keychain_comes_first_on_macos_and_its_hex_form_is_read(
    environ: dict[str, str], keychain: dict[Any, object], form: Any
) -> None:
    write(environ, accessToken="of-the-file")
    keychain[keychain_item(environ)] = form(json.dumps({"claudeAiOauth": LOGIN}))

    assert load(environ, NOW, platform="darwin").token.reveal() == TOKEN
    assert load(environ, NOW, platform="darwin", keychain=False).token.reveal() == "of-the-file"
    assert load(environ, NOW, platform="linux").token.reveal() == "of-the-file"


def test_file_is_used_when_the_keychain_refuses_and_without_one_the_error_says_so(
    environ: dict[str, str], keychain: dict[Any, object]
) -> None:
    keychain[keychain_item(environ)] = KeychainDenied()

    with pytest.raises(KeychainDenied, match=r"sources\.keychain false"):
        load(environ, NOW, platform="darwin")
    write(environ)
    assert load(environ, NOW, platform="darwin").token.reveal() == TOKEN


def test_login_info_has_place_expiry_and_problem_and_nothing_of_the_token(
    environ: dict[str, str], keychain: dict[Any, object]
) -> None:
    assert isinstance(credentials.login_info(environ, NOW).error, NotLoggedIn)
    write(environ)
    of_file = credentials.login_info(environ, NOW, platform="linux")
    assert (of_file.place, of_file.expires_at, of_file.error) == ("file", NOW + 3600, None)
    assert isinstance(credentials.login_info(environ, NOW + 3601).error, LoginExpired)
    keychain[keychain_item(environ)] = json.dumps({"claudeAiOauth": {**LOGIN, "scopes": []}})
    of_keychain = credentials.login_info(environ, NOW, platform="darwin")
    assert (of_keychain.place, type(of_keychain.error)) == ("keychain", MissingScope)
    environ["CLAUDE_CODE_OAUTH_TOKEN"] = TOKEN
    of_environment = credentials.login_info(environ, NOW)
    assert (of_environment.place, of_environment.expires_at) == ("environment", None)

    assert "canary" not in f"{of_file}{of_keychain}{of_environment}"
