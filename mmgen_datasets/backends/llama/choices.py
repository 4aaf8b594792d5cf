"""Which sequence a chat gets, from which one it takes its beginning, and what is evaluated next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mmgen_datasets.backends.llama.memory import BATCH, Stretch
from mmgen_datasets.backends.llama.model import Tokens
from mmgen_datasets.backends.llama.prompts import common
from mmgen_datasets.backends.llama.slot import Slot

_WORTH_WAITING = 32
"""Tokens; to evaluate fewer of them twice costs less than a place that is not used."""


def most_alike(slots: Iterable[Slot], tokens: Tokens) -> tuple[Slot, int]:
    """The slot whose evaluated tokens begin most like these, and how many do."""
    most = len(tokens) - 1  # the last one is evaluated in any case, for its logits
    shared = [(min(most, common(slot.held, tokens)), slot) for slot in slots]
    count, slot = max(shared, key=lambda pair: pair[0])
    return slot, count


def is_coming(busy: Iterable[Slot], tokens: Tokens, count: int) -> bool:
    """Whether a slot is about to have many more of these tokens than so many."""
    return any(
        common(slot.tokens, tokens) >= count + _WORTH_WAITING
        for slot in busy
        if slot.done < len(slot.tokens)
    )


def free_slot(slots: Iterable[Slot], donor: Slot | None) -> Slot:
    """The free slot not used for the longest time; the donor only if there is no other."""
    free = [slot for slot in slots if slot.talk is None]
    return min(free, key=lambda slot: (slot is donor, slot.turn))


def next_step(busy: Sequence[Slot]) -> list[tuple[Slot, Stretch]]:
    """What to evaluate: a token of each reply, and as much of the prompts as has room."""
    plan, room = [], BATCH
    # Those with the least left are the replies; then the prompts, in order of arrival.
    for slot in sorted(busy, key=lambda s: (len(s.tokens) - s.done > 1, s.turn)):
        tokens = slot.upcoming(room)
        if len(tokens):
            whole = slot.done + len(tokens) == len(slot.tokens)
            plan.append((slot, Stretch(slot.sequence, slot.done, tokens, whole)))
            room -= len(tokens)
    return plan
