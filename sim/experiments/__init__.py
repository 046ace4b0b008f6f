"""Experiments: a question in a file, a design over what can be chosen and what is not known, and answers that are kept."""
