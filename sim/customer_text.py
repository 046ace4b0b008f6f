"""The text of a customer file: decoded, and where it cannot be, a word about which byte and what to do."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sim.errors import Mistake


def squeezed(word: str) -> str:
    """``word`` with every run of white space made one space, and none at either end."""
    return " ".join(word.split())


def damaged(path: Path, kind: str, error: Exception) -> Mistake:
    """The mistake of a file whose ending promises ``kind`` and whose bytes are something else."""
    return Mistake(f"{path} is damaged, or is no {kind} file ({squeezed(str(error))[:200]}); save or download it again")


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text, line ends untouched; a byte-order mark of UTF-8 is no part of it.

    What goes wrong while it is read inside the ``with`` becomes a :class:`Mistake`: an unknown encoding, a byte that
    does not fit it, a damaged gzip file, a disk that fails.
    """
    try:
        "".encode(encoding)
    except LookupError:
        raise Mistake(f"{path}: '{encoding}' is no text encoding; write for example utf-8, latin-1 or cp1252") from None
    exact = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        with io.TextIOWrapper(_open_bytes(path), encoding=exact, newline="") as text:
            yield text
    except UnicodeDecodeError:
        raise _undecodable(path, encoding) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, "gzip", error) from None
    except OSError as error:
        raise Mistake(f"{path} cannot be read ({error.strerror}); check the disk and who may read the file") from None


def _open_bytes(path: Path) -> Any:
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else open(path, "rb")


def _undecodable(path: Path, encoding: str) -> Mistake:
    """Says which byte of the file is the first that does not fit ``encoding``."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read, line, marked = 0, 1, False
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
    remedy = "utf-16" if marked else "utf-8" if codecs.lookup(encoding).name != "utf-8" else "latin-1 or cp1252"
    return Mistake(
        f"{path}, line {line}: byte {place:,} of the file is not {encoding}, the encoding that was tried; "
        f"write encoding: {remedy} beside the file, or save it as UTF-8"
    )
