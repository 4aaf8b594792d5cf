"""Words that say what somebody or something is without: "barefoot", "bald", "cloudless"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.contradiction.statement import is_doubted
from mmgen_datasets.quality.reading.sentences import Sentence, worded

_HEADGEAR = "hat hats cap caps helmet helmets beanie hood headscarf turban"
_SHOES = "shoe shoes boot boots sneakers sneaker sandals slippers trainers heels socks flip-flops"
WITHOUT = {
    "barefoot": _SHOES,
    "barefooted": _SHOES,
    "bareheaded": _HEADGEAR,
    "hatless": _HEADGEAR,
    "bald": "hair curls ponytail braid braids fringe",
    "shirtless": "shirt t-shirt jersey sweater blouse",
    "bare-chested": "shirt t-shirt jersey sweater blouse",
    "clean-shaven": "beard moustache mustache whiskers stubble",
    "beardless": "beard moustache mustache whiskers",
    "cloudless": "cloud clouds",
    "leafless": "leaves foliage",
    "treeless": "tree trees",
    "riderless": "rider",
    "unframed": "frame",
}
"""Word to those that cannot be said of the same."""
_PAIRS = {("feet", "bare"): _SHOES, ("bare", "feet"): _SHOES, ("bare", "head"): _HEADGEAR}
_HAS = frozenset("his her its the wears wearing wear has in with cover covers fill".split())
_OTHERS = frozenset(
    "left other others another somebody someone bag basket beside shelf next".split()
)
_SEXES = {"he": {"he", "his", "him", "man", "boy"}, "she": {"she", "her", "hers", "woman", "girl"}}


def clashes(case: Case) -> Iterator[Fault]:
    """Find what somebody has who is said to be without."""
    said = [
        (turn, text, sentence)
        for turn, text in case.answers
        for sentence in worded(text)
        if not sentence.is_question and _OTHERS.isdisjoint(sentence.words)
    ]
    for n, (turn, text, sentence) in enumerate(said):
        for word, at, names in _lacked(sentence):
            for m, (other_turn, other_text, other) in enumerate(said):
                if m == n or _speak_of_two(sentence, other):
                    continue
                found = next((k for k, w in enumerate(other.words) if w in names), None)
                if found is None or not _is_had(other, found):
                    continue
                if m > n:
                    words = _quote(other_text, other, found)
                    yield Fault(other_turn, words, f"says the contrary of {word!r}")
                else:
                    words = _quote(text, sentence, at)
                    yield Fault(turn, words, f"says the contrary of {other.words[found]!r}")


def _lacked(sentence: Sentence) -> Iterator[tuple[str, int, set[str]]]:
    words = sentence.words
    if is_doubted(words, 0, len(words)):
        return
    for n, word in enumerate(words):
        if word in WITHOUT:
            yield word, n, set(WITHOUT[word].split())
    for n, pair in enumerate(pairwise(words)):
        if pair in _PAIRS:
            yield " ".join(pair), n, set(_PAIRS[pair].split())


def _is_had(sentence: Sentence, at: int) -> bool:
    words = sentence.words
    return not _HAS.isdisjoint(words[max(0, at - 6) : at]) and not is_doubted(words, 0, at + 6)


def _speak_of_two(one: Sentence, other: Sentence) -> bool:
    """Whether one sentence speaks of him and the other of her."""
    first = {sex for sex, words in _SEXES.items() if words & set(one.words)}
    second = {sex for sex, words in _SEXES.items() if words & set(other.words)}
    return bool(first and second and not first & second)


def _quote(text: str, sentence: Sentence, at: int) -> str:
    token = sentence.tokens[at]
    return text[token.start : token.end]
