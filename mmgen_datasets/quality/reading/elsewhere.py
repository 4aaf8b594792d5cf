"""Whether a thing is only spoken of: one that is loved, ordered, smelt, or was there before."""

from __future__ import annotations

from itertools import pairwise

from mmgen_datasets.quality.reading.amounts import is_quantity
from mmgen_datasets.quality.reading.clauses import Clause, Words
from mmgen_datasets.quality.reading.cues import (
    ADVERBS,
    DETERMINERS,
    FUNCTION,
    HABITS,
    HARD_BREAKS,
    NEGATIONS,
    SEEING,
)
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase

_MATTERS = frozenset(
    "fond of, afraid of, scared of, fan of, allergic to, tired of, expert on, "
    "interested in, crazy about, far from, away from, talk of, talks of, speaks of, memory of, "
    "memories of, history of, idea of, lack of, need of, search of, case of, typical of, typical "
    "for, booked on, warns of, eaten with, owner of, owners of, lover of, lovers of, instead of, "
    "risk of, fear of, sake of, care of".split(", ")
)
"""What leads to a thing that need not be near."""
_SENSED = frozenset(
    "size colour color shape patience strength taste smell sound sounds noise scent smells weight "
    "height grace speed length manner style way barking aroma flavour flavor hint air look "
    "elegance gait".split()
)
"""What a thing may lend to another, or reach us by from outside the picture."""
_BASES = frozenset(
    "close wear hold carry put set share enjoy keep cut wait watch fill line".split()
)
"""Verbs among the adverbs that may follow a name."""
_PARTICLES = (("on",), ("off",), ("out",), ("up",), ("at",), ("for",))
_OTHER_TIMES = frozenset(
    "yesterday ago formerly previously tomorrow nowadays traditionally worldwide invented "
    "domesticated originated evolved descended extinct century centuries forbidden banned "
    "prohibited forbids".split()
)
_TIMES = frozenset({("these", "days"), ("the", "past"), ("once", "had")})
_UNTIL = frozenset({"until", "till", "before", "whenever", "wherever"})
_GONE = frozenset({"left", "gone", "departed", "vanished", "disappeared"})
_DEGREES = frozenset({"just", "already", "all", "recently"})
_MISSED = frozenset({"forgot", "forgotten", "lost", "misses", "missed"})
_MODALS = frozenset({"may", "might", "could", "must"})
_AWAY = frozenset("outside elsewhere nearby somewhere around gone away".split())
_LOOKING = frozenset("look looks zoom zooms watch count counts see".split())
_ANYONE = frozenset({"one", "you"})
_DOING = frozenset("use uses need needs eat eats want get gets take takes".split())
_COMING = frozenset({"next", "nearest", "closest"})
_OF_OTHERS = frozenset({"my", "your", "our", "its"})
"""Whose things are in no picture, or parts of a thing: "its driver"."""
_LIVES = frozenset(
    "lives live owns own works work took take made built painted parked left set cooked uses use "
    "reads loves keeps sleeps cooks baked drew designed lived drives wrote grew".split()
)
"""What tells who somebody is, and not what he is seen to do."""


def is_elsewhere(around: Clause, phrase: Phrase) -> bool:
    """Whether a thing, or what becomes of it, is told of and not seen."""
    if phrase.determiner in _OF_OTHERS or _is_whoever(around, phrase):
        return True
    if _is_at_other_time(around, phrase) or _is_supposed(around) or _is_advised(around.words):
        return True
    if not _MISSED.isdisjoint(around.before[-1:]) or around.after[:2] == ("at", "home"):
        return True
    if not _MODALS.isdisjoint(around.after[:1]) and not _AWAY.isdisjoint(around.after[1:3]):
        return True
    if phrase.is_definite:
        return False
    return (
        _is_governed(around, phrase)
        or around.before[-1:] == ("what",)
        or any(a in _ANYONE and b in _DOING for a, b in pairwise(around.before))
        or (phrase.determiner == "any" and NEGATIONS.isdisjoint(around.before))
        or (phrase.is_bare and not phrase.sense.is_plural and around.before[-1:] == ("by",))
    )


def _is_supposed(around: Clause) -> bool:
    """Whether a condition stands anywhere in the sentence, but for "if one looks"."""
    words = around.words
    ifs = [n for n, word in enumerate(words) if word == "if"]
    return any(
        words[n - 1 : n] not in (("as",), ("even",)) and _LOOKING.isdisjoint(words[n + 1 : n + 4])
        for n in ifs
    )


def _is_whoever(around: Clause, phrase: Phrase) -> bool:
    """Whether somebody is known by what he has done: "the person who lives here"."""
    follows = around.words[phrase.end : phrase.end + 4]
    is_person = "person" in phrase.sense.kinds
    return is_person and follows[:1] in (("who",), ("that",)) and not _LIVES.isdisjoint(follows)


def _is_at_other_time(around: Clause, phrase: Phrase) -> bool:
    words, span, after = around.words, around.span, around.after
    if not _OTHER_TIMES.isdisjoint(span) or not _TIMES.isdisjoint(pairwise(span)):
        return True
    if phrase.determiner == "the" and not _COMING.isdisjoint(words[phrase.start : phrase.name]):
        return True
    if after[:1] in (("has",), ("have",)) and not _GONE.isdisjoint(after[1:3]):
        return set(after[1:3]) <= _GONE | _DEGREES or after[1] in _GONE
    leads = [n for n in range(phrase.start) if _leads(words, n)]
    if not leads or after[:1] in (("who",), ("that",), ("which",)):
        return False
    return not _is_ended(words[leads[-1] + 1 : phrase.start])


def _leads(words: Words, at: int) -> bool:
    """Whether a time or place that is none of the picture's begins: "until", "where there are"."""
    if words[at] in _UNTIL:
        return True
    follows = words[at + 1 : at + 4]
    if words[at] == "where":
        return at == 0 and follows[:2] in (("there", "are"), ("there", "is"))
    return words[at] == "time" and words[max(0, at - 2) : at] == ("by", "the")


def _is_ended(between: Words) -> bool:
    return "," in between or not HARD_BREAKS.isdisjoint(between)


def _is_governed(around: Clause, phrase: Phrase) -> bool:
    """Whether words before it speak of such a thing without there being one."""
    before = around.before
    near = before[-5:]
    if not HABITS.isdisjoint(before[-4:]) and SEEING.isdisjoint(before):
        return True
    pairs = {" ".join(pair) for pair in pairwise(near)}
    if (near[-1:] == ("about",) and not phrase.amount) or not _MATTERS.isdisjoint(pairs):
        return not _names_between(near)
    return near[-1:] == ("of",) and near[-2:-1] != () and near[-2] in _SENSED


def _names_between(words: Words) -> bool:
    """Whether another thing is named after "of": "the owner of the dog with a bag"."""
    at = max(
        (n for n, word in enumerate(words) if word in ("of", "to", "about", "from")), default=0
    )
    return any(look_up(words, n) for n in range(at + 1, len(words)))


def _is_advised(words: Words) -> bool:
    """Whether a sentence tells somebody what to do: "Close the bar of the chair"."""
    first = next((n for n, word in enumerate(words) if word[0].isalpha()), len(words))
    verb, then = words[first : first + 1], words[first + 1 : first + 3]
    if not verb or verb[0] in FUNCTION | ADVERBS - _BASES or look_up(words, first):
        return False
    if verb[0].endswith(("s", "ed", "ing", "ly")) or is_quantity(verb[0]):
        return False
    return not DETERMINERS.isdisjoint(then[:1] if then[:1] not in _PARTICLES else then[1:])
