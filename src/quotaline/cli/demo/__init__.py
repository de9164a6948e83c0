"""The demo, the gallery of states, and pictures of both."""
