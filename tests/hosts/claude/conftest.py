from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .client import VERSIONS, Client, hosted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from world import World


@pytest.fixture(params=VERSIONS)
def client(request: pytest.FixtureRequest, live: World) -> Iterator[Client]:
    """A Claude Code of each version, not yet started, with `quotaline --for claude` in its settings."""
    with hosted(live, request.param) as made:
        yield made
