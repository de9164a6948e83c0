"""What a segment says (text), in which colours (thresholds), and how each host wants it (markup)."""
