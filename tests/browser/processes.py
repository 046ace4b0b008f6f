"""A studio in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def start_studio(*options: str, folder: Path | None = None) -> tuple[subprocess.Popen[str], str]:
    """A studio on a free port in a process of its own, and its address as it tells it."""
    command = [sys.executable, "-W", "ignore", "-m", "sim", "studio", "--no-browser", "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ), cwd=folder)
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"http://\S+", line)
        if found:
            return process, found[0]
    raise AssertionError(f"the studio did not start: exit code {process.wait()}")


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(20)
    finally:
        process.kill()
        process.communicate()
