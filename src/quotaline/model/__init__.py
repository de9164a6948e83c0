"""Values and rules: usage, errors, merge, back-off. Pure: no clock, no files, no network."""
