"""Files that a visitor chooses or drops, handed over piece by piece."""

from collections.abc import Callable
from typing import Any

import solara


@solara.component_vue("upload.vue")
def Upload(
    label: str,
    accept: str,
    limits: str,
    largest: int,
    event_begin: Callable[[dict[str, Any]], None] = lambda told: None,
    event_part: Callable[..., None] = lambda told, buffers=None: None,
) -> None:
    """Files chosen or dropped, handed over piece by piece."""
