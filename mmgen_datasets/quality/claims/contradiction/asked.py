"""What answers say by taking up the words of a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mmgen_datasets.quality.case import Exchanged
from mmgen_datasets.quality.claims.contradiction.statement import (
    Statement,
    find_traits,
    is_doubted,
    quote,
)
from mmgen_datasets.quality.claims.contradiction.subjects import to_subject
from mmgen_datasets.quality.claims.grounding import answer_sign
from mmgen_datasets.quality.reading.sentences import worded
from mmgen_datasets.quality.reading.traits import DEGREES, OF_BEINGS, opposite

_ASKED = re.compile(
    r"(?:what|which) (?:colou?rs?|shade) (?:is|are) (.+)"
    r"|(?:where|(?:on )?(?:which|what) side) (?:is|are) (.+)"
    r"|what (?:is|are) (.+) doing"
)
_LEAD = frozenset("it is the they are 's a on to at in of its colour color both all".split())


def answered(exchanged: Exchanged) -> Iterator[Statement]:
    """Read "Black." as the colour that was asked for."""
    asked = worded(exchanged.question.text)[-1:]
    match = _ASKED.fullmatch(" ".join(asked[0].words)) if asked else None
    first = next(iter(worded(exchanged.answer.text)), None)
    if not match or not first:
        return
    subject = to_subject(tuple((match[1] or match[2] or match[3]).split()), None, None)
    family = "colour" if match[1] else "side" if match[2] else ""
    found = find_traits(first.words, 0, len(first.words), family)
    if match[3] and found and found.family not in OF_BEINGS:
        return
    if not subject or not found or is_doubted(first.words, 0, found.end):
        return
    if set(first.words[: found.start]) <= _LEAD | DEGREES | {subject.noun}:
        words = quote(exchanged.answer.text, first, found)
        yield Statement(exchanged.answer.turn, words, subject, "said", found.family, found.values)


def affirmed(exchanged: Exchanged) -> Iterator[Statement]:
    """Read "Yes" as what was asked for, and "No" as its opposite: "Is the dog asleep?"."""
    asked = worded(exchanged.question.text)[-1:]
    sign = answer_sign(exchanged.answer.text)
    if not asked or sign is None:
        return
    words = asked[0].words
    if words[0] in ("is", "are") and len(words) > 2 and "or" not in words:
        found = find_traits(words, 2, len(words))
        subject = found and to_subject(words[1 : found.start], None, None)
        if found and subject and found.end == len(words) and found.family != "side":
            values = found.values if sign else opposite(found.family, found.values)
            said = exchanged.answer.text[: len("yes" if sign else "no")]
            if values:
                yield Statement(exchanged.answer.turn, said, subject, "said", found.family, values)
