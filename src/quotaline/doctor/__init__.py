"""
The checks of `quotaline doctor`, one function per part.

They change nothing and make no network request. A check may block: `runner` sets a time limit.
"""
