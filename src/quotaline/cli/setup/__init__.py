"""The commands that install, configure and check quotaline."""
