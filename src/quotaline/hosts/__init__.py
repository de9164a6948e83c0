"""
Who shows the segment: where each host's config is, what goes into it, and how that comes out again.

One file a host. All that change text are pure functions; `add` takes None for
a missing file, `remove` returns None for one that is to go.
"""
