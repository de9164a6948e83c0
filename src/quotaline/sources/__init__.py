"""The sources of readings, one module each. They do not import each other."""
