"""Things that are said to be there, and elsewhere not to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from mmgen_datasets.hierarchy import broader
from mmgen_datasets.quality.case import Case, Exchanged, Fault
from mmgen_datasets.quality.claims.grounding import answer_sign, asks_for, claims, is_existential
from mmgen_datasets.quality.reading.cues import AUXILIARIES, FUNCTION, POSSIBLE, PREPOSITIONS, VIEWS
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.mentions import Mention, read_mentions
from mmgen_datasets.quality.reading.sentences import worded

_OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they"}
"""Possessive to the pronoun of the owner."""
_LOCATING = PREPOSITIONS - {"of", "like", "as", "than", "for", "with", "without", "about", "per"}
_NEVER_MIND = frozenset("other others else more another additional further second third".split())
_NO_MORE = frozenset({"but", "except", "else", "other"})
_THERE_IS = (("there", "is"), ("there", "'s"), ("see",))
_ANYWHERE = frozenset({"in the picture", "in the image", "in the scene", "in sight", "at all"})
_WHOLE = frozenset({"anywhere", "nowhere"})
_UTTERLY = frozenset({("at", "all"), ("of", "any")})
_ONLY_THERE = re.compile(
    r"^no, (?:there (?:is|are)|I (?:can )?see) (?:only|just|nothing but)\b", re.IGNORECASE
)
_HAVING = frozenset(
    "has have had wear wears wearing carry carries carrying hold holds holding bring brings".split()
)
_NOBODY = frozenset({"nobody", "none"})
_EVERYBODY = frozenset({"everyone", "everybody", "all", "each", "every"})
_SIDES = frozenset({"left", "right"})
_SEEN = VIEWS | {"scene", "sight", "view", "all"}


class _Denial(NamedTuple):
    turn: int
    words: str
    mention: Mention
    is_whole: bool
    """Whether the thing is nowhere in the picture."""
    places: frozenset[tuple[str, str]]
    """Where it is not: a preposition, and what follows it."""


def clashes(case: Case) -> Iterator[Fault]:
    """Find denials of what is claimed, and claims of what is denied."""
    claimed = claims(case)
    for denial in _denials(case):
        for claim in claimed:
            if claim.mention.sentence == denial.mention.sentence or not _are_same(
                denial.mention, claim.mention
            ):
                continue
            if denial.is_whole or _is_same_place(denial, claim.mention):
                late = max(
                    (denial.turn, denial.mention.start, denial.words),
                    (claim.turn, claim.mention.start, claim.words),
                )
                yield Fault(
                    late[0],
                    late[2],
                    f"says the contrary of {_other(late[2], denial, claim.words)!r}",
                )
                break


def _other(late: str, denial: _Denial, claimed: str) -> str:
    return claimed if late == denial.words else denial.words


def _denials(case: Case) -> Iterator[_Denial]:
    for exchanged in case.exchanges:
        turn, text = exchanged.answer
        for mention in read_mentions(text):
            after = mention.sentence.words[mention.phrase.end :][:2]
            if after[:1] == ("of",) and after[1:] != ("any",):
                continue  # "no bottle of beer" leaves others
            if mention.stance == "absent" and _NEVER_MIND.isdisjoint(mention.sentence.words):
                yield _denial(turn, mention.words, mention)
            elif _is_nobodys(mention):
                yield _Denial(turn, mention.words, mention, False, frozenset())
        yield from _nobody(turn, text)
        yield from _refused(exchanged)


def _is_nobodys(mention: Mention) -> bool:
    """Whether nobody is said to have it: "nobody wears a helmet"."""
    before = mention.sentence.words[: mention.phrase.start]
    is_said = not mention.sentence.is_question and POSSIBLE.isdisjoint(before)
    is_had = not _NOBODY.isdisjoint(before) and not _HAVING.isdisjoint(before)
    return is_said and is_had and not mention.phrase.is_definite and not _NO_MORE & {*before}


def _nobody(turn: int, text: str) -> Iterator[_Denial]:
    """Read "there is nobody in the picture"."""
    for sentence in worded(text):
        words = sentence.words
        for n, word in enumerate(words):
            if word == "nobody" and words[max(0, n - 2) : n] in _THERE_IS:
                rest = " ".join(words[n + 1 : n + 4])
                if not rest or rest in _ANYWHERE:
                    [people] = read_mentions("people")
                    said = text[sentence.tokens[n].start : sentence.tokens[n].end]
                    yield _Denial(turn, said, people, True, frozenset())


def _refused(exchanged: Exchanged) -> Iterator[_Denial]:
    """A plain no to "Is there a dog?", or one that tells what there is instead."""
    question, answer = exchanged
    is_all = _ONLY_THERE.search(answer.text) is not None
    if answer_sign(answer.text) is False and (is_all or is_existential(question.text)):
        for mention in asks_for(exchanged):
            words, start = mention.sentence.words, mention.phrase.start
            is_kind = words[start - 1 : start] == ("of",)  # "only one kind of animal"
            if not (mention.amount or mention.phrase.is_definite or is_kind):  # "two?" "No, three."
                denial = _denial(answer.turn, answer.text[:2], mention)
                yield denial._replace(is_whole=is_all or denial.is_whole)


def _denial(turn: int, words: str, mention: Mention) -> _Denial:
    places = _places(mention)
    said = mention.sentence.words
    is_whole = (
        not _WHOLE.isdisjoint(said)
        or not _UTTERLY.isdisjoint(pairwise(said))
        or (not places and _is_existential(mention))
    )
    return _Denial(turn, words, mention, is_whole, places)


def _is_existential(mention: Mention) -> bool:
    words, start = mention.sentence.words, mention.phrase.start
    before, after = words[max(0, start - 5) : start], words[mention.phrase.end :][:4]
    if "there" in before or not {"see", "show", "shows", "contain", "contains"}.isdisjoint(before):
        return True
    return not {"visible", "present", "shown", "seen", "there", "picture"}.isdisjoint(after)


def _places(mention: Mention) -> frozenset[tuple[str, str]]:
    """Where a thing is said to be, or not to be."""
    words = mention.sentence.words
    found = set()
    for n, word in enumerate(words):
        if word not in _LOCATING or mention.phrase.start <= n < mention.phrase.end:
            continue
        rest = [w for w in words[n + 1 : n + 5] if w[0].isalpha()]
        if rest[:1] == ["that"] and rest[1:2] and rest[1] in AUXILIARIES:
            continue  # "no bird around that would ..."
        names = [w for w in rest if w not in FUNCTION or w in _SIDES]
        if names and names[0] not in _SEEN:
            found.add((word, names[0]))
    if owner := _owner(mention):
        found.add(("of", owner))
    for word in words[mention.phrase.end :]:
        if word in ("his", "her"):
            found.add(("of", _OWNERS[word]))  # "there are no glasses on his face"
    return frozenset(found)


def _owner(mention: Mention) -> str | None:
    """Of whom it is told that they have a thing, or have none: "she has no umbrella"."""
    words, phrase = mention.sentence.words, mention.phrase
    if phrase.determiner in _OWNERS:
        return _OWNERS[phrase.determiner]
    before = words[: phrase.start]
    if _HAVING.isdisjoint(before):
        return None
    who = [word for word in before if word in ("he", "she", "they")]
    return who[-1] if who else _first_name(before)


def _first_name(before: tuple[str, ...]) -> str | None:
    """Whom a sentence begins with: "the dog has no collar"."""
    match = look_up(before, 1) if len(before) > 1 and before[0] == "the" else None
    return match[1].name if match and not match[1].is_plural else None


def _is_same_place(denial: _Denial, claim: Mention) -> bool:
    if not denial.places.isdisjoint(_places(claim)) or _is_of_all(denial.mention, claim):
        return True
    sides = _SIDES.intersection(denial.mention.sentence.words)
    return len(sides) == 1 and sides == _SIDES.intersection(claim.sentence.words)


def _is_of_all(denied: Mention, claimed: Mention) -> bool:
    """Whether nobody has what somebody has, or somebody has not what all have."""
    both = denied.sentence.words, claimed.sentence.words
    if any(_HAVING.isdisjoint(words) for words in both):
        return False
    is_nobody = not _NOBODY.isdisjoint(both[0][: denied.phrase.start])
    return is_nobody or not _EVERYBODY.isdisjoint(both[1][: claimed.phrase.start])


def _are_same(denied: Mention, claimed: Mention) -> bool:
    """Whether what is denied includes what is claimed: no dog, no terrier."""
    if denied.name == claimed.name:
        return True
    if denied.name not in denied.kinds and denied.name != "people":
        return False
    above = frozenset[str]().union(*(broader(kind) for kind in claimed.kinds))
    return denied.kinds == claimed.kinds or not denied.kinds.isdisjoint(above)
