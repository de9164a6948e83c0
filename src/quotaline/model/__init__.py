"""Values and rules: usage, errors, merge, back-off. Pure: reads no clock, no file and no network."""
