"""What imports what: packages import only what is below them, and the fast path loads little."""

from __future__ import annotations

import ast
import pathlib
import re
import subprocess
import sys

import pytest

# A package may import packages of earlier lines, and itself (docs/architecture.md 2).
LAYERS = [
    {"model"},
    {"cache"},
    {"insight"},
    {"sources", "segment", "hosts"},
    {"setting_table"},
    {"settings"},
    {"library"},
    {"refresh"},
    {"fastpath", "doctor"},
    {"cli"},
]
INSIGHT = ("costs", "course", "credit", "entries", "forecast", "outlook", "pace", "prices", "use", "worktime")
PURE = ("model", "segment", *(f"insight/{name}.py" for name in INSIGHT))  # of insight, the rest reads files
CLOCK = {"model/session_usage.py"}  # a session's usage is dated when it is made or added to
SOURCE = pathlib.Path(__file__).parent.parent / "src/quotaline"


def imports(path: pathlib.Path) -> set[str]:
    """Return the modules that a file imports anywhere, functions included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
            if node.module in ("quotaline", "quotaline.sources", "quotaline.cli"):
                found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def package(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_packages_below_its_own(path: pathlib.Path) -> None:
    own = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if own in ("__init__", "__main__"):
        return
    below = next(at for at, packages in enumerate(LAYERS) if own in packages)
    allowed = set().union(*LAYERS[:below]) | {own, "__version__", ""}

    assert {package(name) for name in imports(path) if name.startswith("quotaline")} <= allowed


@pytest.mark.parametrize("path", sorted(SOURCE.glob("sources/*.py")), ids=lambda path: path.name)
def test_sources_do_not_import_each_other(path: pathlib.Path) -> None:
    others = {name for name in imports(path) if name.startswith("quotaline.sources.")}

    # payload parses the body that three of them get; api takes a Token.
    others = {name for name in others if not name.startswith("quotaline.sources.payload")}
    assert not others or (path.name == "api.py" and others == {"quotaline.sources.credentials"})


@pytest.mark.parametrize(
    ("library", "files"),
    [
        ("requests", {"sources/api.py"}),
        ("keyring", {"sources/credentials.py"}),
        ("shtab", {"cli/setup/completions.py"}),
        ("tomlkit", {"cli/setup/config_edit.py", "hosts/starship.py"}),
    ],
)
def test_library_is_imported_only_where_it_is_needed(library: str, files: set[str]) -> None:
    users = {path for path in FILES if library in {name.split(".")[0] for name in imports(path)}}

    assert users == {SOURCE / name for name in files}


@pytest.mark.parametrize("name", PURE)
def test_pure_packages_use_no_clock_and_no_files(name: str) -> None:
    for path in [SOURCE / name] if name.endswith(".py") else sorted(SOURCE.glob(f"{name}/*.py")):
        assert not {"os", "pathlib", "subprocess", "socket"} & imports(path)
        if str(path.relative_to(SOURCE)) not in CLOCK:
            assert not re.search(r"\btime\.(time|monotonic)\(|\.now\(|\bopen\(", path.read_text())


def modules(code: str) -> set[str]:
    """Return the modules that a new interpreter has loaded after some code."""
    program = f"import sys; before = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split("\n")[-2].split())


def test_importing_the_package_loads_nothing_else() -> None:
    assert modules("import quotaline") == {"quotaline"}


def test_printing_a_fresh_segment_loads_only_a_few_small_modules(tmp_path: pathlib.Path) -> None:
    code = f"""
import os; os.environ.update(HOME={str(tmp_path)!r})
from quotaline.refresh.cycle import Job, refresh
refresh(Job(os.environ, ''))
for name in set(sys.modules) - before: del sys.modules[name]
import quotaline.cli.main
quotaline.cli.main.main(['--for', 'plain'])
"""

    assert {name for name in modules(code) if name.startswith("quotaline")} == {
        "quotaline",
        "quotaline.cache",
        "quotaline.cache.clock",
        "quotaline.cache.paths",
        "quotaline.cache.segment_file",
        "quotaline.cache.segment_format",
        "quotaline.cache.store",
        "quotaline.cli",
        "quotaline.cli.main",
        "quotaline.fastpath",
        "quotaline.fastpath.reader",
    }


def test_reader_and_combine_load_no_slow_module() -> None:
    slow = {
        "argparse",
        "json",
        "re",
        "typing",
        "dataclasses",
        "datetime",
        "pathlib",
        "subprocess",
        "requests",
        "rich",
    }

    assert not slow & modules("import quotaline.cli.main, quotaline.fastpath.combine")


def test_refresh_without_a_request_loads_no_http(tmp_path: pathlib.Path) -> None:
    code = f"""
import os; os.environ.update(HOME={str(tmp_path)!r})
from quotaline.refresh.cycle import Job, refresh
refresh(Job(os.environ, ''))
"""

    assert not {"requests", "urllib3", "keyring", "rich", "tomlkit"} & modules(code)
