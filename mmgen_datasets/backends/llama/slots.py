"""Chats that are answered together: who waits, who has a sequence, what the next step evaluates.

A chat gets a free sequence, which first takes over from another one, busy or not, the longest
beginning that the two have in common; only the rest is evaluated. A chat whose beginning is
just being evaluated waits for that. A finished chat leaves the tokens of its prompt behind, for
the next ones, until its sequence or its cells are needed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mmgen_datasets.backends.llama.memory import BATCH, LlamaMemory, Stretch
from mmgen_datasets.backends.llama.model import LlamaModel, Tokens
from mmgen_datasets.backends.llama.prefixes import SHORTEST, PrefixStore
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.backends.local.writing import Writing
from mmgen_datasets.errors import MMGenError, RowError, StopError

_NOTHING = np.empty(0, np.int32)
_WORTH_WAITING = 32
"""Tokens; to evaluate fewer of them twice costs less than a place that is not used."""


@dataclass(frozen=True, eq=False)
class _Chat:
    """A chat and as much of its reply as is written."""

    ask: Ask
    prompt: Tokens
    writing: Writing

    @property
    def tokens(self) -> Tokens:
        """All that has to be evaluated before the next token can be drawn."""
        return np.concatenate([self.prompt, np.array(self.writing.tokens, np.int32)])


@dataclass(eq=False)
class _Slot:
    """A sequence."""

    sequence: int
    chat: _Chat | None = None
    tokens: Tokens = field(default_factory=lambda: _NOTHING)
    """Of the chat that it has, or of the prompt that it remembers."""
    done: int = 0
    """How many of them are evaluated."""
    turn: int = 0
    """When it was given to its chat, or that one finished."""

    @property
    def held(self) -> Tokens:
        return self.tokens[: self.done]


class Slots:
    """Answers chats with one model and one memory.

    Args:
        model: that answers.
        memory: with a sequence more than there may be chats at once.
        num_slots: how many chats are answered at once.
        context: the longest chat with its reply, in tokens.
        store: where shared beginnings are kept; None for nowhere.
    """

    def __init__(
        self,
        model: LlamaModel,
        memory: LlamaMemory,
        *,
        num_slots: int,
        context: int,
        store: PrefixStore | None,
    ) -> None:
        self.evaluated = 0
        self.written = 0
        self._model = model
        self._memory = memory
        self._context = context
        self._store = store
        self._slots = [_Slot(number) for number in range(num_slots)]
        self._spare = num_slots  # a sequence that no chat gets
        self._most = num_slots  # chats at once; fewer after the pool was full
        self._waiting: deque[_Chat] = deque()
        self._turn = 0
        self._known: list[Tokens] = []  # beginnings that need not be written down

    def close(self) -> None:
        """Free the memory, then the model."""
        self._memory.close()
        self._model.close()

    def add(self, ask: Ask) -> None:
        """Take a chat in; one that cannot be answered is settled at once."""
        try:
            prompt = self._model.prompt(ask.request.chat)
            room = self._context - len(prompt)
            if not len(prompt):
                raise RowError("the chat is empty")
            if room <= 0:
                raise RowError(
                    f"the chat has {len(prompt):,} tokens, and the context holds"
                    f" {self._context:,} with the reply",
                    "set a larger context, or give the recipe fewer examples",
                )
            self._waiting.append(_Chat(ask, prompt, Writing(ask.request, room, self._model)))
        except MMGenError as error:
            ask.settle(error)

    def step(self) -> bool:
        """Go a little further with all chats; returns whether any is left."""
        self._drop_the_abandoned()
        self._admit()
        plan = self._plan()
        if plan:
            logits = self._memory.extend([stretch for _, stretch in plan])
            if logits is None:
                self._make_room()
            else:
                self._go_on(plan, logits)
        return bool(self._waiting or self._busy())

    def _busy(self) -> list[_Slot]:
        return [slot for slot in self._slots if slot.chat]

    def _drop_the_abandoned(self) -> None:
        for slot in self._busy():
            if slot.chat and slot.chat.ask.is_over:
                self._release(slot)
        self._waiting = deque(chat for chat in self._waiting if not chat.ask.is_over)

    # Admission

    def _admit(self) -> None:
        later: deque[_Chat] = deque()
        while self._waiting and len(self._busy()) < self._most:
            chat = self._waiting.popleft()
            if not self._place(chat):
                later.append(chat)
        self._waiting.extendleft(reversed(later))

    def _place(self, chat: _Chat) -> bool:
        """Give a chat a sequence, unless what it begins with is just being evaluated."""
        tokens = chat.tokens
        donor, count = self._donor(tokens)
        if any(
            _common(slot.tokens, tokens) >= count + _WORTH_WAITING
            for slot in self._busy()
            if slot.done < len(slot.tokens)
        ):
            return False
        slot = self._free_slot(donor)
        if slot is donor:
            self._memory.forget(slot.sequence, count)
            slot.done = count
        else:
            self._clear(slot)
            if not self._read(slot, tokens, count) and donor:
                self._memory.share(donor.sequence, slot.sequence, count)
                slot.done = count
                self._keep(donor, count)
        self._turn += 1
        slot.chat, slot.tokens, slot.turn = chat, tokens, self._turn
        return True

    def _donor(self, tokens: Tokens) -> tuple[_Slot | None, int]:
        """The slot whose evaluated tokens begin most like these, and how many do."""
        if not self._model.can_share:
            return None, 0
        most = len(tokens) - 1  # the last one is evaluated in any case, for its logits
        shared = [(min(most, _common(slot.held, tokens)), slot) for slot in self._slots]
        count, slot = max(shared, key=lambda pair: pair[0])
        return slot, count

    def _free_slot(self, donor: _Slot | None) -> _Slot:
        """The slot not used for the longest time; the donor only if there is no other."""
        free = [slot for slot in self._slots if slot.chat is None]
        return min(free, key=lambda slot: (slot is donor, slot.turn))

    # Beginnings on disk

    def _read(self, slot: _Slot, tokens: Tokens, count: int) -> bool:
        """Fill a slot from a file, where that holds far more than can be shared."""
        if self._store is None or count >= SHORTEST:
            return False
        found = self._store.find(tokens, longer_than=SHORTEST - 1)
        if not found or not self._store.read(self._memory, slot.sequence, *found):
            return False
        slot.done = found[0]
        self._known.append(tokens[: slot.done])
        return True

    def _keep(self, donor: _Slot, count: int) -> None:
        """Write down what this chat and those that wait have in common with the donor."""
        if self._store is None or count < SHORTEST:
            return
        tokens = donor.tokens[:count]
        if any(_common(known, tokens) > count * 3 // 4 for known in self._known):
            return
        lengths = [_common(tokens, chat.prompt) for chat in self._waiting]
        tokens = tokens[: min([count, *(length for length in lengths if length >= SHORTEST)])]
        self._known.append(tokens)
        self._memory.share(donor.sequence, self._spare, len(tokens))
        self._store.keep(self._memory, self._spare, tokens)
        self._memory.forget(self._spare)

    # A step

    def _plan(self) -> list[tuple[_Slot, Stretch]]:
        """What to evaluate: a token of each reply, and as much of the prompts as has room."""
        plan, room = [], BATCH
        # Those with the least left are the replies; then the prompts, in order of arrival.
        for slot in sorted(self._busy(), key=lambda s: (len(s.tokens) - s.done > 1, s.turn)):
            tokens = slot.tokens[slot.done : slot.done + room]
            if len(tokens):
                whole = slot.done + len(tokens) == len(slot.tokens)
                plan.append((slot, Stretch(slot.sequence, slot.done, tokens, whole)))
                room -= len(tokens)
        return plan

    def _go_on(self, plan: list[tuple[_Slot, Stretch]], logits: npt.NDArray[np.float32]) -> None:
        rows = iter(logits)
        for slot, stretch in plan:
            slot.done += len(stretch.tokens)
            self.evaluated += len(stretch.tokens)
            if stretch.wants_logits:
                self._write(slot, next(rows))

    def _write(self, slot: _Slot, logits: npt.NDArray[np.float32]) -> None:
        chat = slot.chat
        if chat is None:
            return
        self.written += 1
        try:
            if not chat.writing.take(logits):
                slot.tokens = np.append(slot.tokens, np.int32(chat.writing.tokens[-1]))
                return
            chat.ask.settle(chat.writing.reply(len(chat.prompt), self._model.name))
        except MMGenError as error:
            chat.ask.settle(error)
        self._release(slot)
        self._most = min(len(self._slots), self._most + 1)

    def _release(self, slot: _Slot) -> None:
        """Take a slot's chat away; of its tokens only the prompt is remembered."""
        if slot.chat:
            slot.done = min(slot.done, len(slot.chat.prompt))
            slot.tokens = slot.chat.prompt[: slot.done]
            if self._model.can_share:
                self._memory.forget(slot.sequence, slot.done)
        self._turn += 1
        slot.chat, slot.turn = None, self._turn

    # A full pool

    def _make_room(self) -> None:
        """Forget what is remembered for later; then let half of the chats wait."""
        idle = [slot for slot in self._slots if slot.chat is None and slot.done]
        if idle:
            self._clear(min(idle, key=lambda slot: slot.turn))
            return
        busy = sorted(self._busy(), key=lambda slot: slot.turn)
        self._most = len(busy) // 2
        if not self._most:
            raise StopError(
                f"the memory has no room for one chat of {self._context:,} tokens",
                "set a smaller context",
            )
        for slot in reversed(busy[self._most :]):
            if slot.chat:
                self._waiting.appendleft(slot.chat)
                self._clear(slot)

    def _clear(self, slot: _Slot) -> None:
        self._memory.forget(slot.sequence)
        slot.chat, slot.tokens, slot.done = None, _NOTHING, 0


def _common(a: Tokens, b: Tokens) -> int:
    """How many tokens two prompts begin with alike."""
    length = min(len(a), len(b))
    differing = a[:length] != b[:length]
    return int(differing.argmax()) if differing.any() else length
