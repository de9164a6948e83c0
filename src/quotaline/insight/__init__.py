"""What the numbers mean over time. Pure, its database aside."""
