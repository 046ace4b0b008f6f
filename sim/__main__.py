"""``python -m sim`` is the command ``loyalty``."""

from sim.cli import main

main()
