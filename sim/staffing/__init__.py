"""How many people a telephone needs, hour by hour, to reach a target; which shifts cover them; what a plan then does."""
