"""What the studio's pages are put together from."""
