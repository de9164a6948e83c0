"""The commands that a host waits for: printing a segment, and the statusLine command of Claude Code."""
