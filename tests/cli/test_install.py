"""`quotaline install` and `uninstall`, run as installed, on configs as users have them."""

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
PATHS = {
    "bash": ".bashrc",
    "zsh": ".zshrc",
    "fish": ".config/fish/config.fish",
    "tmux": ".tmux.conf",
    "starship": ".config/starship.toml",
    "claude": ".claude/settings.json",
}


class User:
    """A user with a home folder and the installed command."""

    def __init__(self, home: pathlib.Path, binaries: pathlib.Path) -> None:
        self.home = home
        self.binaries = binaries
        self.environ = {"HOME": str(home), "PATH": f"{binaries}:/usr/bin:/bin", "TERM": "xterm-256color"}
        home.mkdir(exist_ok=True)

    def has(self, host: str, content: bytes) -> pathlib.Path:
        path = self.home / PATHS[host]
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

    def error(self, *words: str, **options: Any) -> str:
        """Return the one line of error of a command that fails without changing a file."""
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
        # An interrupt after the question but before the read of its answer is noticed only after the read.
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
            if path.is_file() and ".cache" not in path.parts
        }


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux reports that the other end of a terminal is closed
        return b""


@pytest.fixture
def user(tmp_path: pathlib.Path, binaries: pathlib.Path) -> User:
    return User(tmp_path / "home", binaries)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.name)
def test_install_shows_a_diff_and_keeps_a_backup_and_uninstall_restores_every_byte(
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
def test_configs_that_install_created_are_deleted_by_uninstall(user: User) -> None:
    done = user.run("install", *PATHS, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert set(user.files()) == set(PATHS.values())

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

    assert "--yes" in user.error("install", "bash", "tmux")


def test_diff_is_shown_and_the_answer_no_changes_nothing(user: User) -> None:
    user.has("bash", b"a=1\n")
    before = user.files()

    screen = user.answers(b"n\n", "install", "bash")

    assert "+# >>> quotaline >>>" in screen
    assert "Change" in screen
    assert user.files() == before
    assert user.answers(b"\x04", "install", "bash").count("nothing changed") == 1
    assert user.files() == before


def test_return_key_means_yes(user: User) -> None:
    path = user.has("bash", b"a=1\n")

    user.answers(b"\n", "install", "bash")

    assert b"# >>> quotaline >>>" in path.read_bytes()


def test_a_change_by_another_program_during_the_question_is_not_overwritten(user: User) -> None:
    path = user.has("bash", b"a=1\n")

    screen = user.answers(b"y\n", "install", "bash", meanwhile=lambda: path.write_bytes(b"a=2\n"))

    assert "changed in the meantime" in screen
    assert user.files() == {".bashrc": b"a=2\n"}


def test_interrupt_at_the_question_changes_nothing(user: User) -> None:
    user.has("bash", b"a=1\n")

    assert "Traceback" not in user.answers(b"\x03", "install", "bash")
    assert user.files() == {".bashrc": b"a=1\n"}


def test_without_a_host_install_offers_the_hosts_in_use(user: User) -> None:
    user.has("claude", b"{}")
    user.has("tmux", b"")

    done = user.run("install", "--yes", env={"SHELL": "/usr/bin/zsh"})

    assert done.stdout.startswith("In use here: claude, tmux, zsh\n")
    assert (user.home / ".zshrc").exists()
    assert not (user.home / ".bashrc").exists()


def test_without_a_host_a_shell_whose_prompt_starship_draws_is_not_changed(user: User) -> None:
    user.has("starship", b"")

    done = user.run("install", "--dry-run", env={"SHELL": "/bin/bash"})

    assert done.stdout.startswith("In use here: starship\n")


def test_without_a_host_and_with_none_in_use_install_lists_the_hosts(user: User) -> None:
    assert "choose from claude, tmux" in user.error("install", "--yes")


def test_configs_in_other_folders_are_found_where_their_programs_look(user: User) -> None:
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


def test_symlinked_dotfile_stays_a_symlink_and_its_target_changes(user: User) -> None:
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


def test_file_with_byte_order_mark_latin_1_bytes_crlf_and_no_last_newline_is_restored(user: User) -> None:
    before = b"\xef\xbb\xbf# caf\xe9\r\nexport A=1"
    path = user.has("bash", before)

    user.run("install", "bash", "--yes")
    assert path.read_bytes().startswith(before + b"\n")
    user.run("uninstall", "bash", "--yes")

    assert path.read_bytes() == before


def test_loop_of_symlinks_is_not_followed(user: User) -> None:
    (user.home / ".bashrc").symlink_to(".bashrc")

    assert "symbolic links" in user.error("install", "bash", "--yes")


def test_folder_or_pipe_in_place_of_a_config_is_not_changed(user: User) -> None:
    (user.home / ".bashrc").mkdir()
    os.mkfifo(user.home / ".zshrc")

    assert "not a file" in user.error("install", "bash", "--yes")
    assert "not a file" in user.error("install", "zsh", "--yes")


def test_read_only_file_is_not_replaced_although_its_folder_is_writable(user: User) -> None:
    user.has("bash", b"a=1\n").chmod(0o444)

    assert ".bashrc: it is read-only" in user.error("install", "bash", "--yes")


@pytest.mark.parametrize("content", [b"a=1\n", None], ids=["file", "no file"])
def test_file_in_a_read_only_folder_is_not_changed(content: bytes | None, user: User) -> None:
    if content is not None:
        user.has("bash", content)
    mounted = ["unshare", *([] if os.geteuid() == 0 else ["-U", "-r"]), "-m", "sh", "-c"]
    script = 'mount --bind "$HOME" "$HOME" && mount -o remount,bind,ro "$HOME" && exec "$@"'

    error = user.error("install", "bash", "--yes", before=[*mounted, script, "sh"])

    assert ".bashrc: it can't be written: Read-only file system" in error


def test_install_fails_without_a_home(user: User) -> None:
    assert "HOME" in user.error("install", "bash", "--yes", env={"HOME": ""})


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
def test_unreadable_config_is_reported_with_its_line_and_the_next_host_is_still_installed(
    host: str, content: bytes, where: str, user: User
) -> None:
    path = user.has(host, content)

    error = user.error("install", host, "--yes")
    assert str(path) in error
    assert where in error

    done = user.run("install", host, "bash", "--yes")
    assert done.returncode == 1
    assert (user.home / ".bashrc").exists()
    assert path.read_bytes() == content


def test_setting_that_turns_status_lines_off_is_reported(user: User) -> None:
    user.has("claude", b'{"disableAllHooks": true}')

    assert "disableAllHooks" in user.run("install", "claude", "--yes").stdout


def test_unknown_host_is_rejected_with_the_known_ones(user: User) -> None:
    assert "unknown host 'csh'; choose from claude, tmux, starship, bash, zsh, fish" in user.error(
        "install", "csh"
    )


# -- what was installed works


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
def special(tmp_path: pathlib.Path) -> Installation:
    """An installation in a folder with every special character, whose files print what they receive."""
    folder = tmp_path / 'it\'s "q" #S #{x} %H $HOME \\ é'
    folder.mkdir()
    for shell in ("bash", "zsh", "fish"):
        (folder / f"quotaline.{shell}").write_text('echo "hook $QUOTALINE_COMMAND"\n')
    (folder / "quotaline.tmux").write_text('tmux set -g @command "$QUOTALINE_COMMAND"\n')
    command = folder / "quotaline"
    command.write_text('#!/bin/sh\necho "echo $*"\n')
    command.chmod(0o755)
    return Installation(str(command), str(folder))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_loads_the_hook_from_a_path_with_every_special_character(
    shell: str, special: Installation
) -> None:
    for lines in (TABLE[shell].snippet(special), TABLE[shell].add("", special)):
        done = subprocess.run([shell, "-c", lines], capture_output=True, text=True, check=False)

        assert (done.returncode, done.stdout, done.stderr) == (0, f"hook {special.command}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_runs_init_if_an_upgrade_of_python_has_moved_the_hook(
    shell: str, special: Installation
) -> None:
    lines = TABLE[shell].add("", special)
    (pathlib.Path(special.shell) / f"quotaline.{shell}").unlink()

    done = subprocess.run([shell, "-c", lines], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"init {shell}\n", "")


@pytest.mark.parametrize(
    ("host", "shell"), [("bash", ["bash", "-i"]), ("zsh", ["zsh", "-i"]), ("fish", ["fish"])]
)
def test_rc_file_of_a_removed_installation_prints_nothing_and_starts_with_status_0(
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


def test_tmux_runs_the_line_from_a_path_with_every_special_character(
    tmp_path: pathlib.Path, special: Installation
) -> None:
    config = tmp_path / "tmux.conf"
    config.write_text(TABLE["tmux"].snippet(special))
    server = ["tmux", "-S", str(tmp_path / "socket")]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    try:
        subprocess.run([*server, "-f", str(config), "new-session", "-d"], env=env, check=True)
        show = [*server, "show", "-gqv", "@command"]
        assert until(lambda: subprocess.run(show, env=env, capture_output=True, check=True).stdout) == (
            f"{special.command}\n".encode()
        )
    finally:
        subprocess.run([*server, "kill-server"], env=env, check=False)
