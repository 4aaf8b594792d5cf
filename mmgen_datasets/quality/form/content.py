"""The words of a text that say something, so that texts can be compared by them."""

from __future__ import annotations

from functools import lru_cache

from mmgen_datasets.quality.reading.sentences import singular, words

_FILLERS = frozenset(
    "a an the of in on at to is are was were be it its that this these those there here with "
    "and for by as from into he she they his her their what who where when why which how do "
    "does did can could some something someone somebody somewhere thing object item kind type "
    "sort certain way picture image photo scene shown seen visible see being has have had "
    "indeed one i you me your my so am will would please tell look like many much color "
    "colour".split()
)


def content(text: str) -> frozenset[str]:
    """The stems of the words of a text that say something, crude ones: "comes" is "com"."""
    return frozenset(map(stem, words(text))) - _STEMS_FILLERS


@lru_cache(8192)
def stem(word: str) -> str:
    """A crude stem: "breeds" and "breed" have one, and so have "arriving" and "arrives"."""
    word = singular(word.lower())
    for ending in ("s", "ing", "ed", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 1 and word[-2:] not in ("ss", "us"):
            word = word.removesuffix(ending)
    return word


_STEMS_FILLERS = frozenset(map(stem, _FILLERS)) | _FILLERS
