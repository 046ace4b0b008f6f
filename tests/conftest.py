"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from machine import need

# No deadline: the first call of a rule compiles it. On a build machine the examples are the same every time.
settings.register_profile("here", deadline=None)
settings.register_profile("build", deadline=None, derandomize=True)
settings.load_profile("build" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def compiled_cache() -> Path:
    """The folder of compiled code, kept between tests and between runs.

    The tests never change ``LOYALTY_CACHE``. One that starts the program with another home folder passes this on under
    that name, so that nothing is compiled twice.
    """
    import numba

    import sim.compiled  # noqa: F401 – sets the folder

    return Path(numba.config.CACHE_DIR).parents[1]


@pytest.fixture(scope="session")
def paper() -> None:
    """Reports as PDF can be made: WeasyPrint finds Pango."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        need("these tests need Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
