"""The display options: what the settings choose for the segment, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from quotaline.segment.palette import PALETTES
from quotaline.segment.styles import STYLES
from quotaline.segment.template import SESSION_FIELDS, Node, names, parse
from quotaline.segment.thresholds import STEPS, Steps

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOWS = ("5h", "7d")  # those that have settings of their own
ICONS = ("ascii", "unicode", "nerd")
RESETS = ("style", "none", "countdown", "clock", "both")
_ACCOUNT_COLUMNS = 24
_IN_ACCOUNT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-")


class SettingValues(Protocol):
    """The settings in force: a value for every key."""

    def __getitem__(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """
    How the segment looks.

    `template` replaces the style; `steps`, `hidden` and `show_from` are by
    window (`5h`, `7d`; `steps[""]` is for all others); `colours` maps a colour
    step to a style; `reset` is one of RESETS; `columns` is the widest that the
    line may be (None: any); `account`, and `session` by field, are shown where
    the template has those fields.
    """

    style: str = "compact"
    template: tuple[Node, ...] | None = None
    show_left: bool = False
    reset: str = "style"
    twelve_hours: bool = False
    pace: bool = False
    symbols: bool = False
    icons: str = "ascii"
    colours: Mapping[str, str] = field(default_factory=lambda: PALETTES["default"])
    steps: Mapping[str, Steps] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    show_from: Mapping[str, float] = field(default_factory=dict)
    alert_only: bool = False
    columns: int | None = None
    bar_width: int = 10
    pad: bool = False
    account: str = ""
    session: Mapping[str, str] = field(default_factory=dict)

    def steps_of(self, name: str) -> Steps:
        """Return the thresholds of a window, by its short name."""
        return self.steps.get(name) or self.steps.get("") or STEPS

    def limited_to(self, columns: int | None) -> DisplayOptions:
        """Return the options with a line of at most `columns`, if that is not more than it may be already."""
        limits = [limit for limit in (columns, self.columns) if limit]
        return replace(self, columns=min(limits, default=None))

    @property
    def shows_session(self) -> bool:
        """Whether the line shows what only one Claude Code session knows."""
        return not names(self.template or ()).isdisjoint(SESSION_FIELDS)

    @property
    def shows_age(self) -> bool:
        """Whether the line shows the age of a number, and so changes by the minute."""
        return any(name.endswith(".age") for name in names(self.template or ()))

    @property
    def shows_reset(self) -> bool:
        """Whether the line shows when a window resets, and so changes by the minute."""
        if self.template is not None:
            return any(".reset" in name for name in names(self.template))
        return self.reset not in ("style", "none") or (self.reset == "style" and STYLES[self.style].has_reset)


DEFAULT_OPTIONS = DisplayOptions()  # without any setting


def display_options(settings: SettingValues, account: str = "") -> DisplayOptions:
    """Return the display options of settings, whose values have been checked. `account` is its name."""
    palette = PALETTES[settings["palette"]]
    return DisplayOptions(
        style=settings["style"],
        template=parse(settings["format"]) if settings["format"] else None,
        show_left=settings["show"] == "left",
        reset=settings["reset"],
        twelve_hours=settings["clock"] == "12h",
        pace=settings["pace"],
        symbols=settings["symbols"],
        icons=settings["icons"],
        colours={name: settings[f"colors.{name}"] or palette[name] for name in palette},
        steps={
            "": Steps(settings["thresholds.yellow"], settings["warn"], settings["thresholds.red"]),
            **{
                one: Steps(settings[f"{one}.yellow"], settings[f"{one}.warn"], settings[f"{one}.red"])
                for one in WINDOWS
            },
        },
        hidden=frozenset(one for one in WINDOWS if not settings[f"{one}.show"]),
        show_from={one: settings[f"{one}.show_from"] for one in WINDOWS},
        alert_only=settings["alert_only"],
        columns=settings["width"] or None,
        bar_width=settings["bar_width"],
        pad=settings["pad"],
        account="".join(letter for letter in account if letter in _IN_ACCOUNT)[:_ACCOUNT_COLUMNS].strip(),
    )
