"""How fast the engines are, measured in one run: what is timed, against what, and the page that says so."""
