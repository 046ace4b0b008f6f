"""Workers on this machine listen to nobody but the program that started them, tried as another user of the machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from worlds import busy

from sim import Mistake, run
from sim.runs import cluster
from sim.runs.cluster import _caution
from sim.runs.executor import Executor, executor, interruptible

pytest.importorskip("distributed")
pytest.importorskip("cryptography")

NOBODY = 65534
"""Another user, where the tests run as root; elsewhere it is the same user, without the certificate."""
SECRET = re.compile(rb"PRIVATE KEY|BEGIN CERTIFICATE")

INTRUDER = """
import asyncio, json, os, socket, ssl, sys
uid, ports, other, folder = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3], sys.argv[4]
from distributed import Client
from distributed.security import Security
from distributed.core import rpc
own = Security.temporary()
os.environ["TMPDIR"] = folder
if uid:
    os.setgroups([]), os.setgid(uid), os.setuid(uid)
    assert os.getuid() == uid

def speaks(address, security):
    async def asked():
        async with rpc(address, timeout=3, connection_args=security.get_connection_args("client")) as one:
            return await asyncio.wait_for(one.identity(), 3)
    try:
        return str(asyncio.run(asked()))
    except Exception:
        return ""

def ran(address, security):
    try:
        with Client(address, security=security, timeout=3, set_as_default=False) as client:
            return client.submit(os.getuid).result(timeout=3)
    except Exception:
        return None

def served(port):
    found = b""
    for wrap in (False, True):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=3) as plain:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                line = context.wrap_socket(plain) if wrap else plain
                line.sendall(b"GET /health HTTP/1.0\\r\\n\\r\\n")
                while more := line.recv(4096):
                    found += more
        except OSError:
            pass
    return found

def readable():
    found = []
    for top in (folder, "/tmp"):
        for place, _, names in os.walk(top):
            for name in names:
                if "dask" in place or "loyalty" in place:
                    try:
                        with open(os.path.join(place, name), "rb") as file:
                            if b"PRIVATE KEY" in file.read(100_000):
                                found.append(os.path.join(place, name))
                    except OSError:
                        pass
    return found

answers = {}
for port in ports:
    http = served(port)
    answers[port] = {
        "plain": speaks(f"tcp://127.0.0.1:{port}", Security()), "self-made": speaks(f"tls://127.0.0.1:{port}", own),
        "ran plain": ran(f"tcp://127.0.0.1:{port}", Security()), "ran": ran(f"tls://127.0.0.1:{port}", own),
        "http": http.decode("latin-1") if b"HTTP" in http else "",
    }
print(json.dumps({"answers": answers, "keys": readable()}))
"""
OWNER = """
import sys
from sim.runs.executor import executor
if __name__ == "__main__":
    with executor(workers=2) as place:
        print("ready", flush=True)
        sys.stdin.readline()
"""


def family(pid: int) -> list[int]:
    """A process and all that it started, and these."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def listening(pids: list[int]) -> set[tuple[str, int]]:
    """Addresses (as the kernel writes them) and ports at which these processes listen."""
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                inodes.add(os.readlink(link).removeprefix("socket:[").removesuffix("]"))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                host, port = fields[1].split(":")
                found.add((host, int(port, 16)))
    return found


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[int], Path]]:
    """A program with two workers, as processes, and the folder of its temporary files."""
    folder = tmp_path_factory.mktemp("owner")
    folder.chmod(0o777), folder.parent.chmod(0o755)
    (folder / "owner.py").write_text(OWNER)
    with subprocess.Popen(
        [sys.executable, str(folder / "owner.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(folder)},
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield family(process.pid), folder
            process.stdin.write("\n")
            process.stdin.close()
            assert process.wait(60) == 0 and not [file for file in folder.iterdir() if file.name != "owner.py"]
        finally:
            process.kill()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
def test_another_user_of_the_machine_is_refused_everywhere(owner: tuple[list[int], Path]) -> None:
    pids, folder = owner
    sockets = listening(pids)
    assert len(sockets) == 5, "a scheduler, two workers and those who mind them"
    assert {host for host, _ in sockets} == {"0100007F"}, "loopback only"
    uid = NOBODY if os.getuid() == 0 else 0
    words = [sys.executable, "-c", INTRUDER, str(uid), json.dumps([port for _, port in sockets]), "", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found["answers"]) == 5 and (found["keys"] == [] or uid == 0)
    for port, answers in found["answers"].items():
        assert not any(answers.values()) and answers["ran"] is None and answers["ran plain"] is None, (port, answers)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="reads /proc")
def test_no_secret_is_on_a_command_line_in_an_environment_or_a_file(owner: tuple[list[int], Path]) -> None:
    pids, folder = owner
    assert len(pids) >= 3
    for pid in pids:
        for name in ("cmdline", "environ"):
            assert not SECRET.search(Path(f"/proc/{pid}/{name}").read_bytes())
    assert not [file for file in folder.rglob("*") if file.is_file() and SECRET.search(file.read_bytes())]


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.5:8786", "10.0.0.5:8786", "tcp://login1:41234", "tcp://[2001:db8::1]:8786"]
)
def test_an_unguarded_address_elsewhere_is_told_once(address: str) -> None:
    place, told = Executor(), []
    place.caution = _caution(address)
    with interruptible(place, told.append):
        pass
    [words] = told
    assert address in words and "whoever reaches it can run any program" in words and "tls://" in words


@pytest.mark.parametrize(
    "address", ["tls://10.0.0.5:8786", "tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786", "pigeon://loft"]
)
def test_of_other_addresses_nothing_is_told(address: str) -> None:
    assert _caution(address) == ""


# ---- somebody else's cluster, with Dask's own certificates


CONFIGURED = ("scheduler", "worker", "client")


def certificate(folder: Path, name: str) -> tuple[str, str]:
    """Paths of a key and a certificate that signs itself."""
    from distributed.security import Security

    made = Security.temporary()
    paths = folder / f"{name}.key", folder / f"{name}.crt"
    paths[0].touch(mode=0o600)
    paths[0].write_text(made.tls_client_key)
    paths[1].write_text(made.tls_client_cert)
    return str(paths[0]), str(paths[1])


def configured(authority: str, key: str, shown: str) -> dict[str, object]:
    """Dask's configuration with these certificates."""
    under, files = "distributed.comm.tls", {"key": key, "cert": shown}
    roles = {f"{under}.{role}.{kind}": path for role in CONFIGURED for kind, path in files.items()}
    return {f"{under}.ca-file": authority} | roles


def test_a_cluster_with_dasks_own_certificates_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dask
    from test_cluster import machines

    key, shown = certificate(tmp_path, "own")
    other = certificate(tmp_path, "other")
    names = {"CA_FILE": shown} | {f"{role}__{kind}": path for role in ("SCHEDULER", "WORKER", "CLIENT")
                                  for kind, path in (("KEY", key), ("CERT", shown))}  # fmt: skip
    for name, path in names.items():
        monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{name}", path)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION", "true")
    monkeypatch.setattr(cluster, "REACH", 60)
    with machines(tmp_path, 1) as (address, _):
        assert address.startswith("tls://")
        with dask.config.set(configured(shown, key, shown)), executor(cluster=address) as place:
            assert place.caution == ""
            assert run(busy(), 4, 3, executor=place).digest == run(busy(), 4, 3).digest
        monkeypatch.setattr(cluster, "REACH", 5)
        with (
            dask.config.set(configured(other[1], *other)),
            pytest.raises(Mistake, match="certificates of one authority"),
        ):
            executor(cluster=address)
        with pytest.raises(Mistake, match="asks for certificates, and Dask's configuration names none"):
            executor(cluster=address)
        with pytest.raises(Mistake, match="no Dask scheduler answers"):
            executor(cluster=address.replace("tls", "tcp"))


def test_certificates_that_are_not_there_are_a_sentence(tmp_path: Path) -> None:
    import dask

    key, shown = certificate(tmp_path, "own")
    for missing in (
        configured("/no/where", key, shown),
        configured(shown, key, "/no/where"),
        configured(key, key, key),
    ):
        with dask.config.set(missing), pytest.raises(Mistake, match="certificates that Dask's configuration names"):
            executor(cluster="tls://127.0.0.1:1")


def test_encryption_that_is_asked_for_is_not_forgotten() -> None:
    import dask

    with (
        dask.config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(Mistake, match="encryption required .* begin the address with tls://"),
    ):
        executor(cluster="tcp://127.0.0.1:1")
