"""What a host waits for: printing a segment, and one run of the statusLine command."""
