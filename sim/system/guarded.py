"""Dask on this machine for one run: its scheduler and workers speak to nobody but the program that started them.

Whoever reaches a Dask scheduler can have any program run as its owner, and every user of a machine reaches its loopback
addresses. So each run makes a key and a certificate of its own, which live as long as it does and are on no command line; all
sides show the certificate to each other, and none serves web pages, which Dask does not guard.
"""

from __future__ import annotations

import logging
from typing import Any

import dask
from distributed import Nanny, Scheduler, SpecCluster, Worker
from distributed.security import Security


class _WithoutPages:
    """Part of a server of Dask's: its web pages stay shut, even those that it would serve without a dashboard."""

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Do not listen."""


class GuardedScheduler(_WithoutPages, Scheduler):
    """A scheduler that listens to its own workers and client alone."""


class GuardedWorker(_WithoutPages, Worker):
    """A worker that listens to its own scheduler and to its like alone."""


def guarded_cluster(workers: int, preload: list[str], scratch: str) -> SpecCluster:
    """A scheduler in this process and ``workers`` processes of one thread each, who refuse whoever lacks the run's certificate.

    ``preload``: modules that the workers import first; ``scratch``: a folder for them that nobody else may enter.
    """
    security = Security.temporary()
    common = {"host": "127.0.0.1", "protocol": "tls://", "security": security}
    options = {
        **common, "worker_class": GuardedWorker, "nthreads": 1, "memory_limit": 0, "preload": preload,
        "local_directory": scratch, "silence_logs": logging.CRITICAL,
    }  # fmt: skip
    with dask.config.set({"temporary-directory": scratch}):  # the scheduler's, which takes no other word for it
        return SpecCluster(
            workers={number: {"cls": Nanny, "options": options} for number in range(workers)},
            scheduler={"cls": GuardedScheduler, "options": {**common, "port": 0, "dashboard": False}},
            security=security,
            silence_logs=logging.CRITICAL,
        )
