"""
quotaline: how much of my Claude quota is used, and when does it come back?

    import quotaline

    try:
        usage = quotaline.get_usage(timeout=10)  # one request, with Claude Code's login
    except quotaline.QuotalineError as error:
        print(f"unavailable: {error}")
        usage = quotaline.cached_usage()  # what quotaline knows already: no request
    if usage.five_hour:
        print(f"{usage.five_hour.left:g}% left, resets at {usage.five_hour.resets_at_datetime}")

Everything public can be imported from here. It is loaded on first use, so that
``import quotaline``, which every prompt's command runs, takes no time.
"""

TYPE_CHECKING = False  # importing typing costs 11 ms
if TYPE_CHECKING:
    from quotaline.library import cached_usage as cached_usage
    from quotaline.library import get_usage as get_usage
    from quotaline.model.errors import (
        LoginExpired as LoginExpired,
    )
    from quotaline.model.errors import (
        MissingScope as MissingScope,
    )
    from quotaline.model.errors import (
        NotLoggedIn as NotLoggedIn,
    )
    from quotaline.model.errors import (
        QuotalineError as QuotalineError,
    )
    from quotaline.model.errors import (
        RateLimited as RateLimited,
    )
    from quotaline.model.errors import (
        ServerError as ServerError,
    )
    from quotaline.model.errors import (
        Unreachable as Unreachable,
    )
    from quotaline.model.errors import (
        UnreadableAnswer as UnreadableAnswer,
    )
    from quotaline.model.session_usage import (
        ApiUsage as ApiUsage,
    )
    from quotaline.model.usage import (
        Credits as Credits,
    )
    from quotaline.model.usage import (
        ScopedWindow as ScopedWindow,
    )
    from quotaline.model.usage import (
        Usage as Usage,
    )
    from quotaline.model.usage import (
        Window as Window,
    )

__version__ = "0.1.0"

_MODULES = {
    "ApiUsage": "model.session_usage",
    "Credits": "model.usage",
    "LoginExpired": "model.errors",
    "MissingScope": "model.errors",
    "NotLoggedIn": "model.errors",
    "QuotalineError": "model.errors",
    "RateLimited": "model.errors",
    "ScopedWindow": "model.usage",
    "ServerError": "model.errors",
    "UnreadableAnswer": "model.errors",
    "Unreachable": "model.errors",
    "Usage": "model.usage",
    "Window": "model.usage",
    "cached_usage": "library",
    "get_usage": "library",
}
__all__ = [
    "ApiUsage",
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
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"quotaline.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
