"""``quotaline doctor``: check the installation and suggest fixes, in a form that is safe to share."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from quotaline.cache.paths import cache_folder
from quotaline.cache.state_file import State, load
from quotaline.cli.setup.redaction import redacted
from quotaline.doctor.check import BROKEN, Check, Context
from quotaline.doctor.runner import examine

if TYPE_CHECKING:
    import argparse

VERSION = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Check the installation and suggest fixes. The output names no home folder, token or e-mail address, "
        "so it is safe to share."
    )
    parser.epilog = "Exit status: 1 if a part is broken (marked with a cross), else 0."
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    folder = cache_folder(os.environ)
    state = load(folder) if folder else State()
    checks = [_redacted(check) for check in examine(Context(os.environ, time.time(), state))]
    is_broken = any(check.state == BROKEN for check in checks)
    if chosen.json:
        documents = [{**asdict(check), "fix": check.fix or None} for check in checks]
        print(json.dumps({"version": VERSION, "broken": is_broken, "checks": documents}, indent=2))
    else:
        from quotaline.cli.setup.check_table import print_checks

        print_checks(checks)
    return 1 if is_broken else 0


def _redacted(check: Check) -> Check:
    return replace(check, text=redacted(check.text, os.environ), fix=redacted(check.fix, os.environ))
