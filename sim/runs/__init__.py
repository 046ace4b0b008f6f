"""Runs: replications, where they are run, what they counted, how they compare, and where that is kept."""
