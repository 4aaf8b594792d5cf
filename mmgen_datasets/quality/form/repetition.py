"""Whether something is said again: a question, an answer, a sentence, or a loop of words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.reading.sentences import HIDDEN, WORD, sentences, unquoted, words

_LEAST_OF_ANSWER = 6
"""Words of an answer that may not come twice; "Yes." may."""
_LEAST_OF_SENTENCE = 3
_LEAST_OF_ITEM = 6
"""Words of a list's item that may not: "Colour: brown" may be true of two things."""
_TIMES = 3
_TIMES_OF_A_WORD = 5
"""How often in a row a stretch of words makes a loop; "very, very, very" is still emphasis."""
_LEAST_LINKED = 4
"""Words of a stretch whose last is taken to link it with the next, and may lack at the end."""
_LONGEST = 24
"""Words of a stretch, at most."""

_ITEM = re.compile(r"[-*+•|>#]|\d{1,2}[.)]\s")
_SPELLINGS = {"colour": "color", "colours": "colors", "grey": "gray", "what's": "what is"}
_TOKEN = re.compile(f"{WORD.pattern}|{HIDDEN}+")


class _Place(NamedTuple):
    start: int
    end: int


def find(case: Case) -> Iterator[Fault]:
    """Find questions, answers and sentences that come again, and words that go round."""
    found = [
        *_again(case.questions, 1, "asks the same question again"),
        *_again(case.answers, _LEAST_OF_ANSWER, "is the same answer again"),
    ]
    for said in [*case.questions, *case.answers]:
        found += [*_sentences_again(said), *_loops(said)]
    yield from sorted(found, key=lambda fault: fault.turn)


def _again(turns: Sequence[Said], least: int, problem: str) -> Iterator[Fault]:
    seen = set()
    for said in turns:
        key = _key(said.text)
        if key in seen:
            yield Fault(said.turn, said.text, problem)
        if len(key) >= least:
            seen.add(key)


def _sentences_again(said: Said) -> Iterator[Fault]:
    seen = set()
    text = unquoted(said.text)
    for sentence in sentences(said.text):
        if HIDDEN in text[sentence.start : sentence.end]:
            continue  # a refrain, or two signs that read alike
        key = _key(sentence.text)
        if key in seen:
            yield Fault(said.turn, sentence.text, "is said twice")
        if len(key) >= (_LEAST_OF_ITEM if _ITEM.match(sentence.text) else _LEAST_OF_SENTENCE):
            seen.add(key)


def _key(text: str) -> tuple[str, ...]:
    return tuple(_SPELLINGS.get(word, word) for word in words(text))


def _loops(said: Said) -> Iterator[Fault]:
    """Find stretches of words that come three times in a row, or more."""
    found = list(_TOKEN.finditer(unquoted(said.text).lower()))
    tokens = [one[0] if HIDDEN not in one[0] else str(one.span()) for one in found]
    begin = 0
    while loop := _first_loop(tokens, begin):
        start, end = found[loop.start].start(), found[loop.end - 1].end()
        yield Fault(said.turn, said.text[start:end], "goes round in a loop")
        begin = loop.end


def _first_loop(tokens: Sequence[str], begin: int) -> _Place | None:
    """The first run of tokens that each equal the one some fixed number before."""
    places = (
        _Place(at - period - run, at)
        for period in _periods(tokens[begin:])
        for at, run in _runs(tokens, begin + period, period)
        if _is_loop(tokens[at - period : at])
    )
    return min(places, default=None)


def _periods(tokens: Sequence[str]) -> list[int]:
    """How far back tokens come again; a loop has tokens that come again after its own length."""
    last: dict[str, int] = {}
    distances: Counter[int] = Counter()
    for at, token in enumerate(tokens):
        if token in last:
            distances[at - last[token]] += 1
        last[token] = at
    return [one for one, times in distances.items() if one <= _LONGEST and times >= _TIMES - 1]


def _runs(tokens: Sequence[str], begin: int, period: int) -> Iterator[tuple[int, int]]:
    """Where long enough runs end, and how many tokens of them equal those before."""
    least = period * ((_TIMES_OF_A_WORD if period == 1 else _TIMES) - 1)
    least -= period >= _LEAST_LINKED  # "red and blue and red and blue and red and blue"
    run = 0
    for at in range(begin, len(tokens) + 1):
        if at < len(tokens) and tokens[at] == tokens[at - period]:
            run += 1
            continue
        if run >= least:
            yield at, run
        run = 0


def _is_loop(stretch: Sequence[str]) -> bool:
    """Whether several words are not one and the same, which has a limit of its own."""
    return len(stretch) == 1 or len(set(stretch)) > 1
