"""A mechanism's file while it is read: parsed, its imports looked at, and run as a module that only this text has."""

from __future__ import annotations

import ast
import builtins
import dis
import importlib
import inspect
import linecache
import sys
import traceback
import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import CodeType, ModuleType

from sim.errors import Mistake, nearest
from sim.model import random
from sim.model.component import MechanismFile, Part, builtin
from sim.model.rules import Rule
from sim.model.steps import Step
from sim.system.text import shown

ALLOWED = ("sim", "numpy", "__future__")
"""What a mechanism's file may import beside Python's own library."""
SOUND: set[str] = set()
"""The modules of files in which nothing was found wrong."""
NOT_PLAIN = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR | inspect.CO_COROUTINE
"""What the code of a step or rule is not."""


@lru_cache(maxsize=1)
def _streams_of_the_package() -> frozenset[str]:
    builtin()
    for more in ("initial_state", "network"):
        importlib.import_module(f"sim.model.{more}")
    return frozenset(random._streams.values())


def streams_of_the_package() -> set[str]:
    """The names of the streams of luck that the package draws from; to be asked before any file is run."""
    return set(_streams_of_the_package())


class Reading:
    """A mechanism's file while it is read. Raises :class:`~sim.errors.Mistake` when it is no Python."""

    def __init__(self, file: MechanismFile) -> None:
        self.file = file
        try:
            with warnings.catch_warnings(action="ignore"):
                self.tree = ast.parse(file.text, file.path)
        except SyntaxError as fault:
            raise self.mistake(f"this is no Python ({fault.msg})", fault.lineno or 1) from None
        except (ValueError, RecursionError, MemoryError) as fault:
            raise self.mistake(f"this is no Python ({fault})", 1) from None

    def mistake(self, what: str, line: int) -> Mistake:
        """The mistake at a line."""
        return Mistake(f"{shown(Path(self.file.path))}, line {line}: {what}")

    def wrong(self, what: str, name: str = "", word: object = None) -> Mistake:
        """The mistake in what the file calls ``name``, at the line where ``word`` stands in it."""
        return self.mistake(what, self._line_of(name, word))

    def _line_of(self, name: str, word: object) -> int:
        for statement in reversed(self.tree.body):
            if name in _names_given(statement):
                said = (node for node in ast.walk(statement) if word is not None and word in _said(node))
                return getattr(next(said, statement), "lineno", 1)
        return 1

    # ---- before it is run

    def refuse_name(self, others: Mapping[str, Part]) -> None:
        """Refuse a file whose name is none for a mechanism, or is taken."""
        name = self.file.name
        if not is_name(name) or name.startswith("_"):
            raise self.mistake(f"'{name}' is no name for a mechanism; call the file by small letters, digits and _", 1)
        if name in others:
            raise self.mistake(f"the model has a '{name}' already; give the file another name", 1)

    def _refuse_imports(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._imported(node.lineno, alias.name)
            elif isinstance(node, ast.ImportFrom):
                module = self._imported(node.lineno, "." * node.level + (node.module or ""))
                for alias in node.names:
                    self._refuse_missing(node.lineno, module, alias.name)

    def _imported(self, line: int, name: str) -> ModuleType:
        head = name.partition(".")[0]
        if head not in ALLOWED and head not in sys.stdlib_module_names:
            raise self.mistake(
                f"it imports {name}; a mechanism is one file, and imports from sim, numpy and Python's own library only",
                line,
            )
        try:
            return importlib.import_module(name)
        except ImportError:
            known = [each for each in (*sys.modules, *sys.stdlib_module_names) if each.partition(".")[0] == head]
            raise self.mistake(f"there is no module {name}{nearest(name, known)}", line) from None

    def _refuse_missing(self, line: int, module: ModuleType, name: str) -> None:
        if name == "*" or hasattr(module, name):
            return
        try:
            importlib.import_module(f"{module.__name__}.{name}")
        except ImportError:
            raise self.mistake(f"{module.__name__} has no '{name}'{nearest(name, dir(module))}", line) from None

    # ---- running it

    def run(self) -> ModuleType:
        """The file as a module; a text that is known to be sound is run once, wherever it lies.

        Raises :class:`~sim.errors.Mistake` when it fails.
        """
        name = self.file.module
        return sys.modules[name] if name in SOUND else self._run(name)

    def _run(self, name: str) -> ModuleType:
        self._refuse_imports()
        path, text = self.file.path, self.file.text
        linecache.cache[path] = len(text), None, text.splitlines(keepends=True), path  # whatever becomes of the file
        module = ModuleType(name)
        module.__file__ = path
        sys.modules[name] = module
        try:
            with warnings.catch_warnings(action="ignore"):
                exec(compile(self.tree, path, "exec"), module.__dict__)
            self._look_at_functions(module)
        except (Exception, SystemExit) as fault:
            del sys.modules[name]
            if isinstance(fault, Mistake):
                raise
            raise self.mistake(f"the file fails: {_told(fault, module)}", self._line_at(fault)) from fault
        return module

    def _line_at(self, fault: BaseException) -> int:
        frames = traceback.extract_tb(fault.__traceback__)
        return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == self.file.path), 1)

    def _look_at_functions(self, module: ModuleType) -> None:
        """Read the texts of steps now, for the file may change; and see that rules know every name that they use."""
        for thing in vars(module).values():
            if isinstance(thing, Step | Rule) and thing.__module__ == module.__name__:
                self._refuse_unless_plain(thing)
                if isinstance(thing, Step):
                    assert thing.first_line and thing.own is not None
                else:
                    self._refuse_unknown(thing)

    def _refuse_unless_plain(self, thing: Step | Rule) -> None:
        code: CodeType = thing.plain.__code__
        odd = code.co_flags & NOT_PLAIN or code.co_kwonlyargcount or code.co_freevars or thing.plain.__defaults__
        if odd or code.co_name == "<lambda>":
            what = f"{type(thing).__name__.lower()} {thing.__name__}"
            raise self.mistake(
                f"{what} must be a plain function of the file, without defaults or *", code.co_firstlineno
            )

    def _refuse_unknown(self, rule: Rule) -> None:
        known = [*rule.plain.__globals__, *dir(builtins)]
        used = (each for each in dis.get_instructions(rule.plain) if each.opname == "LOAD_GLOBAL")
        unknown = next((str(each.argval) for each in used if each.argval not in known), None)
        line = rule.plain.__code__.co_firstlineno
        if unknown is not None:
            near = nearest(unknown, [*rule.plain.__code__.co_varnames, *known])
            raise self.mistake(f"rule {rule.__name__} uses '{unknown}', which there is not{near}", line)
        if inspect.signature(rule.plain, eval_str=True).return_annotation not in (float, int, bool):
            raise self.mistake(f"rule {rule.__name__} must say what it gives: -> float, -> int or -> bool", line)

    # ---- luck

    def streams(self, taken: Collection[str]) -> set[str]:
        """The names of the streams of luck that the file makes. Raises :class:`~sim.errors.Mistake` for one that is taken."""
        for name, line in _streams_named(self.tree):
            if name in taken:
                raise self.mistake(f"there is a stream of luck '{name}' already; give this one another name", line)
        return {name for name, _ in _streams_named(self.tree)}


def is_name(word: object) -> bool:
    """Whether a word can be the name of a part, a column, a count, an event or a parameter."""
    return isinstance(word, str) and word.isidentifier() and word.isascii() and word == word.lower()


def _told(fault: BaseException, module: ModuleType) -> str:
    words = f"{type(fault).__name__}: {' '.join(str(fault).split())}"
    unknown = fault.name if isinstance(fault, NameError) else None
    return words + (nearest(unknown, [*vars(module), *dir(builtins)]) if unknown else "")


def _names_given(statement: ast.stmt) -> list[str]:
    """The names to which a statement of the file gives a value."""
    match statement:
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.ClassDef(name=name) | ast.FunctionDef(name=name):
            return [name]
    return []


def _said(node: ast.AST) -> tuple[object, ...]:
    """What a node names, or says as a constant."""
    return tuple(getattr(node, key, None) for key in ("id", "value", "arg"))


def _streams_named(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="stream") | ast.Attribute(attr="stream"), args=[ast.Constant(value=str(name))]
            ):
                yield name, node.lineno
