"""
The hosts that show the segment: where each one's config is, and how quotaline is added and removed.

One module per host. The functions that edit a config work on its text alone:
`add` takes None for a missing file, `remove` returns None if the file is to be deleted.
"""
