"""
Claude Code's login: read, never written, never refreshed (docs/claude-code.md 2.3).

The only room that sees files with tokens, and the only one that imports keyring.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from quotaline.cache.paths import home_folder
from quotaline.model.errors import LoginExpired, MissingScope, NotLoggedIn, QuotalineError
from quotaline.model.json_text import load as load_json
from quotaline.sources.payload import number

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_FILE = 1 << 20
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,4096}")  # RFC 6750; anything else would end up in an error text
_SCOPE = "user:profile"  # what reading usage takes (docs/claude-code.md 2.1)


class KeychainDenied(NotLoggedIn):
    """Raised if the Keychain did not give its item: the caller stays away from it for a while."""

    def __init__(self) -> None:
        super().__init__(
            "the Keychain gave no access (`quotaline config set sources.keychain false` stops asking)"
        )


class Token:
    """An access token. It shows as a fixed word wherever a value is shown; only `reveal` gives it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the token's text, for the one header of the one request."""
        return self._text

    def __repr__(self) -> str:
        return "[token]"

    def __format__(self, spec: str) -> str:
        return "[token]"

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return (str, ("[token]",))


@dataclass(frozen=True, slots=True)
class Login:
    """A usable login. `account` is the accountUuid if the login names it."""

    token: Token
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What may be told of a login: nothing that is in its token.

    `place` is `environment`, `keychain` or `file`, empty if there is none;
    `expires_at` is in epoch seconds, None if it does not say; `error` is why it
    may not read usage.
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
        environ: The environment; names the config dir, and may hold the token itself.
        now: Epoch seconds, to tell an expired token.
        keychain: Whether the macOS Keychain may be asked. It may open a dialog.
        platform: As `sys.platform`.

    Raises:
        NotLoggedIn: If there is none, or it was ended, or its file is not to be trusted.
        KeychainDenied: If the Keychain refused and there is no file either.
        LoginExpired: If its token has expired. Sending that one would lead to 429s.
        MissingScope: If it may not read usage, as a setup-token may not.
    """
    return _login(_stored(environ, keychain=keychain, platform=platform)[1], now)


def facts(
    environ: Mapping[str, str], now: float, *, keychain: bool = True, platform: str = sys.platform
) -> Facts:
    """Return what may be told of the login that `load` with these arguments would return or refuse."""
    try:
        place, stored = _stored(environ, keychain=keychain, platform=platform)
    except NotLoggedIn as error:
        return Facts("", None, error)
    expires = number(stored.get("expiresAt"))
    error_: QuotalineError | None = None
    try:
        _login(stored, now)
    except QuotalineError as found:
        error_ = found
    return Facts(place, expires / 1000 if expires is not None else None, error_)


def _stored(environ: Mapping[str, str], *, keychain: bool, platform: str) -> tuple[str, dict[str, Any]]:
    """Return where the login is, and it as it is stored. Raises NotLoggedIn or KeychainDenied."""
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
        document = load_json(_unhexed(text))
    except ValueError:
        raise NotLoggedIn("the login file is broken") from None
    stored = document.get("claudeAiOauth") if isinstance(document, dict) else None
    return place, stored if isinstance(stored, dict) else {}


def stamp(environ: Mapping[str, str]) -> str:
    """
    Return a text that changes when the stored login is rewritten. Nothing of its content is in it.

    Where no file is, it can't tell: a Keychain item has no time that is free to read.
    """
    if environ.get("CLAUDE_CODE_OAUTH_TOKEN"):
        return "environment"
    try:
        found = os.stat(credentials_file(environ))
    except (OSError, ValueError):
        return "none"
    return f"{found.st_mtime_ns}:{found.st_size}"


def credentials_file(environ: Mapping[str, str]) -> str:
    """Return the path of the plain login file, there or not."""
    return os.path.join(unicodedata.normalize("NFC", _secure_dir(environ)), ".credentials.json")


def keychain_item(environ: Mapping[str, str]) -> tuple[str, str]:
    """Return service and account of Claude Code's Keychain item."""
    chosen = environ.get("CLAUDE_SECURESTORAGE_CONFIG_DIR", environ.get("CLAUDE_CONFIG_DIR"))
    suffix = f"-{sha256(unicodedata.normalize('NFC', chosen).encode()).hexdigest()[:8]}" if chosen else ""
    user = environ.get("USER", "")
    return f"Claude Code-credentials{suffix}", user if re.fullmatch(
        r"[a-zA-Z0-9._-]+", user
    ) else "claude-code-user"


def _secure_dir(environ: Mapping[str, str]) -> str:
    default = f"{home_folder(environ) or '/nonexistent'}/.claude"
    if (chosen := environ.get("CLAUDE_SECURESTORAGE_CONFIG_DIR")) is not None:
        return chosen or default
    return environ.get("CLAUDE_CONFIG_DIR") or default


def _read_file(path: str) -> str | None:
    try:
        # Without O_NONBLOCK a FIFO of that name would block us.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError:
        raise NotLoggedIn("the login file can't be read") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_size > _MAX_FILE:
            raise NotLoggedIn("the login file is not a plain file of yours, so it is not read")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(_MAX_FILE).decode()
    except (OSError, UnicodeDecodeError):
        raise NotLoggedIn("the login file can't be read") from None
    finally:
        os.close(descriptor)


def _read_keychain(service: str, account: str) -> str | None:
    # The backend's class itself: keyring's own choice of a backend runs code that
    # configuration files, the environment and every installed package may name.
    from keyring.backends.macOS import Keyring
    from keyring.errors import KeyringError

    try:
        stored: str | None = Keyring().get_password(service, account)  # type: ignore[no-untyped-call]
    except KeyringError:
        raise KeychainDenied from None
    return stored


def _unhexed(text: str) -> str:
    """Undo the hex form that `security -w` gives and that ends up stored (docs/claude-code.md 2.3)."""
    text = text.strip()
    if re.fullmatch(r"7[bB](?:[0-9a-fA-F]{2})*", text):
        return bytes.fromhex(text).decode(errors="replace")
    return text


def _login(stored: dict[str, Any], now: float) -> Login:
    token = stored.get("accessToken")
    if not isinstance(token, str) or not token.strip():
        raise NotLoggedIn
    if not _TOKEN.fullmatch(token.strip()):
        raise NotLoggedIn("the login holds no proper token")
    expires = stored.get("expiresAt")
    if isinstance(expires, int | float) and expires <= now * 1000:  # an int may be too large to divide
        raise LoginExpired
    scopes = stored.get("scopes")
    if _SCOPE not in (
        scopes.split() if isinstance(scopes, str) else scopes if isinstance(scopes, list) else ()
    ):
        raise MissingScope
    account = stored.get("accountUuid")
    return Login(Token(token.strip()), account if isinstance(account, str) and account else None)
