"""Pages a stranger can read."""
