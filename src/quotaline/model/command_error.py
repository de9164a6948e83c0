"""The errors that end a command with one line on stderr. Importing this module imports nothing else."""


class CommandError(Exception):
    """Base of the errors that `cli.dispatch` prints. The text is one line: what failed, and what to do."""

    exit_code = 1
