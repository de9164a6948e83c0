"""The real Claude Code in an isolated world. Not part of the suite: see tests/README.md."""
