"""
Simulated days of a Claude Code user, and a judge of every line that quotaline printed.

Run `python -m simulation --days 1000 --seed 1` in tests/. Only `device` imports quotaline.
"""
