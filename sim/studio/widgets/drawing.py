"""What several pages draw with, in the browser: people as a crowd or a network, and how something went week by week."""

from __future__ import annotations

from pathlib import Path

DRAWN = {name: (Path(__file__).parent / f"{name}.vue").read_text(encoding="utf-8") for name in ("crowd", "course")}
"""Elements that a page's own template may use (its ``components``): ``<crowd>`` and ``<course>``."""
