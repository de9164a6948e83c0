"""
Reads Claude Code's login. Never writes it, never refreshes it (docs/claude-code.md 2.3).

The only module that sees tokens in files, and the only one that imports keyring.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quotaline.cache.paths import home_folder
from quotaline.model.errors import LoginExpired, MissingScope, NotLoggedIn, QuotalineError
from quotaline.model.json_text import load as load_json
from quotaline.sources.payload import finite_number

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_FILE = 1 << 20
# RFC 6750. An error of requests would quote a token with other characters.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")
_SCOPE = "user:profile"  # required to read usage (docs/claude-code.md 2.1)


class KeychainDenied(NotLoggedIn):
    """Raised if the Keychain refused access. The caller does not read it again for a while."""

    def __init__(self) -> None:
        super().__init__(
            "the Keychain refused access (to stop reading it: `quotaline config set sources.keychain false`)"
        )


class Token:
    """An access token. Its repr, format and pickle are a fixed text; only `reveal` returns the token."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the token, for the Authorization header."""
        return self._text

    def __repr__(self) -> str:
        return "[token]"

    def __format__(self, spec: str) -> str:
        return "[token]"

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return (str, ("[token]",))


@dataclass(frozen=True, slots=True)
class Login:
    """A usable login. `account` is the accountUuid, None if the login does not have it."""

    token: Token
    account: str | None = None


@dataclass(frozen=True, slots=True)
class LoginInfo:
    """
    What may be shown of a login: nothing of its token.

    `place` is `environment`, `keychain` or `file`, empty without a login;
    `expires_at` is in epoch seconds, None if it is not known; `error` is why the
    login can't read usage, None if it can.
    """

    place: str
    expires_at: float | None
    error: QuotalineError | None


def load(
    environ: Mapping[str, str], now: float, *, keychain: bool = True, platform: str = sys.platform
) -> Login:
    """
    Return the login that Claude Code would use.

    Args:
        environ: The environment; it determines the config dir, and may contain the token itself.
        now: Epoch seconds, to recognise an expired token.
        keychain: Whether the macOS Keychain may be read, which may open a dialog.
        platform: As `sys.platform`.

    Raises:
        NotLoggedIn: If there is none, or it was ended, or its file is not trustworthy.
        KeychainDenied: If the Keychain refused access and there is no file either.
        LoginExpired: If its token has expired. Sending it would lead to 429s.
        MissingScope: If it may not read usage, like a setup-token.
    """
    return _validated(_stored(environ, keychain=keychain, platform=platform)[1], now)


def login_info(
    environ: Mapping[str, str], now: float, *, keychain: bool = True, platform: str = sys.platform
) -> LoginInfo:
    """Describe the login that `load` would return, or refuse, for the same arguments."""
    try:
        place, stored = _stored(environ, keychain=keychain, platform=platform)
    except NotLoggedIn as error:
        return LoginInfo("", None, error)
    expires = finite_number(stored.get("expiresAt"))
    problem: QuotalineError | None = None
    try:
        _validated(stored, now)
    except QuotalineError as error:
        problem = error
    return LoginInfo(place, expires / 1000 if expires is not None else None, problem)


def _stored(environ: Mapping[str, str], *, keychain: bool, platform: str) -> tuple[str, dict[str, Any]]:
    """Return the place of the login, and its stored form. Raises NotLoggedIn or KeychainDenied."""
    if token := environ.get("CLAUDE_CODE_OAUTH_TOKEN"):
        scopes = environ.get("CLAUDE_CODE_OAUTH_SCOPES", "user:inference")
        return "environment", {"accessToken": token, "scopes": scopes}
    text, denied, place = None, False, "keychain"
    if platform == "darwin" and keychain:
        try:
            text = _read_keychain(*keychain_item(environ))
        except KeychainDenied:
            denied = True
    if not text:
        place, text = "file", _read_file(credentials_file(environ))
    if text is None:
        raise KeychainDenied if denied else NotLoggedIn
    try:
        document = load_json(_decode_hex(text))
    except ValueError:
        raise NotLoggedIn("the login file is damaged") from None
    stored = document.get("claudeAiOauth") if isinstance(document, dict) else None
    return place, stored if isinstance(stored, dict) else {}


def stamp(environ: Mapping[str, str]) -> str:
    """
    Return a text that changes when the stored login is rewritten, and reveals nothing of its content.

    It does not change for a login in the Keychain, whose items have no date that is cheap to read.
    """
    if environ.get("CLAUDE_CODE_OAUTH_TOKEN"):
        return "environment"
    try:
        status = os.stat(credentials_file(environ))
    except (OSError, ValueError):
        return "none"
    return f"{status.st_mtime_ns}:{status.st_size}"


def credentials_file(environ: Mapping[str, str]) -> str:
    """Return the path of the login file, whether it exists or not."""
    return os.path.join(_composed(_secure_dir(environ)), ".credentials.json")


def keychain_item(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the service and the account of Claude Code's Keychain item."""
    chosen = environ.get("CLAUDE_SECURESTORAGE_CONFIG_DIR", environ.get("CLAUDE_CONFIG_DIR"))
    suffix = ""
    if chosen:
        from hashlib import sha256

        suffix = f"-{sha256(_composed(chosen).encode()).hexdigest()[:8]}"
    user = environ.get("USER", "")
    return f"Claude Code-credentials{suffix}", user if re.fullmatch(
        r"[a-zA-Z0-9._-]+", user
    ) else "claude-code-user"


def _composed(path: str) -> str:
    """Return a path in Unicode's form NFC, as Claude Code writes it."""
    if path.isascii():
        return path
    from unicodedata import normalize

    return normalize("NFC", path)


def _secure_dir(environ: Mapping[str, str]) -> str:
    default = f"{home_folder(environ) or '/nonexistent'}/.claude"
    if (chosen := environ.get("CLAUDE_SECURESTORAGE_CONFIG_DIR")) is not None:
        return chosen or default
    return environ.get("CLAUDE_CONFIG_DIR") or default


def _read_file(path: str) -> str | None:
    try:
        # Without O_NONBLOCK a FIFO of that name would block.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError:
        raise NotLoggedIn("the login file can't be read") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_size > _MAX_FILE:
            raise NotLoggedIn("the login file is not a regular file that you own, so it is not read")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(_MAX_FILE).decode()
    except (OSError, UnicodeDecodeError):
        raise NotLoggedIn("the login file can't be read") from None
    finally:
        os.close(descriptor)


def _read_keychain(service: str, account: str) -> str | None:
    # The backend class itself: to choose a backend, keyring runs code that configuration
    # files, the environment and every installed package can name.
    from keyring.backends.macOS import Keyring
    from keyring.errors import KeyringError

    try:
        stored: str | None = Keyring().get_password(service, account)  # type: ignore[no-untyped-call]
    except KeyringError:
        raise KeychainDenied from None
    return stored


def _decode_hex(text: str) -> str:
    """Decode the hex form that `security -w` prints; it may be stored (docs/claude-code.md 2.3)."""
    text = text.strip()
    if re.fullmatch(r"7[bB](?:[0-9a-fA-F]{2})*", text):
        return bytes.fromhex(text).decode(errors="replace")
    return text


def _validated(stored: dict[str, Any], now: float) -> Login:
    token = stored.get("accessToken")
    if not isinstance(token, str) or not token.strip():
        raise NotLoggedIn
    if not _TOKEN.fullmatch(token.strip()):
        raise NotLoggedIn("the login has no valid token")
    expires = stored.get("expiresAt")
    if isinstance(expires, int | float) and expires <= now * 1000:  # a huge int can be compared, not divided
        raise LoginExpired
    scopes = stored.get("scopes")
    if _SCOPE not in (
        scopes.split() if isinstance(scopes, str) else scopes if isinstance(scopes, list) else ()
    ):
        raise MissingScope
    account = stored.get("accountUuid")
    return Login(Token(token.strip()), account if isinstance(account, str) and account else None)
