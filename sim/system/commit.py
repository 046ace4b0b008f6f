"""Which commit the program is of."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from importlib import metadata
from pathlib import Path


def commit() -> str:
    """Which commit this is: that of the checkout it runs from (``-dirty`` when something was changed since), or the one it was
    installed from; ``unknown`` where nothing says so."""
    root = Path(__file__).resolve().parents[2]
    with suppress(OSError, subprocess.SubprocessError):
        if (root / ".git").exists():
            asked = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
            return subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    with suppress(OSError, ValueError, LookupError, metadata.PackageNotFoundError):
        origin = metadata.distribution("loyalty-sim").read_text("direct_url.json") or "{}"
        return str(json.loads(origin)["vcs_info"]["commit_id"])[:12]
    return "unknown"
