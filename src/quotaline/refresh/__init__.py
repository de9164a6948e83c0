"""The writer: a refresh reads the sources and writes the segments, in a process that no host waits for."""
