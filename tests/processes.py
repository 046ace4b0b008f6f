"""A studio in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

ENDING = 60
"""Seconds that a studio may take to end; a loaded machine is slow."""


def start_studio(
    *options: str, folder: Path | None = None, program: tuple[str, str] = ("-m", "sim")
) -> tuple[subprocess.Popen[str], str]:
    """A studio on a free port in a process of its own, and its address as it tells it; ``program`` is what runs it."""
    command = [sys.executable, "-W", "ignore", *program, "studio", "--no-browser", "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ), cwd=folder)
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        told.append(line)
        found = re.search(r"http://\S+", line)
        if found:
            threading.Thread(target=_passed_on, args=(process.stderr,), daemon=True).start()
            return process, found[0]
    raise AssertionError(f"the studio did not start: exit code {process.wait()}: {''.join(told)}")


def _passed_on(messages: IO[str]) -> None:
    """Tell what the studio tells: a pipe that nobody reads fills up, and then the studio would wait for ever."""
    with messages:
        for line in messages:
            sys.stderr.write(line)


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(ENDING)
    finally:
        process.kill()
        process.wait()
