"""The model: the week, its rules, and what customers and companies do in it."""
