"""
quotaline: how much of my Claude quota is used, and when does it come back?

Everything public is importable from here and loaded on first use, so that
``import quotaline`` costs nothing: what a prompt starts imports this package.
"""

TYPE_CHECKING = False  # importing typing costs 11 ms
if TYPE_CHECKING:
    from quotaline.errors import (
        LoginExpired as LoginExpired,
    )
    from quotaline.errors import (
        MissingScope as MissingScope,
    )
    from quotaline.errors import (
        NotLoggedIn as NotLoggedIn,
    )
    from quotaline.errors import (
        QuotalineError as QuotalineError,
    )
    from quotaline.errors import (
        RateLimited as RateLimited,
    )
    from quotaline.errors import (
        ServerError as ServerError,
    )
    from quotaline.errors import (
        Unreachable as Unreachable,
    )
    from quotaline.errors import (
        UnreadableAnswer as UnreadableAnswer,
    )
    from quotaline.library import cached_usage as cached_usage
    from quotaline.library import get_usage as get_usage
    from quotaline.usage import (
        Credits as Credits,
    )
    from quotaline.usage import (
        ScopedWindow as ScopedWindow,
    )
    from quotaline.usage import (
        Usage as Usage,
    )
    from quotaline.usage import (
        Window as Window,
    )

__version__ = "0.1.0"

_ROOMS = {
    "Credits": "usage",
    "LoginExpired": "errors",
    "MissingScope": "errors",
    "NotLoggedIn": "errors",
    "QuotalineError": "errors",
    "RateLimited": "errors",
    "ScopedWindow": "usage",
    "ServerError": "errors",
    "UnreadableAnswer": "errors",
    "Unreachable": "errors",
    "Usage": "usage",
    "Window": "usage",
    "cached_usage": "library",
    "get_usage": "library",
}
__all__ = [
    "Credits",
    "LoginExpired",
    "MissingScope",
    "NotLoggedIn",
    "QuotalineError",
    "RateLimited",
    "ScopedWindow",
    "ServerError",
    "Unreachable",
    "UnreadableAnswer",
    "Usage",
    "Window",
    "__version__",
    "cached_usage",
    "get_usage",
]


def __getattr__(name: str) -> object:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"quotaline.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
