"""What the numbers mean for the user: how fast a limit is being used."""
