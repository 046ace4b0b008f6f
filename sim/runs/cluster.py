"""Workers elsewhere: blocks of replications on Dask, on processes of this machine or on a cluster's.

A worker is sent arrays and sends arrays back; it needs the program installed, and no file of the user's: the texts of mechanisms
from outside the package go with the policies, and are run there. People (with what
was read from the customer file) are sent once for each population, policies once for each block, being small when packed.
Workers that die have their blocks run again elsewhere, and every replication's numbers are the same wherever it is run.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import pickle
import platform
import signal
import threading
import time
import warnings
from concurrent import futures
from contextlib import ExitStack, suppress
from functools import lru_cache
from importlib import metadata
from ipaddress import ip_address
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pyarrow as arrow

from sim.engine.start import Ground
from sim.errors import Mistake
from sim.model.component import Model, builtin
from sim.model.population import Plan
from sim.model.rules import source_hash
from sim.runs.block import Block, Executor, load_compiled_code
from sim.runs.replication import Counted, Replicator, Task, lost

REACH, COME, LOOK = 10, 60, 5
"""Seconds within which a scheduler must answer, within which a worker must come, and between two counts of the workers."""
TAKE_PART = ("numba", "llvmlite", "numpy")
"""Libraries that take part in the numbers."""
CODEC = "zstd"
CANCELLED = (asyncio.CancelledError, futures.CancelledError)
"""What Dask raises for work of which nothing will come any more."""

Made = dict[str, str]
"""What a worker's numbers are made with: versions and a hash of the program's source."""


@lru_cache(maxsize=1)
def made_with() -> Made:
    """Versions of whatever takes part in the numbers, in this process."""
    versions = {name: metadata.version(name) for name in TAKE_PART}
    return {"program's source": source_hash(), "Python": platform.python_version(), **versions}


# ---- what goes over the wire


def packed(value: Any) -> bytes:
    """Any value, small."""
    raw = pickle.dumps(value, protocol=5)
    return len(raw).to_bytes(8, "little") + arrow.compress(raw, codec=CODEC, asbytes=True)


def unpacked(small: bytes) -> Any:
    """What :func:`packed` was given."""
    size = int.from_bytes(small[:8], "little")
    return pickle.loads(arrow.decompress(small[8:], decompressed_size=size, codec=CODEC, asbytes=True))


def _planes(tally: np.ndarray) -> bytes:
    """The bytes of whole numbers sorted by their weight: most of the heavy ones are zero, which packs well."""
    return np.ascontiguousarray(tally).view(np.uint8).reshape(-1, 8).T.tobytes()


def _from_planes(raw: bytes, shape: tuple[int, ...]) -> np.ndarray:
    return np.ascontiguousarray(np.frombuffer(raw, np.uint8).reshape(8, -1).T).view(np.int64).reshape(shape)


def shipped(counted: Counted) -> bytes:
    """What a block counted, small enough to be sent."""
    return packed(counted._replace(tally=(_planes(counted.tally), counted.tally.shape)))  # type: ignore[arg-type]


def received(small: bytes) -> Counted:
    """What :func:`shipped` was given."""
    counted = unpacked(small)
    return counted._replace(tally=_from_planes(*counted.tally))


# ---- on the worker


def dask_setup(worker: Any) -> None:
    """Called in each local worker when it starts: Ctrl-C is for the program that started it, who then ends it."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


_OWN = threading.local()


@lru_cache(maxsize=8)
def _policies(small: bytes) -> dict[str, Any]:
    return unpacked(small)


def replicated(plan: Plan, policies: bytes, task: Task) -> tuple[Made, bytes]:
    """Run a block on a worker; says what its numbers are made with."""
    if not hasattr(_OWN, "replicator"):
        _OWN.replicator, _OWN.last = Replicator(), (None, b"", None)
    if _OWN.last[0] is not plan or _OWN.last[1] != policies:
        _OWN.last = (plan, policies, Ground(plan=plan, **_policies(policies)))
    return made_with(), shipped(_OWN.replicator(_OWN.last[2], task))


# ---- here


class Cluster(Executor):
    """Dask's workers: ``workers`` processes of this machine with one thread each, or those of the scheduler at ``address``."""

    block_seconds, block_bytes = 0.5, 8 * 2**20

    def __init__(self, workers: int | None, address: str | None) -> None:
        super().__init__()
        self._people: dict[str, Any] = {}
        self._compiled: set[Model] = {builtin()} if address is None else set()
        self._sent: dict[int, tuple[Ground, Any, bytes]] = {}
        self._opened = ExitStack()
        self._seen = self._look_at = time.monotonic()
        for name in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is told in this program's words
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)  # once per population, on purpose
        try:
            client = self._remote(address) if address is not None else self._local(workers or 1)
            self._client = self._opened.enter_context(client)
            self._refuse_strangers()
        except BaseException:
            self.close()
            raise

    def _local(self, workers: int) -> Any:
        from distributed import Client

        from sim.system.guarded import guarded_cluster

        load_compiled_code()  # workers of this machine would otherwise all compile it at the same time
        scratch = self._opened.enter_context(TemporaryDirectory(prefix="loyalty-"))
        try:
            started = self._opened.enter_context(guarded_cluster(workers, ["sim.runs.cluster"], scratch))
            return Client(started, set_as_default=False)
        except (OSError, RuntimeError, MemoryError, TimeoutError) as fault:
            raise Mistake(f"workers: {workers} could not be started ({fault}); ask for fewer") from None

    def _remote(self, address: str) -> Any:
        from distributed import Client

        self.caution = _caution(address)
        try:
            client = Client(address, timeout=REACH, set_as_default=False, security=_security(address))
        except RuntimeError as fault:  # Dask's configuration asks for encryption, and the address does without
            raise Mistake(f"cluster: {fault}; begin the address with tls://") from None
        except (OSError, TimeoutError):
            raise Mistake(
                f"cluster: no Dask scheduler answers at '{address}' within {REACH} s; check the address, that "
                "'dask scheduler' runs there, and that both sides use tls:// and certificates of one authority, or neither"
            ) from None
        except (ValueError, TypeError) as fault:
            raise Mistake(f"cluster: '{address}' is no address ({fault}); write it as tcp://10.0.0.5:8786") from None
        try:
            client.wait_for_workers(1, timeout=COME)
        except TimeoutError:
            client.close()
            raise Mistake(
                f"cluster: the scheduler at '{address}' has no worker after {COME} s; start one with "
                f"'dask worker {address} --nthreads 1'"
            ) from None
        return client

    def close(self) -> None:
        """End the connection, and the workers when they were started here."""
        self._opened.close()

    def _refuse_strangers(self) -> None:
        """Refuse workers that would count with another program. Raises :class:`~sim.errors.Mistake`."""
        try:
            found = self._client.run(made_with)
        except Exception as fault:
            raise Mistake(
                f"cluster: the workers cannot run this program ({type(fault).__name__}: {fault}); install the same version "
                "of loyalty-sim on them"
            ) from None
        for worker, made in found.items():
            _refuse_stranger(made, f"the worker at {worker}")
        self.places = sum(self._client.nthreads().values())

    def _submit(self, block: Block) -> Any:
        ground = self.ground(block.scenario)
        self._compile_once(ground.model)
        people, policies = self._send(ground)
        return self._client.submit(replicated, people, policies, block.task, pure=False)

    def _compile_once(self, model: Model) -> None:
        """Have the week of a model compiled before workers of this machine, all at the same time, begin to."""
        if self._compiled and model not in self._compiled:
            load_compiled_code(model)
            self._compiled.add(model)

    def _send(self, ground: Ground) -> tuple[Any, bytes]:
        """The people (sent once for each population, kept by the scheduler) and the policies, packed."""
        if id(ground) not in self._sent:
            content = {name: value for name, value in vars(ground).items() if name != "plan"}
            self._sent[id(ground)] = (ground, self._population(packed(ground.plan)), packed(content))
            while len(self._sent) > max(2 * self.places + 2, self._held):
                del self._sent[next(iter(self._sent))]
        return self._sent[id(ground)][1:]

    def _population(self, small: bytes) -> Any:
        key = f"people-{hashlib.sha256(small).hexdigest()[:24]}"
        if key not in self._people:
            self._people[key] = self._client.submit(unpacked, small, key=key)
            while len(self._people) > 8:
                del self._people[next(iter(self._people))]
        return self._people[key]

    def _counted(self, future: Any, block: Block) -> Counted | None:
        from distributed.scheduler import KilledWorker

        try:  # a result that died with its worker is run again, and waited for
            made, small = future.result()
        except CANCELLED:
            self.stop("the scheduler was lost")
            return None
        except KilledWorker as fault:
            return lost(self.ground(block.scenario), block.task, f"each worker that ran it died ({fault})")
        _refuse_stranger(made, "a worker that came later")
        return received(small)

    def _overdue(self, under_way: list[Any]) -> list[Any]:
        """See whether there is still somebody to wait for, and how many."""
        if self._client.status != "running":
            self.stop("the scheduler was lost")
        elif time.monotonic() > self._look_at:
            self._look_at = time.monotonic() + LOOK
            self._count_workers()
        return super()._overdue(under_way)

    def _count_workers(self) -> None:
        now = sum(self._client.nthreads().values())
        self._seen = time.monotonic() if now else self._seen
        self.places = now or self.places
        if time.monotonic() - self._seen > COME:
            self.stop(f"there has been no worker for {COME} s")

    def _not_worth_waiting_for(self, under_way: list[Any]) -> list[Any]:
        self._drop(under_way)
        return under_way

    def _drop(self, under_way: list[Any]) -> None:
        if under_way and self._client.status == "running":
            self._client.cancel(under_way, force=True)


def _security(address: str) -> Any:
    """Certificates as Dask's configuration names them. Raises :class:`~sim.errors.Mistake` when they cannot be used."""
    from distributed.security import Security

    try:
        security = Security()
        context = security.get_connection_args("client")["ssl_context"]
    except (OSError, TypeError, ValueError) as fault:
        raise Mistake(
            f"cluster: the certificates that Dask's configuration names cannot be used ({fault}); mend what it says under "
            "distributed.comm.tls"
        ) from None
    if address.startswith("tls://") and context is None:
        raise Mistake(
            f"cluster: '{address}' asks for certificates, and Dask's configuration names none; set ca-file, client.cert and "
            "client.key under distributed.comm.tls"
        )
    return security


def _caution(address: str) -> str:
    """What to tell of an address that is beyond this machine and not encrypted; empty for others."""
    place = urlsplit(address if "://" in address else f"tcp://{address}")
    with suppress(ValueError):
        if place.hostname == "localhost" or ip_address(place.hostname or "").is_loopback:
            return ""
    if place.scheme != "tcp":
        return ""
    return (
        f"cluster: '{address}' is neither encrypted nor guarded: whoever reaches it can run any program on its workers; "
        "keep its network to yourself, or use tls://"
    )


def _refuse_stranger(made: Made, worker: str) -> None:
    """Raise :class:`~sim.errors.Mistake` for a worker whose numbers would be made with something else than here."""
    for what, here in made_with().items():
        if made.get(what) != here:
            raise Mistake(
                f"cluster: {worker} has {made.get(what)} as {what}, but here it is {here}: numbers would not be the same; "
                "install the same versions on both sides, from requirements.lock"
            )
