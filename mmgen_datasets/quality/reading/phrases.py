"""What belongs to the name of a thing: its determiner, adjectives and number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mmgen_datasets.nouns import noun
from mmgen_datasets.quality.reading.amounts import Amount, amount, is_quantity, value
from mmgen_datasets.quality.reading.cues import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DEFINITE,
    DETERMINERS,
    FUNCTION,
    HABITS,
    INDEFINITE,
    PREPOSITIONS,
)
from mmgen_datasets.quality.reading.lexicon import Sense, look_up
from mmgen_datasets.quality.reading.other_senses import (
    COLOURS_TOO,
    HEADS_IN_ING,
    HEADS_IN_S,
    VERBS_TOO,
)
from mmgen_datasets.quality.reading.sentences import Token
from mmgen_datasets.quality.reading.traits import DEGREES

_FOLLOWERS = FUNCTION | ADVERBS | {"and", "or"}
_MOST_ADJECTIVES = 5
_ROOMS = ("room", "rooms", "restroom")
_OF_KINDS = (("room",), ("restroom",), ("clothing",), ("clothes",))
_COPULAS = frozenset({"is", "are", "was", "were"})
"""What a question begins with that has its adjective after the name: "Is the dog brown?"."""
_BEFORE_BARE = PREPOSITIONS | CONJUNCTIONS | AUXILIARIES
_SUBJECTS = frozenset(
    "he she it who which that they i we you to can will could would may still also never".split()
)

_OBJECTS = frozenset("it them him us me itself himself".split())
_OF_THE_VIEWER = frozenset({("the", "camera"), ("the", "lens")})
"""What every picture is taken with, and none shows."""


class Phrase(NamedTuple):
    """A noun phrase around a known name, by the indices of its words."""

    start: int
    """Of its determiner, number or first adjective."""
    name: int
    end: int
    """After the last word of the name."""
    sense: Sense
    amount: Amount | None
    determiner: str
    """Empty where there is none."""

    @property
    def is_definite(self) -> bool:
        """Whether it speaks of what is known already: "the dog", "her dog"."""
        return self.determiner in DEFINITE

    @property
    def is_bare(self) -> bool:
        """Whether nothing says which or how many: "dogs"."""
        return not self.determiner and self.amount is None


def phrases(tokens: Sequence[Token]) -> list[Phrase]:
    """Find the noun phrases of things whose names are known.

    Example:
        >>> from mmgen_datasets.quality.reading.sentences import sentences
        >>> [s] = sentences("Two big dogs chase the bus driver")
        >>> [(p.start, p.end, p.sense.name) for p in phrases(s.tokens)]
        [(0, 3, 'dog')]
    """
    words = tuple(_word(token) for token in tokens)
    found: list[Phrase] = []
    for name, end, sense in _names(words):
        reach = found[-1].end if found else 0
        if sense.kinds and _is_thing(tokens, words, name, end, sense, reach):
            start, determiner = _start(words, name, reach)
            number = amount(words, start, name)
            is_order = number is not None and number.is_part
            if (
                number
                and number.number > 1
                and not (is_order or sense.is_plural or is_one_form(sense))
            ):
                number = None  # "a ten speed bike"
            if not _lacks_number(sense, words, name, determiner, number):
                found.append(Phrase(start, name, end, sense, number, determiner))
    return found


def is_one_form(sense: Sense) -> bool:
    """Whether one and many are called alike: "sheep"."""
    return noun(sense.name).many == sense.name


def _word(token: Token) -> str:
    """A number that is tied to a word counts no things: "a two-door car"."""
    return f"{token.word}-" if token.is_joined and is_quantity(token.word) else token.word


def _names(words: Sequence[str]) -> Iterator[tuple[int, int, Sense]]:
    at = 0
    while at < len(words):
        match = look_up(words, at)
        if match:
            yield at, at + match[0], match[1]
        at += match[0] if match else 1


def _is_thing(
    tokens: Sequence[Token], words: Sequence[str], name: int, end: int, sense: Sense, reach: int
) -> bool:
    if words[name - 1 : name + 1] in _OF_THE_VIEWER:
        return False
    if tokens[end - 1].is_joined or (name == reach and name and sense.is_plural):
        return False
    return not _is_modifier(words, name, end, sense) and not _is_verb(words, name, end)


def _is_modifier(words: Sequence[str], name: int, end: int, sense: Sense) -> bool:
    """Whether another noun follows, of which the name is only a part."""
    after = words[end] if end < len(words) else ""
    if sense.is_plural:  # "men's room"
        return after in _ROOMS or (after == "'s" and words[end + 1 : end + 2] in _OF_KINDS)
    if not after or not after[0].isalpha() or after in _FOLLOWERS:
        return False
    if look_up(words, end):
        return not after.endswith(("s", "ing"))
    if after.endswith("ing"):
        return after in HEADS_IN_ING and (not name or words[name - 1] in _BEFORE_BARE)
    if after.endswith("s"):
        return after in HEADS_IN_S
    return not after.endswith(("ed", "ly")) and not _COPULAS.intersection(words[: min(1, name)])


def _is_verb(words: Sequence[str], name: int, end: int) -> bool:
    if end - name > 1 or words[name] not in VERBS_TOO:
        return False
    before, after = words[name - 1] if name else "", words[end] if end < len(words) else ""
    if after in _OBJECTS or (after in DETERMINERS - {"that"} and before not in FUNCTION):
        return True  # "ties it", "either side watch their"
    return before in _SUBJECTS or before.endswith("ly") or (name > 0 and _ends_a_name(words, name))


def _ends_a_name(words: Sequence[str], at: int) -> bool:
    match = look_up(words, at - 1)
    return match is not None and bool(match[1].kinds) and not match[1].is_plural


def _start(words: Sequence[str], name: int, reach: int) -> tuple[int, str]:
    """Go back over adjectives and numbers to the determiner."""
    at = name
    while at > reach and name - at < _MOST_ADJECTIVES:
        before = words[at - 1]
        if before == "that" and look_up(words, name) and words[name].endswith("s"):
            break
        if before in DETERMINERS or (before in INDEFINITE and value(before) is None):
            return at - 1, before
        if at < name and is_quantity(words[at]):
            break
        if is_quantity(before):
            at -= 1
        elif not before[0].isalpha() or before in FUNCTION or _is_no_adjective(before):
            break
        else:
            at -= 1
    return (_number_start(words, at, name), "")


def _is_no_adjective(word: str) -> bool:
    """Whether a word looks like a verb or like the plural of a noun."""
    if word.endswith("s") and not word.endswith(("ss", "us", "sports", "is")):
        return True
    return word.endswith("ing") or word in HABITS


def _number_start(words: Sequence[str], at: int, name: int) -> int:
    """Without a determiner, a number begins the phrase, else the name: a verb may stand before."""
    return next((n for n in range(at, name) if is_quantity(words[n])), name)


def _lacks_number(
    sense: Sense, words: Sequence[str], name: int, determiner: str, number: Amount | None
) -> bool:
    """Whether a colour's name is no fruit for want of an article; nor is "a deep orange"."""
    if words[name] not in COLOURS_TOO or sense.is_plural:
        return False
    if not DEGREES.isdisjoint(words[max(0, name - 2) : name]):
        return True
    return determiner not in ("a", "an", "the", "each", "another", "no") and number is None
