"""Inputs that nobody would think of, thrown at whatever reads what comes from outside."""
