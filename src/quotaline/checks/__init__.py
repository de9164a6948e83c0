"""
What `quotaline doctor` looks at: one function a moving part.

They look and change nothing, ask no network, and may take their time: `rounds`
has the clock.
"""
