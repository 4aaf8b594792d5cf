"""Names to objects, imported when first asked for.

A table maps a name to an `Entry`: where the object stands (``"module:attribute"``), what it
is in a line, and the extra that installs what it needs. In the place of a name a user may
write ``"module:attribute"`` of an object of their own; no plug-in hook is needed.
"""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from mmgen_datasets.errors import MissingExtraError, UnknownNameError

_OWN = re.compile(r"[^\W\d][\w.]*:[^\W\d]\w*")


@dataclass(frozen=True)
class Entry:
    """A row of a table."""

    target: str
    """Where the object stands: ``"module:attribute"``."""
    summary: str
    """What it is, in a line, for listings."""
    extra: str | None = None
    """The extra of this package that installs what the module imports."""
    needs: tuple[str, ...] = ()
    """The packages of that extra that may be missing."""

    @property
    def missing(self) -> list[str]:
        """Those that are; nothing is imported to find out."""
        return [package for package in self.needs if find_spec(package) is None]

    @property
    def installation(self) -> str:
        """The command that installs them."""
        return f'pip install "mmgen-datasets[{self.extra}]"'


def is_own(name: str) -> bool:
    """Whether a name is written ``"module:attribute"``.

    Example:
        >>> is_own("math:sqrt"), is_own(":sqrt"), is_own("math")
        (True, False, False)
    """
    return _OWN.fullmatch(name) is not None


def resolve(kind: str, table: Mapping[str, Entry], name: str) -> Any:
    """Import what a name of a table, or ``"module:attribute"``, stands for.

    Args:
        kind: what the table holds, for messages: ``"backend"``.
        table: the rows to look in first.
        name: a key of the table, or ``"module:attribute"``.

    Raises:
        UnknownNameError: no row and no such module or attribute.
        MissingExtraError: the row's module needs a package that is not installed.

    Example:
        >>> resolve("function", {"root": Entry("math:sqrt", "a square root")}, "root")(9)
        3.0
    """
    entry = table.get(name)
    if entry is None and not is_own(name):
        raise UnknownNameError(f"no {kind} is called {name!r}", _suggestion(table, name))
    return _import(kind, name, entry or Entry(name, ""))


def _import(kind: str, name: str, entry: Entry) -> Any:
    module, _, attribute = entry.target.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if entry.extra is not None:
            raise MissingExtraError(
                f"the {kind} {name!r} needs {error.name!r}, which is not installed",
                f"run: {entry.installation}",
            ) from error
        raise UnknownNameError(
            f"the {kind} {name!r} cannot be imported: no module {error.name!r}",
            "write it as 'module:attribute', with the module on the Python path",
        ) from error
    if not hasattr(found, attribute):
        raise UnknownNameError(
            f"the {kind} {name!r} cannot be imported: {module} has no {attribute!r}",
            "write it as 'module:attribute'",
        )
    return getattr(found, attribute)


def _suggestion(table: Mapping[str, Entry], name: str) -> str:
    close = difflib.get_close_matches(name, table, n=1, cutoff=0.5)
    names = [repr(close[0])] if close else [repr(key) for key in table]
    return f"use {' or '.join(names)}, or 'module:attribute' for one of your own"
