"""Numbers of people who are not counted as people: "two women and a man", "a family of four"."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Said
from mmgen_datasets.quality.claims.elliptic import Stated
from mmgen_datasets.quality.reading.amounts import value
from mmgen_datasets.quality.reading.cues import POSSIBLE
from mmgen_datasets.quality.reading.mentions import Mention, read_mentions
from mmgen_datasets.quality.reading.sentences import worded

_COMPANIES = frozenset({"family", "party", "couple", "crew"})


def sums(answer: Said, claimed: set[tuple[int, int]]) -> Iterator[Stated]:
    """Read "two women and a man" as three people."""
    turn, text = answer
    people = [m for m in read_mentions(text) if "person" in m.kinds and (turn, m.start) in claimed]
    while people:
        joined = [people.pop(0)]
        while people and _is_joined(joined[-1], people[0]):
            joined.append(people.pop(0))
        numbers = [_number(m) for m in joined]
        after = joined[0].sentence.words[joined[0].phrase.end :]
        if after[:1] == (",",) and numbers[0] == sum(numbers[1:]):
            continue  # "two people, a man and a woman"
        if len(joined) > 1 and len({m.name for m in joined}) == len(joined) and all(numbers):
            last = joined[-1]
            end = last.sentence.tokens[last.phrase.end - 1].end
            start = text.rindex(joined[0].words, 0, joined[0].start + len(joined[0].words))
            [everyone] = read_mentions("people")
            yield Stated(text[start:end], everyone, sum(numbers), is_all=False)


def _number(mention: Mention) -> int:
    """How many there are exactly; 0 where that is not said, or not of ones not known before."""
    amount = mention.amount
    if amount:
        return amount.number if amount.bound == "exactly" and not amount.is_part else 0
    return 1 if mention.phrase.determiner in ("a", "an") else 0


def _is_joined(one: Mention, other: Mention) -> bool:
    between = one.sentence.words[one.phrase.end : other.phrase.start]
    return one.sentence == other.sentence and between in (("and",), (",",), (",", "and"))


def companies(answer: Said) -> Iterator[Stated]:
    """Read "a family of four" as four people."""
    text = answer.text
    for sentence in worded(text):
        words = sentence.words
        for n in range(len(words) - 2):
            number = value(words[n + 2])
            is_company = words[n] in _COMPANIES and words[n + 1] == "of" and number is not None
            if not is_company or not POSSIBLE.isdisjoint(words[:n]) or sentence.is_question:
                continue
            if not _is_counting(words[n + 3 : n + 4]):
                said = text[sentence.tokens[n].start : sentence.tokens[n + 2].end]
                [people] = read_mentions("people")
                yield Stated(said, people, number or 0, is_all=False)


def _is_counting(after: tuple[str, ...]) -> bool:
    """Whether a number is followed by what it counts: "a group of four horses"."""
    return bool(after) and after[0][0].isalpha() and after[0].endswith("s") and len(after[0]) > 4
