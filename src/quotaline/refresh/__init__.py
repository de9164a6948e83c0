"""The writer: one refresh from the sources to the segments, in a process that no host waits for."""
