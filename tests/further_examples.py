"""Further worked examples of steps."""

FURTHER: dict[str, tuple] = {}
