"""The text of a customer file: decoded, and where it cannot be, a word about which byte and what to do."""

from __future__ import annotations

import codecs
import errno
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sim.errors import Mistake

NO_TEXT = ("undefined", "punycode", "idna", "utf_7", "unicode_escape", "raw_unicode_escape")
"""Encodings of Python that no customer file is in: for names of computers and source code, or giving halves of characters."""
INFLATED, RATIO = 50_000_000, 25
"""Bytes that any gzip file may hold, and beyond these how many times its own size; tables are seldom packed to a tenth."""


def squeezed(word: str) -> str:
    """``word`` with every run of white space made one space, and none at either end."""
    return " ".join(word.split())


def shortened(words: str) -> str:
    """Somebody's words as a message quotes them: on one line, and not all of them when there are many."""
    text = squeezed(words[:1000]).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 60 else text[:60] + "…"


def damaged(path: Path, kind: str, error: Exception) -> Mistake:
    """The mistake of a file whose ending promises ``kind`` and whose bytes are something else."""
    return Mistake(f"{path} is damaged, or is no {kind} file ({squeezed(str(error))[:200]}); save or download it again")


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text, line ends untouched; a byte-order mark of UTF-8 is no part of it.

    What goes wrong while it is read inside the ``with`` becomes a :class:`Mistake`: an unknown encoding, a byte that
    does not fit it, a damaged gzip file or one that unpacks to far more than a table does, a disk that fails.
    """
    name = _codec(path, encoding).name
    exact = "utf-8-sig" if name == "utf-8" else name
    with _readable(path):
        try:
            with io.TextIOWrapper(_open_bytes(path), encoding=exact, newline="") as text:
                yield text
        except UnicodeError:  # read again to tell the place, and what goes wrong then is told, too
            raise _undecodable(path, encoding) from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, "gzip", error) from None
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> Mistake:
    """The mistake of a file that the machine does not give, with what to do about it."""
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return Mistake(f"{path} cannot be read (too many files are open); close some programs, or raise 'ulimit -n'")
    return Mistake(f"{path} cannot be read ({error.strerror or error}); check the disk and who may read the file")


def _codec(path: Path, encoding: str) -> codecs.CodecInfo:
    """The encoding of this name. Raises :class:`Mistake` when there is none, or it is not one of text."""
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    if found is None or found.name.replace("-", "_") in NO_TEXT or not getattr(found, "_is_text_encoding", True):
        raise Mistake(
            f"{path}: '{shortened(encoding)}' is no text encoding; write for example utf-8, latin-1 or cp1252"
        )
    return found


def _open_bytes(path: Path) -> Any:
    if not path.name.lower().endswith(".gz"):
        return open(path, "rb")
    return io.BufferedReader(_Unpacked(path))


class _Unpacked(io.RawIOBase):
    """The contents of a gzip file, up to a size that a table may have."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.GzipFile(path, "rb")
        self._path, self._left = path, INFLATED + RATIO * path.stat().st_size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise Mistake(
                f"{self._path} unpacks to more than {RATIO} times its size, which no table of customers does; "
                "unpack it, look at what is in it, and name the unpacked file"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _undecodable(path: Path, encoding: str) -> Mistake:
    """Says which byte of the file is the first that does not fit ``encoding``."""
    codec, read, line, marked, place = codecs.lookup(encoding), 0, 1, False, 0
    decoder = codecs.getincrementaldecoder(encoding)()
    with _open_bytes(path) as file:
        while True:
            chunk = file.read(1 << 20)
            marked = marked or (read == 0 and chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            read += len(chunk)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                place = read - len(error.object) + error.start
                line += error.object[: error.start].count(b"\n")
                break
            except UnicodeError:  # UTF-16 and UTF-32 without the mark that says which byte comes first
                break
            if not chunk:
                break
    remedy = "utf-16" if marked else "utf-8" if codec.name != "utf-8" else "latin-1 or cp1252"
    return Mistake(
        f"{path}, line {line}: byte {place:,} of the file is not {encoding}, the encoding that was tried; "
        f"write encoding: {remedy} beside the file, or save it as UTF-8"
    )
