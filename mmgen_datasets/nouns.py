"""What a category is called in a sentence.

Regular English comes from `inflect`; the tables hold the words for what is not counted: it can
be present or absent, but has no number and is never called "the" one.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, NamedTuple

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
"""How a number is written in a sentence; the index is the number."""

_MASS = (
    "asparagus bread broccoli cabinetry candy cheese clothing coffee cream cutlery dairy equipment "
    "food footwear furniture fruit grass guacamole hair jewellery jewelry juice kitchenware "
    "luggage milk paper pasta popcorn powder rice sand seafood shellfish snow spray sushi swimwear "
    "tableware tape tea water wine"
)
_PLURAL = (
    "binoculars cattle clothes dice glasses goggles headphones jeans maracas pants pliers scissors "
    "shorts skis stairs sunglasses tights tongs trousers"
)
"""Pairs and the like: one box may hold one of them or two."""

_IN_PIECES = "banana cake carrot grape pizza salad sandwich"
"""What is boxed by the bunch, the slice or the whole, as it comes."""

_PEOPLE = "person man woman boy girl child baby"
"""Those whom nobody calls "it"."""

_SINGULAR = frozenset({"gas", "lens"})
"""Words in -s that inflect takes for plurals."""

_WRITTEN = {"tv": "TV", "christmas": "Christmas", "french": "French", "ipod": "iPod"}
_NO_NOUNS = frozenset({"personal care"})
"""Names of kinds that are no things."""
_LONGEST = 40


class Noun(NamedTuple):
    """The forms of a category's name."""

    one: str
    """``"dog"``; of what has no number the only form: ``"skis"``, ``"broccoli"``."""
    many: str
    a: str
    """One of unknown identity: ``"a dog"``, ``"broccoli"``, ``"skis"``."""
    any: str
    """The same in a question: ``"a dog"``, ``"any broccoli"``, ``"any skis"``."""
    be: str
    """The verb that goes with `a`: ``"is"`` or ``"are"``."""
    it: str
    """What stands for "the dog" in the next sentence: "it", but of people "the person" again."""
    has_no_number: bool
    """Whether the word has no singular and plural of its own."""
    is_counted: bool
    """Whether each box of it is one of it; only such things may be called "the dog"."""


@cache
def is_speakable(category: str) -> bool:
    """Whether a category's name can stand in a sentence.

    Digits and punctuation cannot, nor an "and" or "or" that would read as a list.
    """
    words = category.replace("_", " ").split()
    letters = "".join(words).replace("-", "").replace("'", "")
    is_plain = letters.isalpha() and not {"and", "or"} & {word.lower() for word in words}
    return is_plain and len(category) <= _LONGEST and category.lower() not in _NO_NOUNS


@cache
def noun(category: str) -> Noun:
    """Find the words for a category that is speakable.

    Example:
        >>> noun("wine_glass")
        Noun(one='wine glass', many='wine glasses', a='a wine glass', any='a wine glass', \
be='is', it='it', has_no_number=False, is_counted=True)
    """
    name = " ".join(_written(word) for word in category.replace("_", " ").split())
    kind = head(name).lower()
    if kind in _MASS.split() or _is_plural(kind):
        be = "is" if kind in _MASS.split() else "are"
        return Noun(name, name, name, f"any {name}", be, "it", has_no_number=True, is_counted=False)
    a, is_counted = _engine().a(name), kind not in _IN_PIECES.split()
    it = f"the {name}" if kind in _PEOPLE.split() else "it"
    return Noun(name, plural(name), a, a, "is", it, has_no_number=False, is_counted=is_counted)


def plain(name: str) -> str:
    """Undo what only distinguishes spellings of a name.

    Example:
        >>> plain("Fire_Hydrant"), plain("Squash (Plant)"), plain("(made of)Leather")
        ('fire hydrant', 'squash', '(made of)leather')
    """
    return " ".join(name.replace("_", " ").lower().partition(" (")[0].split())


def head(name: str) -> str:
    """The word of a name that says what kind of thing it is.

    Example:
        >>> head("wine glass"), head("chest of drawers")
        ('glass', 'chest')
    """
    return name.partition(" of ")[0].rpartition(" ")[2]


def counted(category: str, number: int) -> str:
    """Write a number of things, 0 to 10.

    Example:
        >>> counted("person", 2), counted("person", 1), counted("person", 0)
        ('two people', 'one person', 'no people')
    """
    name = noun(category)
    return f"{NUMBERS[number]} {name.one if number == 1 else name.many}"


def verb(number: int) -> str:
    """Say "is" of one thing and "are" of any other number."""
    return "is" if number == 1 else "are"


def plural(name: str) -> str:
    """Write the plural of a countable noun, of as many words as it has.

    Example:
        >>> plural("wine glass"), plural("person"), plural("TV")
        ('wine glasses', 'people', 'TVs')
    """
    if name.isupper() or name.endswith("burrito"):  # of which inflect makes "burritoes"
        return f"{name}s"
    return str(_engine().plural_noun(name))


def _written(word: str) -> str:
    """Undo capitals that only mark the start of a name; "DVD" and "X-ray" keep theirs."""
    lower = word.lower()
    return _WRITTEN.get(lower, lower if word[1:].islower() and word.isalpha() else word)


def _is_plural(word: str) -> bool:
    if word in _PLURAL.split():
        return True
    if not word.endswith("s") or word.endswith(("ss", "us", "is", "as")) or word in _SINGULAR:
        return False
    one = _engine().singular_noun(word)
    return bool(one) and _engine().plural_noun(one) == word


@cache
def _engine() -> Any:
    """Load inflect when a name first needs it: it takes half a second to import."""
    return importlib.import_module("inflect").engine()
