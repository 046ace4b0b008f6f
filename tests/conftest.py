"""What all tests share."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from machine import need

# No deadline: the first call of a rule compiles it. On a build machine the examples are the same every time.
settings.register_profile("here", deadline=None)
settings.register_profile("build", deadline=None, derandomize=True)
settings.load_profile("build" if os.environ.get("CI") else "here")


# Most tests are of one setting; those of plausible worlds say in which they live.
os.environ["LOYALTY_WORLDS"] = "none"
# Classes that tests open are nobody's.
os.environ["LOYALTY_CLASSES"] = tempfile.mkdtemp(prefix="loyalty-classes-")

LONGEST = (
    "test_compare.py", "test_company.py", "test_tutorials.py", "test_store.py", "test_docs_site.py", "test_lessons_page.py",
    "test_explore.py", "test_evidence.py", "test_cluster.py", "test_agree.py", "test_live.py", "test_cli_running.py",
    "test_telecom.py", "test_every_page.py", "test_execution.py", "test_library.py", "test_reports.py", "test_door.py",
    "test_random_scenarios.py",
)  # fmt: skip
"""Files of which each takes as long as a hundred others: they go first, and the short ones even out the processes' ends."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def compiled_cache() -> Path:
    """The folder of compiled code, kept between tests and between runs.

    The tests never change ``LOYALTY_CACHE``. One that starts the program with another home folder passes this on under
    that name, so that nothing is compiled twice.
    """
    import numba

    import sim.model.rules  # noqa: F401 – sets the folder

    return Path(numba.config.CACHE_DIR).parents[1]


@pytest.fixture(scope="session")
def paper() -> None:
    """Reports as PDF can be made: WeasyPrint finds Pango."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        need("these tests need Pango: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0")
