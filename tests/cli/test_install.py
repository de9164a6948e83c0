"""`quotaline install` and `uninstall`, as installed, on configs as people have them."""

from __future__ import annotations

import os
import pathlib
import pty
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from quotaline.hosts.installation import Installation
from quotaline.hosts.table import TABLE
from world import until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONFIGS = sorted((pathlib.Path(__file__).parent.parent / "data/configs").iterdir())
PLACES = {
    "bash": ".bashrc",
    "zsh": ".zshrc",
    "fish": ".config/fish/config.fish",
    "tmux": ".tmux.conf",
    "starship": ".config/starship.toml",
    "claude": ".claude/settings.json",
}


class User:
    """Somebody with a home folder and the installed command."""

    def __init__(self, home: pathlib.Path, binaries: pathlib.Path) -> None:
        self.home = home
        self.binaries = binaries
        self.environ = {"HOME": str(home), "PATH": f"{binaries}:/usr/bin:/bin", "TERM": "xterm-256color"}
        home.mkdir(exist_ok=True)

    def has(self, host: str, content: bytes) -> pathlib.Path:
        path = self.home / PLACES[host]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def run(
        self, *words: str, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*options.pop("before", ()), "quotaline", *words],
            env={**self.environ, **(env or {})},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    def refused(self, *words: str, **options: Any) -> str:
        """Return the one line that a refused command says; nothing has changed then."""
        before = self.files()
        done = self.run(*words, **options)
        assert done.returncode != 0
        assert self.files() == before
        assert done.stderr.startswith("quotaline: ")
        assert done.stderr.count("\n") == 1
        return done.stderr

    def answers(self, typed: bytes, *words: str, meanwhile: Callable[[], object] = lambda: None) -> str:
        """Run on a terminal, answer the question with this, and return the screen."""
        child, terminal = pty.fork()
        if child == 0:
            os.execvpe("quotaline", ["quotaline", *words], self.environ)
        shown = b""
        while b"? [Y/n]" not in shown:
            shown += (part := _read(terminal))
            assert part, shown
        meanwhile()
        # An interrupt between the question and the wait for its answer is not seen until there is one.
        until(lambda: pathlib.Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "S")
        os.write(terminal, typed)
        shown += b"".join(iter(lambda: _read(terminal), b""))
        os.waitpid(child, 0)
        os.close(terminal)
        return shown.decode()

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in self.home.rglob("*")
            if path.is_file()
        }


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how a terminal says that nobody is at its other end
        return b""


@pytest.fixture
def user(tmp_path: pathlib.Path, binaries: pathlib.Path) -> User:
    return User(tmp_path / "home", binaries)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.name)
def test_install_shows_a_diff_and_keeps_a_backup_a_second_run_does_nothing_and_uninstall_gives_every_byte_back(
    config: pathlib.Path, user: User
) -> None:
    host = config.name.partition("-")[0]
    before = config.read_bytes()
    path = user.has(host, before)
    path.chmod(0o640)

    first = user.run("install", host, "--yes")

    assert (first.returncode, first.stderr) == (0, "")
    assert f"--- {path}\n+++ {path}\n@@ " in first.stdout
    assert path.read_bytes() != before
    assert path.stat().st_mode & 0o777 == 0o640
    (backup,) = path.parent.glob(f"{path.name}.quotaline-20*")
    assert backup.read_bytes() == before
    assert str(backup) in first.stdout

    installed = user.files()
    second = user.run("install", host)
    assert (second.returncode, second.stderr) == (0, "")
    assert second.stdout == f"{host}: already installed ({path})\n"
    assert user.files() == installed

    left = user.run("uninstall", host, "--yes")
    assert (left.returncode, left.stderr) == (0, "")
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o640
    again = user.run("uninstall", host)
    assert again.stdout == f"{host}: not installed ({path})\n"


@pytest.mark.quick
def test_configs_that_install_made_are_gone_after_uninstall(user: User) -> None:
    done = user.run("install", *PLACES, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(user.files()) == set(PLACES.values())

    done = user.run("uninstall", "--yes")

    assert (done.returncode, done.stderr) == (0, "")
    assert user.files() == {}


def test_dry_run_shows_the_diff_and_changes_nothing(user: User) -> None:
    user.has("bash", b"a=1\n")
    before = user.files()

    done = user.run("install", "bash", "zsh", "--dry-run")

    assert done.returncode == 0
    assert "+# >>> quotaline >>>" in done.stdout
    assert user.files() == before


def test_without_a_terminal_and_without_yes_nothing_is_changed(user: User) -> None:
    user.has("bash", b"a=1\n")

    assert "--yes" in user.refused("install", "bash", "tmux")


def test_diff_is_shown_and_no_is_taken_for_no(user: User) -> None:
    user.has("bash", b"a=1\n")
    before = user.files()

    screen = user.answers(b"n\n", "install", "bash")

    assert "+# >>> quotaline >>>" in screen
    assert "Change" in screen
    assert user.files() == before
    assert user.answers(b"\x04", "install", "bash").count("nothing changed") == 1
    assert user.files() == before


def test_return_key_is_taken_for_yes(user: User) -> None:
    path = user.has("bash", b"a=1\n")

    user.answers(b"\n", "install", "bash")

    assert b"# >>> quotaline >>>" in path.read_bytes()


def test_what_somebody_else_writes_while_we_ask_is_not_written_over(user: User) -> None:
    path = user.has("bash", b"a=1\n")

    screen = user.answers(b"y\n", "install", "bash", meanwhile=lambda: path.write_bytes(b"a=2\n"))

    assert "changed in the meantime" in screen
    assert user.files() == {".bashrc": b"a=2\n"}


def test_interrupt_at_the_question_changes_nothing(user: User) -> None:
    user.has("bash", b"a=1\n")

    assert "Traceback" not in user.answers(b"\x03", "install", "bash")
    assert user.files() == {".bashrc": b"a=1\n"}


def test_without_a_host_those_in_use_are_offered(user: User) -> None:
    user.has("claude", b"{}")
    user.has("tmux", b"")

    done = user.run("install", "--yes", env={"SHELL": "/usr/bin/zsh"})

    assert done.stdout.startswith("In use here: claude, tmux, zsh\n")
    assert (user.home / ".zshrc").exists()
    assert not (user.home / ".bashrc").exists()


def test_without_a_host_a_shell_whose_prompt_starship_draws_is_left_to_starship(user: User) -> None:
    user.has("starship", b"")

    done = user.run("install", "--dry-run", env={"SHELL": "/bin/bash"})

    assert done.stdout.startswith("In use here: starship\n")


def test_without_a_host_and_with_none_in_use_it_says_what_there_is(user: User) -> None:
    assert "choose from claude, tmux" in user.refused("install", "--yes")


def test_configs_elsewhere_are_found_where_their_programs_look(user: User) -> None:
    elsewhere = user.home / "else where"
    (elsewhere / "tmux").mkdir(parents=True)
    (elsewhere / "tmux/tmux.conf").touch()
    env = {
        "ZDOTDIR": f"{elsewhere}/zsh",
        "XDG_CONFIG_HOME": str(elsewhere),
        "STARSHIP_CONFIG": f"{elsewhere}/s.toml",
        "CLAUDE_CONFIG_DIR": f"{elsewhere}/claude",
    }

    done = user.run("install", "zsh", "fish", "tmux", "starship", "claude", "--yes", env=env)

    assert (done.returncode, done.stderr) == (0, "")
    made = {str(path.relative_to(elsewhere)) for path in elsewhere.rglob("*") if path.is_file()}
    assert {"zsh/.zshrc", "fish/config.fish", "tmux/tmux.conf", "s.toml", "claude/settings.json"} <= made
    assert "no restart" in done.stdout


def test_symlinked_dotfile_stays_a_symlink_and_the_file_behind_it_changes(user: User) -> None:
    (user.home / "dotfiles").mkdir()
    real = user.home / "dotfiles/bashrc"
    real.write_bytes(b"a=1\n")
    link = user.home / ".bashrc"
    link.symlink_to("dotfiles/bashrc")

    user.run("install", "bash", "--yes")

    assert link.is_symlink()
    assert b"quotaline" in real.read_bytes()
    assert len(list(real.parent.glob("bashrc.quotaline-*"))) == 1
    user.run("uninstall", "bash", "--yes")
    assert link.is_symlink()
    assert real.read_bytes() == b"a=1\n"


def test_file_with_crlf_mark_latin_1_bytes_and_no_last_newline_comes_back(user: User) -> None:
    before = b"\xef\xbb\xbf# caf\xe9\r\nexport A=1"
    path = user.has("bash", before)

    user.run("install", "bash", "--yes")
    assert path.read_bytes().startswith(before + b"\n")
    user.run("uninstall", "bash", "--yes")

    assert path.read_bytes() == before


def test_loop_of_symlinks_is_refused(user: User) -> None:
    (user.home / ".bashrc").symlink_to(".bashrc")

    assert "symbolic links" in user.refused("install", "bash", "--yes")


def test_folder_or_pipe_in_a_configs_place_is_refused(user: User) -> None:
    (user.home / ".bashrc").mkdir()
    os.mkfifo(user.home / ".zshrc")

    assert "not a file" in user.refused("install", "bash", "--yes")
    assert "not a file" in user.refused("install", "zsh", "--yes")


def test_read_only_file_is_refused_although_its_folder_would_let_us(user: User) -> None:
    user.has("bash", b"a=1\n").chmod(0o444)

    assert ".bashrc: it is read-only" in user.refused("install", "bash", "--yes")


@pytest.mark.parametrize("content", [b"a=1\n", None], ids=["file", "no file"])
def test_read_only_folder_is_refused(content: bytes | None, user: User) -> None:
    if content is not None:
        user.has("bash", content)
    mounted = ["unshare", *([] if os.geteuid() == 0 else ["-U", "-r"]), "-m", "sh", "-c"]
    script = 'mount --bind "$HOME" "$HOME" && mount -o remount,bind,ro "$HOME" && exec "$@"'

    given = user.refused("install", "bash", "--yes", before=[*mounted, script, "sh"])

    assert ".bashrc: it can't be written: Read-only file system" in given


def test_home_that_is_missing_is_refused(user: User) -> None:
    assert "HOME" in user.refused("install", "bash", "--yes", env={"HOME": ""})


@pytest.mark.parametrize(
    ("host", "content", "where"),
    [
        ("claude", b'{\n  // mine\n  "a": 1,,\n}', "line 3, column 10: not JSON"),
        ("claude", b'{"statusLine": {"type": "static"}}', 'not of type "command"'),
        ("starship", b"a = 1\n[b\n", "line 2 col 2"),
        ("starship", b"a = '\xe9'\n", "line 1: not UTF-8"),
        ("tmux", b"# >>> quotaline >>>\n", "line 1: incomplete quotaline block"),
    ],
)
def test_config_that_cannot_be_read_is_refused_with_the_place_and_the_next_one_still_done(
    host: str, content: bytes, where: str, user: User
) -> None:
    path = user.has(host, content)

    given = user.refused("install", host, "--yes")
    assert str(path) in given
    assert where in given

    done = user.run("install", host, "bash", "--yes")
    assert done.returncode == 1
    assert (user.home / ".bashrc").exists()
    assert path.read_bytes() == content


def test_settings_that_turn_status_lines_off_are_named(user: User) -> None:
    user.has("claude", b'{"disableAllHooks": true}')

    assert "disableAllHooks" in user.run("install", "claude", "--yes").stdout


def test_unknown_host_is_refused_with_the_known_ones(user: User) -> None:
    assert "unknown host 'csh'; choose from claude, tmux, starship, bash, zsh, fish" in user.refused(
        "install", "csh"
    )


# -- what went in works


@pytest.mark.parametrize("options", [["-eu"], ["-eu", "-o", "pipefail"]])
def test_init_bash_is_silent_under_set_eu(options: list[str], user: User) -> None:
    done = subprocess.run(
        ["bash", *options, "-c", 'eval "$(quotaline init bash)"; echo end'],
        env=user.environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


@pytest.fixture
def odd(tmp_path: pathlib.Path) -> Installation:
    """An installation in a folder with every odd sign, whose files tell what they were given."""
    folder = tmp_path / 'it\'s "q" #S #{x} %H $HOME \\ é'
    folder.mkdir()
    for shell in ("bash", "zsh", "fish"):
        (folder / f"quotaline.{shell}").write_text('echo "hook $QUOTALINE_COMMAND"\n')
    (folder / "quotaline.tmux").write_text('tmux set -g @seen "$QUOTALINE_COMMAND"\n')
    command = folder / "quotaline"
    command.write_text('#!/bin/sh\necho "echo $*"\n')
    command.chmod(0o755)
    return Installation(str(command), str(folder))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_loads_the_hook_from_a_path_with_every_odd_sign(shell: str, odd: Installation) -> None:
    for lines in (TABLE[shell].snippet(odd), TABLE[shell].add("", odd)):
        done = subprocess.run([shell, "-c", lines], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stdout, done.stderr) == (0, f"hook {odd.command}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_asks_the_command_where_an_upgrade_of_python_moved_the_hook(
    shell: str, odd: Installation
) -> None:
    lines = TABLE[shell].add("", odd)
    (pathlib.Path(odd.shell) / f"quotaline.{shell}").unlink()

    done = subprocess.run([shell, "-c", lines], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"init {shell}\n", "")


@pytest.mark.parametrize(
    ("host", "shell"), [("bash", ["bash", "-i"]), ("zsh", ["zsh", "-i"]), ("fish", ["fish"])]
)
def test_rc_file_of_an_installation_that_is_gone_says_nothing_and_starts_with_status_0(
    host: str, shell: list[str], user: User
) -> None:
    path = user.has(host, b"")
    user.run("install", host, "--yes")
    path.write_bytes(path.read_bytes().replace(bytes(user.binaries.parent), b"/gone"))

    command = f"source {path}; echo end $status" if host == "fish" else f". {path}; echo end $?"
    done = subprocess.run(
        [shell[0], "-c", command], env=user.environ, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("end 0\n", "")


def test_tmux_runs_the_line_from_a_path_with_every_odd_sign(
    tmp_path: pathlib.Path, odd: Installation
) -> None:
    config = tmp_path / "tmux.conf"
    config.write_text(TABLE["tmux"].snippet(odd))
    server = ["tmux", "-S", str(tmp_path / "socket")]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    try:
        subprocess.run([*server, "-f", str(config), "new-session", "-d"], env=env, check=True)
        show = [*server, "show", "-gqv", "@seen"]
        assert until(lambda: subprocess.run(show, env=env, capture_output=True, check=True).stdout) == (
            f"{odd.command}\n".encode()
        )
    finally:
        subprocess.run([*server, "kill-server"], env=env, check=False)
