"""Whether a thing is only compared with, or depicted on something."""

from __future__ import annotations

from mmgen_datasets.quality.reading.clauses import Clause, Words
from mmgen_datasets.quality.reading.cues import ALIKE, COMPARED, DEPICTING, VIEWS
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase

_NEAR = 4
_ON_SOMETHING = frozenset("has have had with wears holds hangs bears carries framed wall".split())
_MADE = frozenset("printed painted drawn embroidered carved engraved stitched sewn stamped".split())
"""How a thing gets onto another that shows it."""
_SHOWING = frozenset(
    "mug cup shirt t-shirt plate poster logo sign cover banner stamp card label sticker flag "
    "calendar painting towel cap emblem badge tattoo mural sweater jumper apron drawing necklace "
    "sketch".split()
)
_BEARS = frozenset("bears features depicts advertises tells warns announces says reads".split())
_SCREENS = frozenset("tv television screen monitor display".split())
_SHOWS = frozenset("shows show showing displays display displaying plays".split())


def is_compared(around: Clause, phrase: Phrase) -> bool:
    """Whether a thing stands for what another is like: "like a bear", "as big as a bus"."""
    before = around.before
    near = before[-_NEAR:]
    if phrase.amount and near[-1:] == ("than",):
        near = near[:-1]  # "more than three dogs"
    if not ALIKE.isdisjoint(before) or not COMPARED.isdisjoint(near):
        return True
    likes = [n for n, word in enumerate(before) if word == "like" or (word == "as" and n)]
    if likes and not _has_other_verb(before[likes[-1] + 1 :]):
        is_as = before[likes[-1]] == "as"
        return not is_as or "as" in before[: likes[-1]] or likes[-1] == len(before) - 1
    return around.after[:1] in (("like",), ("themed",))


def _has_other_verb(words: Words) -> bool:
    """Whether something else is told after a comparison: "... and carries a bag"."""
    return any(
        word == "and" and words[n + 1 : n + 2] and words[n + 1].endswith(("s", "ed"))
        for n, word in enumerate(words)
    )


def is_depicted(around: Clause, phrase: Phrase) -> bool:
    """Whether a thing is drawn, or shown on a screen, in the picture."""
    words, start = around.words, phrase.start
    for n in range(max(0, start - _NEAR), start):
        if words[n] in DEPICTING and words[n + 1 : start][:1] in _LINKS:
            is_view = words[n] in VIEWS and _ON_SOMETHING.isdisjoint([*words[:n], *around.after])
            return not is_view or any(look_up(words, k) for k in range(n))
    return _is_on_screen(around) or _is_shown(around)


def _is_shown(around: Clause) -> bool:
    """Whether it is printed on a thing, or what a thing shows: "a mug with a cat printed on it"."""
    before, after = around.before, around.after
    is_of = not {"with", "on", "of"}.isdisjoint(before[-3:])
    if not _MADE.isdisjoint(after[:3]) or (is_of and not _MADE.isdisjoint(before[-4:])):
        return True
    is_on_it = after[:2] == ("on", "it") and before[-1:] == ("has",)
    if (is_on_it or before[:1] == ("on",)) and not _SHOWING.isdisjoint(before):
        return is_on_it or (before[-2:-1] != () and before[-2] in _SHOWING - {"cover", "plate"})
    for n, word in enumerate(before[1:], 1):
        if before[n - 1] in _SHOWING and (word in _SHOWS or word in _BEARS):
            return True
        if before[n - 1] in ("logo", "emblem", "symbol") and before[n:] == ("is",):
            return True
    return False


_LINKS = (("of",), ("with",), ("showing",), ("depicting",))


def _is_on_screen(around: Clause) -> bool:
    before, after = around.before, around.after
    for n, word in enumerate(before):
        if word in _SCREENS and not _SHOWS.isdisjoint(before[n + 1 : n + 3]):
            return True
    for n, word in enumerate(after[:-1]):
        if word == "on" and (after[n + 1] in _SCREENS or after[n + 1 : n + 3] == ("the", "screen")):
            return True
    return False
