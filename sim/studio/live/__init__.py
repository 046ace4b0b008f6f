"""A market played live: the session, what the page's address asks of it, and its frames."""
