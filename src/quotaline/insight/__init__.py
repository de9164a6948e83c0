"""What the numbers mean beyond themselves."""
