"""Chats that are answered together: who waits, who has a sequence, what the next step evaluates.

A chat gets a free sequence, which first takes over from another one, busy or not, the longest
beginning that the two have in common; only the rest is evaluated. A chat whose beginning is
just being evaluated waits for that. A finished chat leaves the tokens of its prompt behind, for
the next ones, until its sequence or its cells are needed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mmgen_datasets.backends.llama.choices import free_slot, is_coming, most_alike, next_step
from mmgen_datasets.backends.llama.memory import LlamaMemory, Stretch
from mmgen_datasets.backends.llama.model import LlamaModel, Tokens
from mmgen_datasets.backends.llama.pictures import PictureReader, read_chat
from mmgen_datasets.backends.llama.prefixes import SHORTEST, PrefixStore
from mmgen_datasets.backends.llama.slot import NOTHING, Slot, Talk
from mmgen_datasets.backends.local.room import room_for_reply
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.backends.local.writing import Writing
from mmgen_datasets.errors import MMGenError, RowError, StopError


class Slots:
    """Answers chats with one model and one memory.

    Args:
        model: that answers.
        reader: of pictures; None where the model is shown none.
        memory: with a sequence more than there may be chats at once.
        num_slots: how many chats are answered at once.
        context: the longest chat with its reply, in tokens.
        store: where shared beginnings are kept; None for nowhere.
    """

    def __init__(
        self,
        model: LlamaModel,
        reader: PictureReader | None,
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
        self._reader = reader
        self._store = store
        self._slots = [Slot(number) for number in range(num_slots)]
        self._most = num_slots  # chats at once; fewer after the pool was full
        self._waiting: deque[Talk] = deque()
        self._turn = 0

    def close(self) -> None:
        """Free the memory, then the model."""
        self._memory.close()
        if self._reader:
            self._reader.close()
        self._model.close()

    def add(self, ask: Ask) -> None:
        """Take a chat in; one that cannot be answered is settled at once."""
        try:
            prompt = read_chat(ask.request.chat, self._model, self._reader)
            if not len(prompt.tokens):
                raise RowError("the chat is empty")
            room = room_for_reply(ask.request, prompt.num_tokens(), self._context)
            self._waiting.append(Talk(ask, prompt, Writing(ask.request, room, self._model)))
        except MMGenError as error:
            ask.settle(error)

    def step(self) -> bool:
        """Go a little further with all chats; returns whether any is left."""
        self._drop_the_abandoned()
        self._admit()
        self._see()
        plan = next_step(self._busy())
        if plan:
            logits = self._memory.extend([stretch for _, stretch in plan])
            if logits is None:
                self._make_room()
            else:
                self._go_on(plan, logits)
        return bool(self._waiting or self._busy())

    def _busy(self) -> list[Slot]:
        return [slot for slot in self._slots if slot.talk]

    def _drop_the_abandoned(self) -> None:
        for slot in self._busy():
            if slot.talk and slot.talk.ask.is_over:
                self._release(slot)
        self._waiting = deque(talk for talk in self._waiting if not talk.ask.is_over)

    # Admission

    def _admit(self) -> None:
        later: deque[Talk] = deque()
        while self._waiting and len(self._busy()) < self._most:
            talk = self._waiting.popleft()
            if not self._place(talk):
                later.append(talk)
        self._waiting.extendleft(reversed(later))

    def _place(self, talk: Talk) -> bool:
        """Give a chat a sequence, unless what it begins with is just being evaluated."""
        tokens = talk.tokens
        donor, count = self._donor(talk, tokens)
        if is_coming(self._busy(), tokens, count):
            return False
        slot = free_slot(self._slots, donor)
        if slot is donor:
            self._memory.forget(slot.sequence, count)
            slot.done = count
        else:
            self._clear(slot)
            if self._store and count < SHORTEST:
                slot.done = self._store.read(slot.sequence, tokens)
            if donor and not slot.done:
                self._memory.share(donor.sequence, slot.sequence, count)
                slot.done = count
                if self._store:
                    others = (other.prompt.tokens for other in self._waiting)
                    self._store.keep(slot.sequence, tokens[:count], others)
        self._turn += 1
        slot.talk, slot.tokens, slot.turn = talk, tokens, self._turn
        talk.reused = talk.prompt.num_tokens(min(slot.done, len(talk.prompt.tokens)))
        return True

    def _donor(self, talk: Talk, tokens: Tokens) -> tuple[Slot | None, int]:
        """The slot whose evaluated tokens begin most like these, and how many do."""
        if not self._model.can_share:
            return None, 0
        slot, count = most_alike(self._slots, tokens)
        return slot, talk.prompt.whole(count)

    # A step

    def _see(self) -> None:
        """Evaluate one picture: of the chat that came first, of those that are at one."""
        at = [(slot.turn, slot, picture) for slot in self._busy() if (picture := slot.picture)]
        if not at or not self._reader:
            return
        _, slot, picture = min(at, key=lambda row: row[0])
        try:
            fits = self._reader.evaluate(picture, self._memory, slot.sequence, slot.done)
        except RowError as error:
            if slot.talk:
                slot.talk.ask.settle(error)
            self._release(slot)
            return
        if fits:
            slot.done += picture.num_positions
            self.evaluated += picture.num_tokens
        else:
            self._memory.forget(slot.sequence, slot.done)
            self._make_room()

    def _go_on(self, plan: list[tuple[Slot, Stretch]], logits: npt.NDArray[np.float32]) -> None:
        rows = iter(logits)
        for slot, stretch in plan:
            slot.done += len(stretch.tokens)
            self.evaluated += len(stretch.tokens)
            if stretch.wants_logits:
                self._write(slot, next(rows))

    def _write(self, slot: Slot, logits: npt.NDArray[np.float32]) -> None:
        talk = slot.talk
        if talk is None:
            return
        self.written += 1
        try:
            if not talk.writing.take(logits):
                slot.tokens = np.append(slot.tokens, np.int32(talk.writing.tokens[-1]))
                return
            reply = talk.writing.reply(talk.prompt.num_tokens(), self._model.name)
            talk.ask.settle(replace(reply, cached_tokens=talk.reused))
        except MMGenError as error:
            talk.ask.settle(error)
        self._release(slot)
        self._most = min(len(self._slots), self._most + 1)

    def _release(self, slot: Slot) -> None:
        """Take a slot's chat away; of its tokens only the prompt is remembered."""
        if slot.talk:
            slot.done = min(slot.done, len(slot.talk.prompt.tokens))
            slot.tokens = slot.talk.prompt.tokens[: slot.done]
            if self._model.can_share:
                self._memory.forget(slot.sequence, slot.done)
        self._turn += 1
        slot.talk, slot.turn = None, self._turn

    # A full pool

    def _make_room(self) -> None:
        """Forget what is remembered for later; then let half of the chats wait."""
        idle = [slot for slot in self._slots if slot.talk is None and slot.done]
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
            if slot.talk:
                self._waiting.appendleft(slot.talk)
                self._clear(slot)

    def _clear(self, slot: Slot) -> None:
        self._memory.forget(slot.sequence)
        slot.talk, slot.tokens, slot.done = None, NOTHING, 0
