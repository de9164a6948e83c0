"""The demo with a fake account, the gallery of states, and pictures of both."""
