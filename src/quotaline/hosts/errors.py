"""What a host says when it leaves a config alone."""

from __future__ import annotations

from quotaline.model.command_error import CommandError


class EditRefused(CommandError):
    """Raised if a config is not changed. One line that says why and where; whoever knows the path adds it."""
