"""Pickles of arrays, read without running anything that is in them.

A pickle may name any function to be called. Of those that MotionBERT's data and the like name, only
what makes NumPy arrays and numbers is allowed; everything else is refused by its name.
"""

from __future__ import annotations

import importlib
import pickle
from pathlib import Path
from typing import Any

from mmgen_datasets.errors import SourceError

_ALLOWED = {
    ("numpy", "dtype"): "numpy",
    ("numpy", "ndarray"): "numpy",
    ("numpy.core.multiarray", "_reconstruct"): "numpy._core.multiarray",
    ("numpy.core.multiarray", "scalar"): "numpy._core.multiarray",
    ("numpy._core.multiarray", "_reconstruct"): "numpy._core.multiarray",
    ("numpy._core.multiarray", "scalar"): "numpy._core.multiarray",
    ("numpy._core.numeric", "_frombuffer"): "numpy._core.numeric",
    ("numpy.core.numeric", "_frombuffer"): "numpy._core.numeric",
    ("_codecs", "encode"): "_codecs",
    ("collections", "OrderedDict"): "collections",
}
"""What a pickle may name, and where it stands in NumPy 2."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")
        return getattr(importlib.import_module(_ALLOWED[module, name]), name)


def read_pickle(path: Path) -> Any:
    """Read a pickle of arrays, numbers, texts, lists and dictionaries.

    Raises:
        SourceError: there is none, it is broken, or it names anything else.
    """
    try:
        with path.open("rb") as file:
            return _Unpickler(file, encoding="latin1").load()
    except pickle.UnpicklingError as error:
        raise SourceError(
            f"{path} is not read: {error}",
            "if it was written by joblib or holds other objects, load it where you trust it, and "
            "save its arrays by pickle.dump or numpy.savez",
        ) from error
    except (OSError, EOFError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise SourceError(f"{path} cannot be read: {error}", "give a whole pickle") from error
