"""The keys and values of many chats in one pool, where chats that begin alike share cells.

A *sequence* is the memory of one chat, numbered from 0. The pool is unified: a cell belongs to
any number of sequences, so that a shared beginning is stored and read once.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import llama_cpp
import numpy as np
import numpy.typing as npt

from mmgen_datasets.backends.llama.model import LlamaModel, Tokens
from mmgen_datasets.errors import StopError

KVType: TypeAlias = Literal["f16", "f32", "q8_0"]

BATCH = 512
"""Most tokens of a step; llama.cpp aborts the process where a step has more."""

MOST_SEQUENCES = 256
"""More than these llama.cpp does not number."""

_TYPES: dict[KVType, int] = {
    "f16": llama_cpp.GGML_TYPE_F16,
    "f32": llama_cpp.GGML_TYPE_F32,
    "q8_0": llama_cpp.GGML_TYPE_Q8_0,
}


class Stretch(NamedTuple):
    """Tokens that a step adds to the end of a sequence."""

    sequence: int
    start: int
    """How many tokens the sequence has before."""
    tokens: Tokens
    wants_logits: bool
    """Whether the next token is to be drawn after the last of these."""


class LlamaMemory:
    """A context of llama.cpp.

    Args:
        model: whose keys and values it holds.
        cells: how many tokens fit, those that chats share counted once.
        sequences: how many there may be.
        kv_type: how keys and values are stored.
        threads: of the computation.

    Raises:
        StopError: there is not enough memory.
    """

    def __init__(
        self,
        model: LlamaModel,
        *,
        cells: int,
        sequences: int,
        kv_type: KVType,
        threads: int,
    ) -> None:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = cells
        params.n_batch = params.n_ubatch = BATCH
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = threads
        params.type_k = params.type_v = _TYPES[kv_type]
        params.flash_attn_type = _flash(model, kv_type)
        params.kv_unified = True
        params.swa_full = True  # else the beginning of a chat is forgotten, and cannot be shared
        params.offload_kqv = model.on_gpu
        self.pointer = llama_cpp.llama_init_from_model(model.pointer, params)
        if not self.pointer:
            raise StopError(
                f"there is no memory for the keys and values of {cells:,} tokens",
                "lower context or slots, or set kv_type to 'q8_0'",
            )
        self._memory = llama_cpp.llama_get_memory(self.pointer)
        self._num_logits = model.num_tokens
        self._batch = _Batch()

    def close(self) -> None:
        """Free the pool."""
        llama_cpp.llama_free(self.pointer)

    def extend(self, stretches: list[Stretch]) -> npt.NDArray[np.float32] | None:
        """Evaluate tokens of several sequences at once, `BATCH` of them at most.

        Returns:
            Logits ``(N, V)`` of the stretches that want them, valid until the next call; None
            where the pool has no room, and then nothing has changed.

        Raises:
            StopError: llama.cpp has failed.
        """
        code = llama_cpp.llama_decode(self.pointer, self._batch.filled(stretches))
        if code == 1:
            return None
        if code:
            raise StopError(f"llama.cpp has failed with code {code}", "try a smaller context")
        shape = sum(stretch.wants_logits for stretch in stretches), self._num_logits
        if not shape[0]:
            return np.empty(shape, np.float32)
        return np.ctypeslib.as_array(llama_cpp.llama_get_logits(self.pointer), shape)

    def share(self, source: int, target: int, count: int) -> None:
        """Let an empty sequence begin with the first tokens of another."""
        llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, count)

    def forget(self, sequence: int, start: int = 0) -> None:
        """Cut a sequence down to its first tokens."""
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def save(self, sequence: int, tokens: Tokens, path: Path) -> bool:
        """Write a sequence, whose tokens these are, to a file; returns whether it is whole."""
        pointer = tokens.ctypes.data_as(llama_cpp.llama_token_p)
        return bool(
            llama_cpp.llama_state_seq_save_file(
                self.pointer, os.fsencode(path), sequence, pointer, len(tokens)
            )
        )

    def load(self, sequence: int, count: int, path: Path) -> bool:
        """Read a sequence of so many tokens from a file; returns whether it was whole."""
        tokens, found = np.empty(count, np.int32), ctypes.c_size_t()
        read = llama_cpp.llama_state_seq_load_file(
            self.pointer,
            os.fsencode(path),
            sequence,
            tokens.ctypes.data_as(llama_cpp.llama_token_p),
            count,
            ctypes.byref(found),
        )
        return read > 0 and found.value == count


def _flash(model: LlamaModel, kv_type: KVType) -> int:
    """Flash attention: on a CPU it reads a shared beginning once for each chat, not for all."""
    if kv_type == "q8_0":  # llama.cpp has no other attention for it
        return int(llama_cpp.LLAMA_FLASH_ATTN_TYPE_ENABLED)
    if model.on_gpu:
        return int(llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO)
    return int(llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED)


class _Batch:
    """The arrays of a ``llama_batch``, written through numpy."""

    def __init__(self) -> None:
        self._tokens = np.zeros(BATCH, np.int32)
        self._positions = np.zeros(BATCH, np.int32)
        self._sequences = np.zeros(BATCH, np.int32)
        self._wanted = np.zeros(BATCH, np.int8)
        self._counts = np.ones(BATCH, np.int32)
        id_pointer = ctypes.POINTER(llama_cpp.llama_seq_id)
        start, size = self._sequences.ctypes.data, self._sequences.itemsize
        self.pointers = (id_pointer * BATCH)(
            *(ctypes.cast(start + size * place, id_pointer) for place in range(BATCH))
        )

    def filled(self, stretches: list[Stretch]) -> llama_cpp.llama_batch:
        """The batch that adds these."""
        place = 0
        for stretch in stretches:
            count = len(stretch.tokens)
            here = slice(place, place + count)
            self._tokens[here] = stretch.tokens
            self._positions[here] = np.arange(stretch.start, stretch.start + count)
            self._sequences[here] = stretch.sequence
            self._wanted[here] = 0
            self._wanted[place + count - 1] = stretch.wants_logits
            place += count
        return llama_cpp.llama_batch(
            n_tokens=place,
            token=self._tokens.ctypes.data_as(llama_cpp.llama_token_p),
            pos=self._positions.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_pos)),
            n_seq_id=self._counts.ctypes.data_as(ctypes.POINTER(ctypes.c_int32)),
            seq_id=self.pointers,
            logits=self._wanted.ctypes.data_as(ctypes.POINTER(ctypes.c_int8)),
        )
