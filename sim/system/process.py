"""What is around the program and can keep it from running: closed or full outputs, too few open files, numba's settings.

Whatever of it a person can mend is said in a sentence. The rest is the program's own fault, is said to be, and is written
down in a file, so that it can be reported.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from sim.errors import Mistake, tell

NOBODY_READS, WRONG, FAULT, INTERRUPTED = 1, 2, 70, 130
"""Exit codes: the reader of the output has gone; something that the user can mend; the program's fault; Ctrl-C."""
LONGEST = 4_000
"""Letters of a sentence about a mistake; of a longer one, as about a column whose name is a megabyte, the middle is left out."""
TOO_MANY = (errno.EMFILE, errno.ENFILE)
"""Numbers of the refusal to open one more file."""
NOT_TEXT = "the name is not text in UTF-8, which is needed here; rename it, or choose another"
LIMITS = "memory (ulimit -v) and open files (ulimit -n)"


class Answers(io.TextIOWrapper):
    """Standard output. What cannot be written is told as what it is, wherever in the program it was to be said."""

    def write(self, words: str) -> int:
        """Write the words. Raises :class:`~sim.errors.Mistake` when there is no room for them."""
        with self._sentence():
            return super().write(words)

    def flush(self) -> None:
        """Hand over what was written. Raises :class:`~sim.errors.Mistake` when there is no room for it."""
        with self._sentence():
            super().flush()

    @contextmanager
    def _sentence(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise Mistake(
                f"the answer cannot be written to standard output ({fault.strerror}); send it elsewhere"
            ) from None


class Messages(io.TextIOWrapper):
    """Standard error. What cannot be told there can be told nowhere, and is no reason to stop."""

    def write(self, words: str) -> int:
        """Write the words if that is possible."""
        with suppress(OSError):
            super().write(words)
        return len(words)

    def flush(self) -> None:
        """Hand over what was written if that is possible."""
        with suppress(OSError):
            super().flush()


def open_streams() -> None:
    """Make standard output and error fit to be written to, whatever they are: closed, non-blocking, of an odd encoding."""
    for number in range(3):
        _open(number)
    sys.stdout, sys.stderr = _stream(sys.stdout, Answers), _stream(sys.stderr, Messages)


def _open(number: int) -> None:
    """Have this descriptor open, if only on nothing: the next file opened would get its number, and the program's words."""
    try:
        os.set_blocking(number, True)  # half an answer is none
    except OSError:
        with suppress(OSError):
            os.open(os.devnull, os.O_RDWR)


def _stream(old: Any, kind: type[io.TextIOWrapper]) -> TextIO:
    """The stream as one of ours; one that was closed swallows all that is written to it."""
    if old is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 – open as long as the program runs
    if not isinstance(old, io.TextIOWrapper) or isinstance(old, kind):
        return old
    # arrows and dashes must not fail where the terminal knows only ASCII
    return kind(
        old.buffer,
        _encoding(old.encoding),
        "replace",
        line_buffering=old.line_buffering,
        write_through=old.write_through,
    )


def _encoding(name: str) -> str:
    """This encoding, or UTF-8 for one in which no text can be written."""
    try:
        return name if "loyalty – →".encode(name, "replace").decode(name) else "utf-8"
    except (LookupError, UnicodeError):
        return "utf-8"


def ended(work: Callable[[], Any]) -> int:
    """Do the work, and give the exit code; whatever keeps it from being done is told in a sentence."""
    try:
        work()
        return 0
    except SystemExit as end:
        if isinstance(end.code, str):
            tell(end.code)
        return int(end.code or 0) if isinstance(end.code, int | None) else WRONG
    except BaseException as fault:
        return tell_fault(fault)


def tell_fault(fault: BaseException) -> int:
    """Tell what ended the program, and give the exit code for it."""
    if isinstance(fault, KeyboardInterrupt | BrokenPipeError):
        return INTERRUPTED if isinstance(fault, KeyboardInterrupt) else NOBODY_READS
    words = _to_be_mended(fault)
    tell(
        words
        or f"This is a fault of the program, not of what you asked of it: {_briefly(fault)}. {_written_down(fault)}"
    )
    return WRONG if words else FAULT


def _to_be_mended(fault: BaseException) -> str:
    """What a person can do something about, in a sentence; nothing where the program itself is at fault."""
    match fault:
        case Mistake():
            return sentence(fault)
        case MemoryError():
            return "There is not enough memory; ask for fewer replications, customers or threads, or raise ulimit -v"
        case ImportError() | OSError(errno=None):
            return f"The installation is not whole ({_briefly(fault)}); install the program again, or allow it more {LIMITS}"
        case UnicodeEncodeError(object=name) if not_text(name):
            return f"{name}: {NOT_TEXT}"
        case OSError():
            return _refusal(fault)
    return _not_started(fault)


def sentence(mistake: Mistake) -> str:
    """What to tell of a mistake: its own words, unless too many open files were taken for something worse on the way."""
    reason = mistake.__cause__ or mistake.__context__
    if isinstance(reason, OSError) and reason.errno in TOO_MANY:
        return _refusal(reason)
    words = str(mistake)
    return words if len(words) <= LONGEST else f"{words[: LONGEST // 2]} … {words[-LONGEST // 2 :]}"


def not_text(name: str) -> bool:
    """Whether a file's name has bytes that are no UTF-8, which Python keeps as lone surrogates."""
    return any("\ud800" <= letter <= "\udfff" for letter in name)


def _refusal(fault: OSError) -> str:
    """The machine's no, and what helps."""
    if fault.errno in TOO_MANY:
        return "Too many files are open at once: raise how many may be, with ulimit -n 1024, and try again"
    place = f"{fault.filename}: " if fault.filename is not None else ""
    return f"{place}the machine refuses ({fault.strerror}); mend that, and try again"


def _not_started(fault: BaseException) -> str:
    """Which library failed while it was imported, when libraries read their settings, and which these are; else nothing."""
    frames = [frame for frame, _ in traceback.walk_tb(fault.__traceback__) if frame.f_code.co_name == "<module>"]
    names = [str(frame.f_globals["__name__"]).partition(".")[0] for frame in frames]
    library = next((name for name in reversed(names) if name not in ("__main__", "sim")), "")
    found = sorted(name for name in os.environ if library and name.startswith(f"{library.upper()}_"))
    told = [name for name in found if os.environ[name] and os.environ[name] in str(fault)]
    settings = ", ".join(told or found) or "its settings"
    return f"{library} does not start ({_briefly(fault)}); mend or unset {settings}" if library else ""


def _briefly(fault: BaseException) -> str:
    return " ".join(f"{type(fault).__name__}: {fault}".split()).rstrip(".:")[:300]


def _written_down(fault: BaseException) -> str:
    """Write what happened into a file in the folder of temporary files, and say where."""
    try:
        handle, path = tempfile.mkstemp(".txt", "loyalty-fault-")
        with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines([f"{sys.argv}\n{sys.version}\n", *traceback.format_exception(fault)])
    except OSError:
        return "Please report it"
    return f"Please report it with {path}, where it is told in full"


def leave(code: int) -> None:
    """End the program with this code, or another when the last words cannot be written. Raises ``SystemExit``."""
    left = max(ended(sys.stdout.flush), code)
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError, Mistake):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)  # Python itself writes once more, and would tell of it
    sys.exit(left)


@contextmanager
def numba_starting() -> Iterator[None]:
    """Within it numba is imported, which reads its settings then. Raises :class:`~sim.errors.Mistake` on a wrong one."""
    trace = os.environ.get("NUMBA_CHROME_TRACE", "")  # once imported, numba would write it at the end whatever happens
    if trace and not _can_be_written(Path(trace)):
        raise Mistake(f"NUMBA_CHROME_TRACE is {trace}, which cannot be written; unset it")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Environment variable 'NUMBA", RuntimeWarning)
        try:
            yield
        except (ImportError, MemoryError, OSError):
            raise
        except Exception as fault:
            settings = sorted(name for name in os.environ if name.startswith("NUMBA_"))
            first = str(fault).partition("\n")[0].rstrip(".:")
            told = f"numba, which compiles the model, does not start: {first}"
            raise Mistake(f"{told}; mend or unset {', '.join(settings) or 'what .numba_config.yaml sets'}") from fault


def check_numba(config: Any, llvm: Any) -> None:
    """Refuse numba's settings with which the model cannot be compiled, or would not run.

    ``config`` and ``llvm`` are numba's and llvmlite's own. Raises :class:`~sim.errors.Mistake`.
    """
    if config.DISABLE_JIT:
        raise Mistake("NUMBA_DISABLE_JIT is set, but the model runs as compiled code only; unset it")
    for asked in (config.CPU_FEATURES or "").split(","):
        if asked.strip() and asked.strip()[0] not in "+-":
            raise Mistake(f"NUMBA_CPU_FEATURES is wrong: '{asked}' begins with neither + nor -; unset it")
        if asked.startswith("+") and not llvm.get_host_cpu_features().get(asked[1:], True):
            raise Mistake(f"NUMBA_CPU_FEATURES asks for {asked}, which this processor does not have; unset it")
    if config.CPU_FEATURES or config.CPU_NAME not in (None, "generic"):
        complaint = _complaint(llvm, config.CPU_NAME or "", config.CPU_FEATURES or "")
        if "not a recognized" in complaint:
            raise Mistake(f"NUMBA_CPU_NAME or NUMBA_CPU_FEATURES is wrong: {complaint.splitlines()[0]}; unset it")


def _can_be_written(path: Path) -> bool:
    """Whether a file can be opened there for writing: only trying tells, for the administrator is allowed all and can not all."""
    there = path.exists()
    try:
        path.open("ab").close()
        if not there:
            path.unlink()
    except (OSError, ValueError):
        return False
    return True


def _complaint(llvm: Any, processor: str, features: str) -> str:
    """What LLVM has against this processor. It says so on descriptor 2 alone, and with its every kernel again."""
    llvm.initialize_native_target()
    target, shown = llvm.Target.from_default_triple(), os.dup(2)
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8", errors="replace") as told:
        try:
            os.dup2(writing, 2)
            target.create_target_machine(cpu=processor, features=features)
        finally:
            os.dup2(shown, 2)
            os.close(shown)
            os.close(writing)
        return told.read()
