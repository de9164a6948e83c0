"""Commands that install, configure and check."""
