"""Names out of data as names of files, on any file system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping

_MAX_BYTES = 100
_UNUSABLE = re.compile(r'[<>:"/\\|?*]')
_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "123456789"),
}
"""What Windows takes for a device, with any ending."""


def safe_stem(name: str) -> str:
    """A name as one that every file system takes, neither hidden nor a path; never empty.

    Example:
        >>> safe_stem("../../etc/passwd"), safe_stem("NUL"), safe_stem("a b.c ")
        ('_.._etc_passwd', 'NUL_', 'a b.c')
    """
    text = "".join(
        "_" if unicodedata.category(letter).startswith("C") else letter
        for letter in unicodedata.normalize("NFC", name)
    )
    text = _UNUSABLE.sub("_", text).lstrip(". ")
    text = text.encode()[:_MAX_BYTES].decode(errors="ignore").rstrip(". ")
    head, dot, rest = text.partition(".")
    if head.rstrip().casefold() in _DEVICES:
        text = f"{head}_{dot}{rest}"
    return text or "_"


def distinct_stems(names: Collection[str], taken: Collection[str] = ()) -> Mapping[str, str]:
    """A safe stem for each of some names, no two the same where case does not count.

    A name that has to be changed, or that another is too like, gets a digest of itself; so the
    stem of a name does not depend on the order of the others.

    Args:
        names: as they are in the data.
        taken: stems that none may get.

    Example:
        >>> distinct_stems(["train", "Val", "val"])["train"]
        'train'
    """
    stems = {name: safe_stem(name) for name in names}
    alike = Counter(_folded(stem) for stem in stems.values()) + Counter(map(_folded, taken))
    return {
        name: stem if stem == name and alike[_folded(stem)] == 1 else f"{stem}-{_digest(name)}"
        for name, stem in stems.items()
    }


def _folded(stem: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
