"""The studio's server: its addresses, the gate before them, and what it takes on."""
