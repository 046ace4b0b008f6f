"""A studio in a process of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

ENDING = 60
"""Seconds that a studio may take to end; a loaded machine is slow."""

ON_A_COPY = """
import os
from pathlib import Path
from sim.studio.server import assets
assets.folder = lambda: Path(os.environ["STUDIO_PROGRAMS"])
from sim.cli import main
main()
"""


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


def copy_programs(folder: Path) -> Path:
    """A copy of the programs that the studio's pages load: whatever is done to them, the installed ones stay."""
    from sim.studio.server import assets

    for program in assets.folder().iterdir():
        if program.name.startswith(("@widgetti", "requirejs")):
            shutil.copytree(program, folder / program.name)
    return folder


def start_on_copy(programs: Path, **environment: str) -> tuple[subprocess.Popen[str], str]:
    """A studio that hands out those programs, in an environment with these variables besides."""
    before = dict(os.environ)
    os.environ.update(environment, STUDIO_PROGRAMS=str(programs), SOLARA_ASSETS_PROXY_CACHE_DIR=str(programs))
    try:
        return start_studio(program=("-c", ON_A_COPY))
    finally:
        os.environ.clear()
        os.environ.update(before)


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder, with a digest of what is in it."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
