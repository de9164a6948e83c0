"""Commands that show numbers and where they come from."""
