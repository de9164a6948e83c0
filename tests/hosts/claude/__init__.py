"""The real Claude Code, hosted in a world of its own. Not part of the suite: see tests/README.md."""
