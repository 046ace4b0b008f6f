"""Cells of a tutorial that are a terminal: what stands in one is run as it is, and what it says is held to the page."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "scenarios" / "data"


class Terminal:
    """A terminal in a folder of its own. ``said``: what the last cell printed."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.said = ""

    def terminal(self, line: str, cell: str) -> None:
        """Show what a terminal would, all at once; a command that fails, fails the page."""
        forced = ("FORCE_COLOR", "CLICOLOR_FORCE")  # a page is no terminal: no progress bar, no colours
        known = {name: value for name, value in os.environ.items() if name not in forced}
        known["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{known['PATH']}"
        known["DATA"] = str(DATA)
        done = subprocess.run(
            ["bash", "-ec", cell], cwd=self.folder.name, env=known, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.said = done.stdout
        if "quietly" not in line or done.returncode:
            print(self.said, end="")
        done.check_returncode()

    def shows(self, line: str, cell: str) -> None:
        """Fail the page unless the last cell printed each of these lines, however it broke them."""
        printed = " ".join(self.said.split())
        missing = [words for words in cell.splitlines() if words.strip() and " ".join(words.split()) not in printed]
        assert not missing, f"not said: {missing}"


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext terminal`` does."""
    one = Terminal()
    shell.register_magic_function(one.terminal, "cell", "terminal")
    shell.register_magic_function(one.shows, "cell", "shows")
