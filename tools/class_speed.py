"""How soon a class sees the outcome: the server's own share, measured by clients without a browser (``make studio-speed``).

A class is put into a file as if its members had guessed and their worlds had been run; each client opens its page over the
websocket that a browser would, a teacher's client clicks *Show the outcome to all*, and the time is taken until every member's
page has been told.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LESSON = "lessons/the_fee_trap"
TOLD, SHOW, YES = "The outcome is shown.", "Show the outcome to all", "Yes"


class Client:
    """A page of the studio, open over its websocket: what it is told is kept, and nothing is drawn."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._session, self._heard = socket, str(uuid.uuid4()), asyncio.Event()
        self.elements: dict[str, list[Any]] = {}
        self.bytes = 0

    async def say(self, kind: str, **content: Any) -> None:
        """Send a message as the pages do."""
        header = {
            "msg_type": kind,
            "msg_id": str(uuid.uuid4()),
            "session": self._session,
            "username": "",
            "version": "5.3",
        }
        about = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
            "channel": "shell",
        }
        await self._socket.send(json.dumps(about))

    async def open(self, path: str) -> None:
        """Draw the page at this address."""
        line = str(uuid.uuid4())
        await self.say("kernel_info_request")
        await self.say("comm_open", comm_id=line, target_name="solara.control", data={})
        await self.say("comm_msg", comm_id=line, data={"method": "run", "args": {"path": path, "dark": False}})

    async def listen(self) -> None:
        """Take up what elements there are and what they hold, for as long as the page is open."""
        async for message in self._socket:
            self.bytes += len(message)
            text = message if isinstance(message, str) else message[message.index(b"{") :].decode("utf-8", "replace")
            try:
                content = json.JSONDecoder().raw_decode(text)[0]["content"]
            except (ValueError, KeyError):
                continue
            state = (content.get("data") or {}).get("state") or {}
            if "children" in state:
                self.elements[content["comm_id"]] = state["children"]
                self._heard.set()

    async def sees(self, words: str) -> str:
        """The element that says something, once there is one."""
        while True:
            for name, children in self.elements.items():
                if words in children:
                    return name
            self._heard.clear()
            await self._heard.wait()

    async def click(self, words: str) -> None:
        """Click what says something."""
        name = await self.sees(words)
        await self.say("comm_msg", comm_id=name, data={"method": "custom", "content": {"event": "click", "data": {}}})


def put_class(folder: Path, port: int, members: int) -> tuple[str, dict[str, str]]:
    """A class whose members have guessed and run, in a file, and everybody's pass: the teacher's under ``teacher``."""
    from sim.scenario.whole import load
    from sim.studio.lessons.class_files import ClassFiles, signing_key
    from sim.studio.lessons.outcome import guess_needed
    from sim.studio.lessons.school_class import Rooms
    from sim.studio.server.passes import Passes
    from sim.studio.visitor.house import HOUSE

    os.environ["LOYALTY_CLASSES"], HOUSE.port = str(folder), port
    rooms, names = Rooms(kept=ClassFiles()), {f"{k:064x}": f"seat {k}" for k in range(members)}
    teacher = "f" * 64
    code = rooms.open(LESSON, guess_needed(load(Path("scenarios") / f"{LESSON}.yaml")), teacher)
    for k, who in enumerate(names):
        rooms.enter(code, who)
        rooms.commit(code, who, k % 3)
        rooms.arrive(code, who, -0.02 - 0.0007 * k)
    passes = Passes(time.time, signing_key())
    return code, {name: passes.given(who) for who, name in [*names.items(), (teacher, "teacher")]}


async def _measured(port: int, code: str, passes: dict[str, str]) -> tuple[float, float, float]:
    from websockets.asyncio.client import connect

    opened: dict[str, Client] = {}
    listening = []
    begin = time.perf_counter()
    for name, given in passes.items():
        way = f"ws://127.0.0.1:{port}/jupyter/api/kernels/{uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
        headers = {"Cookie": f"loyalty-studio-{port}={given}"}
        client = Client(await connect(way, additional_headers=headers, max_size=None, compression=None))
        opened[name] = client
        listening.append(asyncio.create_task(client.listen()))
        await client.open(f"lessons?class={code}")
    members = [client for name, client in opened.items() if name != "teacher"]
    said = f"{len(members)} of {len(members)} have guessed."
    await asyncio.gather(*(client.sees(said) for client in members))
    came = time.perf_counter() - begin
    await opened["teacher"].click(SHOW)
    await opened["teacher"].sees(YES)
    await asyncio.sleep(10)  # the film of both worlds is run meanwhile
    sent, begin = sum(client.bytes for client in members), time.perf_counter()
    await opened["teacher"].click(YES)
    await asyncio.gather(*(client.sees(TOLD) for client in members))
    seen = time.perf_counter() - begin
    await asyncio.sleep(1)
    size = (sum(client.bytes for client in members) - sent) / len(members)
    for task in listening:
        task.cancel()
    return came, seen, size


def reveal(members: int, port: int = 8799) -> tuple[float, float, float]:
    """Seconds until so many members' pages are open, seconds from the teacher's click until all are told the outcome, and bytes
    that this takes for each."""
    with TemporaryDirectory() as folder:
        code, passes = put_class(Path(folder), port, members)
        command = [sys.executable, "-m", "sim", "studio", "--no-browser", "--port", str(port)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            assert "loyalty studio" in process.stderr.readline()
            return asyncio.run(asyncio.wait_for(_measured(port, code, passes), 300))
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    for count in map(int, sys.argv[1:] or ("12", "60")):
        came, seen, size = reveal(count)
        told = f"outcome seen by all {seen:.2f} s after the click; {size / 1e3:.0f} kB each"
        print(f"{count} members: all in after {came:.1f} s; {told}")
