"""Commands about what is going on: sessions."""
