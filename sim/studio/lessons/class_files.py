"""Classes kept in files, so that they outlive the studio's end; nobody else can read them, and they go when closed."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from sim.scenario.guided import Guess
from sim.studio.lessons.school_class import CODE, LASTS, Member, Room, Rooms
from sim.studio.visitor.house import HOUSE

FOLDER = "LOYALTY_CLASSES"
"""The variable of the environment that names the folder of classes."""


def folder() -> Path:
    """Where classes are kept: the folder that the environment names, else one in the user's own state."""
    named = os.environ.get(FOLDER, "").strip()
    state = os.environ.get("XDG_STATE_HOME", "").strip() or Path.home() / ".local" / "state"
    return Path(named) if named else Path(state) / "loyalty-sim" / "classes"


class ClassFiles:
    """A file for each class of the studio at this port. Where nothing can be written, classes end with the studio."""

    def read(self, code: str) -> Room | None:
        """The class with this code as it was when the studio ended; None when there is none, or its file is damaged."""
        if not CODE.fullmatch(code):
            return None
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            found = json.loads(_path(code).read_text(encoding="utf-8"))
            found["members"] = {visitor: Member(**member) for visitor, member in found["members"].items()}
            found["teachers"] = set(found["teachers"])
            room = Room(**found | {"guess": Guess.model_validate(found["guess"])})
            return room if time.time() - room.used <= LASTS and room.code == code else None
        return None

    def write(self, room: Room) -> None:
        """Keep a class as it is now."""
        said = asdict(room) | {"guess": room.guess.model_dump(), "teachers": sorted(room.teachers)}
        _put(_path(room.code), json.dumps(said).encode())

    def remove(self, code: str) -> None:
        """Forget a class."""
        with suppress(OSError):
            _path(code).unlink(missing_ok=True)


def signing_key() -> bytes:
    """What the visitors' passes are signed with: the one from before where a class goes on, or where whoever started the studio
    gave the same token as before; else a new one.

    Classes that nobody has used for long are removed.
    """
    place, own, known = folder() / f"key-{HOUSE.port}", HOUSE.own_token.encode(), b""
    with suppress(OSError):
        for path in folder().glob(f"{HOUSE.port}-*.json"):
            if not _fresh(path):
                path.unlink()
        if any(folder().glob(f"{HOUSE.port}-*.json")) or own and _fresh(place):
            known = place.read_bytes()
    if len(known) != 32:
        known = secrets.token_bytes(32)
        _put(place, known)
    return hmac.digest(known, own, "sha256") if own else known


def _fresh(path: Path) -> bool:
    return time.time() - path.stat().st_mtime <= LASTS


def _path(code: str) -> Path:
    return folder() / f"{HOUSE.port}-{code}.json"


def _put(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)


ROOMS = Rooms(kept=ClassFiles())
"""The classes of the studio that runs in this process."""
