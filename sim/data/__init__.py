"""Customer files: what is in them, what their columns mean, and the rows that cannot be used."""
