"""What a host says when it leaves a config alone."""

from __future__ import annotations


class EditRefused(Exception):
    """Raised if a config is not changed. One line that says why and where; whoever knows the path adds it."""
