"""The commands that show numbers and their sources."""
