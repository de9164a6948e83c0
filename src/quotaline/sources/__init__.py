"""Where readings come from, one file each. They do not know each other."""
