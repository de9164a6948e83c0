"""Rendering: the view of a moment, the line in a style or template, and the markup of each host. Pure."""
