"""Chats that are answered together: who waits, who has a row, what is evaluated next.

A chat gets the next free row. What it begins with is evaluated once and shared, if others begin
alike; only the rest goes into its row. Then all rows are extended by a token at a time. The row
of a finished chat is taken at once by the last one, and that by a chat that waits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import torch

from mmgen_datasets.backends.hf.beginnings import Beginnings
from mmgen_datasets.backends.hf.chats import begun, failure, is_out_of_memory, no_room, tell_fewer
from mmgen_datasets.backends.hf.memory import Beginning, Tensor, Tokens
from mmgen_datasets.backends.hf.model import Model, Prompt
from mmgen_datasets.backends.hf.network import PASS, Network
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.backends.local.writing import Writing
from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import MMGenError

_PADDED = 1.25
"""The most that a call for prompts of different lengths may be larger than they are."""


@dataclass(eq=False)
class _Chat:
    """A chat and as much of its reply as is written."""

    ask: Ask
    prompt: Prompt
    writing: Writing
    beginning: Beginning | None = None
    held: int = 0
    """How many of its own tokens are in its row."""
    shift: int = 0
    """How far its positions are ahead of its tokens; a picture may stand for fewer or more."""

    @property
    def tokens(self) -> Tokens:
        """All that has to be evaluated before the next token can be drawn."""
        return np.concatenate([self.prompt.tokens, np.array(self.writing.tokens, np.int64)])

    @property
    def shareable(self) -> Tokens:
        return self.prompt.tokens[: self.prompt.shareable]


class Slots:
    """Answers chats with one model.

    Args:
        model: that answers.
        network: it, with a memory.
        num_slots: how many chats are answered at once.
        context: the longest chat with its reply, in tokens.
    """

    def __init__(self, model: Model, network: Network, *, num_slots: int, context: int) -> None:
        self._model = model
        self._network = network
        self._context = context
        self._most = num_slots  # chats at once; fewer after memory ran out
        self._rows: list[_Chat] = []
        self._waiting: deque[_Chat] = deque()
        self._beginnings = Beginnings()
        self._tried = 0  # chats that were to be in memory in the call at hand

    def close(self) -> None:
        """Give the memory back."""
        self._network.memory.clear()

    def add(self, ask: Ask) -> None:
        """Take a chat in; one that cannot be answered is settled at once."""
        try:
            self._waiting.append(_Chat(ask, *begun(ask, self._model, self._context)))
        except MMGenError as error:
            ask.settle(error)

    def step(self) -> bool:
        """Go a little further with all chats; returns whether any is left.

        Raises:
            StopError: the model cannot be run.
        """
        try:
            with torch.inference_mode():
                self._go_on()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise failure(error) from error
        else:
            return bool(self._waiting or self._rows)
        self._make_room()  # only here, where the error no longer holds what the call has made
        return True

    def _go_on(self) -> None:
        self._drop_the_abandoned()
        while self._waiting and len(self._rows) < self._most:
            self._admit()
        if self._rows:
            self._extend_rows()

    def _drop_the_abandoned(self) -> None:
        for row in reversed(range(len(self._rows))):
            if self._rows[row].ask.is_over:
                self._release(row)
        if any(chat.ask.is_over for chat in self._waiting):
            self._waiting = deque(chat for chat in self._waiting if not chat.ask.is_over)

    # Admission

    def _admit(self) -> None:
        """Evaluate the prompts of the chat that waited longest, and of those like it."""
        first, row = self._waiting[0], len(self._rows)
        self._network.memory.limit(self._most)
        self._tried = row + 1
        beginning = self._beginning(first)
        chats = self._company(first, beginning)
        self._tried = row + len(chats)
        start = len(beginning.tokens) if beginning else 0
        if first.prompt.media:
            more = np.array(first.writing.tokens, np.int64)
            logits, first.shift = self._network.extend_seeing(row, first.prompt, more, beginning)
        elif len(chats) == 1:
            logits = self._network.extend_long(row, first.tokens[start:], beginning)
        else:
            own = [chat.tokens[start:] for chat in chats]
            logits = self._network.extend(row, own, [0] * len(own), [beginning] * len(own))
        for chat in chats:
            self._waiting.remove(chat)
            chat.beginning, chat.held = beginning, len(chat.tokens) - start
            self._rows.append(chat)
            self._beginnings.remember(chat.shareable)
        self._write(row, logits)

    def _beginning(self, chat: _Chat) -> Beginning | None:
        """What it shares with others, evaluated now if it has not been."""
        tokens = chat.shareable
        others = (other.shareable for other in self._waiting if other is not chat)
        if length := self._beginnings.worthwhile(tokens, others):
            row = len(self._rows)
            self._network.extend_long(row, tokens[:length], None)
            self._beginnings.keep(self._network.memory.beginning(row, tokens[:length]))
        found = self._beginnings.find(tokens)
        if found:
            self._beginnings.use(found)
        return found

    def _company(self, first: _Chat, beginning: Beginning | None) -> list[_Chat]:
        """Chats that are evaluated with the first: of its beginning, and nearly as long."""
        if first.prompt.media:
            return [first]
        free = self._most - len(self._rows)
        candidates = [
            chat
            for chat in islice(self._waiting, 4 * self._most)
            if not chat.prompt.media and self._beginnings.find(chat.shareable) is beginning
        ]
        start = len(beginning.tokens) if beginning else 0
        length = {id(chat): len(chat.tokens) - start for chat in candidates}
        candidates.sort(key=lambda chat: abs(length[id(chat)] - length[id(first)]))
        chosen = [first]
        for chat in candidates[1:free]:
            lengths = [length[id(each)] for each in (*chosen, chat)]
            padded = len(lengths) * max(lengths)
            if padded > PASS or padded > _PADDED * sum(lengths):
                break
            chosen.append(chat)
        return chosen

    # A step

    def _extend_rows(self) -> None:
        rows = self._rows
        self._tried = len(rows)
        places = [
            chat.held + chat.shift + (len(chat.beginning.tokens) if chat.beginning else 0)
            for chat in rows
        ]
        logits = self._network.extend(
            0,
            [np.array(chat.writing.tokens[-1:]) for chat in rows],
            [chat.held for chat in rows],
            [chat.beginning for chat in rows],
            torch.tensor(places)[:, None],
        )
        for chat in rows:
            chat.held += 1
        self._write(0, logits)

    def _write(self, first: int, logits: Tensor) -> None:
        """Draw a token for each row from the first on, and see who is finished."""
        drawn = logits.cpu().numpy()
        for row in reversed(range(first, len(self._rows))):
            chat = self._rows[row]
            try:
                if not chat.writing.take(drawn[row - first]):
                    continue
                chat.ask.settle(self._reply(chat))
            except MMGenError as error:
                chat.ask.settle(error)
            self._release(row)

    def _reply(self, chat: _Chat) -> Reply:
        reply = chat.writing.reply(len(chat.prompt.tokens), self._model.name)
        shared = len(chat.beginning.tokens) if chat.beginning else 0
        return replace(reply, cached_tokens=shared)

    def _release(self, row: int) -> None:
        """Take a row's chat away; the last row comes into its place."""
        last = self._rows.pop()
        if row < len(self._rows):
            self._network.memory.move(len(self._rows), row, last.held)
            self._rows[row] = last

    # Memory that ran out

    def _make_room(self) -> None:
        """Forget what nobody uses; then answer half as many at once; then give one up."""
        used = [chat.beginning for chat in self._rows]
        used += [self._beginnings.find(chat.shareable) for chat in islice(self._waiting, 1)]
        if self._beginnings.drop_unused(used):
            return
        if self._most == 1:
            chat = self._rows.pop() if self._rows else self._waiting.popleft()
            chat.ask.settle(no_room(len(chat.tokens)))
            return
        # First give back the rows that nobody needs yet.
        self._most = max(1, min(self._most // 2, self._tried))
        tell_fewer(self._most)
        self._let_wait(self._most)
        try:
            self._network.memory.limit(self._most)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise failure(error) from error
            self._let_wait(0)  # there is no memory even for the copy of the rows that go on
            self._network.memory.clear()
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()

    def _let_wait(self, first: int) -> None:
        """Evaluate the chats of the rows from the first on again, when there is room."""
        for chat in reversed(self._rows[first:]):
            chat.beginning = None  # which another chat may no longer need
            self._waiting.appendleft(chat)
        del self._rows[first:]
