"""
The checks of `quotaline doctor`, one function a part.

They change nothing and make no network request. A check may block: `runner` sets the time limit.
"""
