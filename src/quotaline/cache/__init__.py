"""The cache folder: where it is, what is in it, and how its files are read and written."""
