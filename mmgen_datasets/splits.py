"""What is wrong with the name of a split; `datasets` raises ValueError for all."""

from __future__ import annotations

import re

from mmgen_datasets.errors import UsageError

_UNKNOWN = re.compile(r"Unknown split ['\"](.*?)['\"]\. Should be one of \[(.*)\]")
_NOT_STREAMED = re.compile(r"Bad split: (.*)\. Available splits: \[(.*)\]")
_EMPTY = "corresponds to no data"
_NO_SPLIT = ("Unrecognized instruction format", "Split name should match", "Percent slice bound")


def split_error(source: str, split: object, error: ValueError) -> UsageError | None:
    r"""Translate what `datasets` says about a split.

    Args:
        source: that was to be loaded.
        split: as it was asked for, such as ``"train[:100]"``.
        error: what was raised.

    Returns:
        None where the error is about something else.

    Example:
        >>> told = "Unknown split \"test\". Should be one of ['train', 'validation']."
        >>> print(split_error("coco2017", "test[:9]", ValueError(told)))
        coco2017 has no split 'test'
          → choose from train, validation; a part of one is train[:100]
    """
    said = str(error)
    if unknown := _UNKNOWN.search(said):
        names = unknown[2].replace("'", "")
        part = f"; a part of one is {names.split(', ')[0]}[:100]"
        return UsageError(f"{source} has no split {unknown[1]!r}", f"choose from {names}{part}")
    if unknown := _NOT_STREAMED.search(said):
        names = unknown[2].replace("'", "")
        return UsageError(f"{source} has no split {unknown[1]!r} to stream", f"choose from {names}")
    if _EMPTY in said:
        return UsageError(f"{source}: the split {split!r} has no rows", "take another part of it")
    if any(words in said for words in _NO_SPLIT):
        return UsageError(
            f"{split!r} is not the name of a split of {source}, nor a part of one",
            "write it as train, train[:100], train[:10%] or train+validation",
        )
    return None
