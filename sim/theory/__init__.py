"""Closed forms: oracles for the tests and a tool for users."""
