"""The error for a config that quotaline declines to edit."""

from __future__ import annotations

from quotaline.model.command_error import CommandError


class EditRefused(CommandError):
    """Raised if a config is left unchanged. One line: the reason and the place; the caller adds the path."""
