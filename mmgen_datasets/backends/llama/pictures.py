"""Pictures in a chat, by llama.cpp's library for media and the file of an encoder."""

from __future__ import annotations

import ctypes
import weakref
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt

from mmgen_datasets.backends.llama.memory import BATCH, LlamaMemory
from mmgen_datasets.backends.llama.model import LOG_CALLBACK, MARK, LlamaModel, Tokens
from mmgen_datasets.backends.llama.prompts import Picture, Prompt, joined
from mmgen_datasets.chat import Chat, Media
from mmgen_datasets.errors import RowError, StopError
from mmgen_datasets.picture import read_pixels

try:
    from llama_cpp import mtmd_cpp
except (OSError, RuntimeError):  # llama.cpp was compiled without it
    mtmd_cpp = None

_REMEMBERED = 32
"""Encoded pictures, for the other questions about them; of 7-billion models each has 10 MB."""


class PictureReader:
    """A picture encoder, with the language model that it was trained for.

    Args:
        path: of the encoder's GGUF file, often called ``mmproj``.
        model: the language model.
        threads: of the encoder.

    Raises:
        StopError: it cannot be loaded, or is none for pictures.
    """

    def __init__(self, path: str, model: LlamaModel, threads: int) -> None:
        if mtmd_cpp is None:
            raise StopError(
                "the installed llama-cpp-python was compiled without pictures",
                "compile it without -DLLAVA_BUILD=OFF in CMAKE_ARGS",
            )
        nothing = ctypes.c_void_p(0)
        mtmd_cpp.mtmd_helper_log_set(LOG_CALLBACK, nothing)
        params = mtmd_cpp.mtmd_context_params_default()
        params.use_gpu = params.warmup = model.on_gpu
        params.print_timings = False
        params.n_threads = threads
        params.media_marker = MARK.encode()
        if not model.on_gpu:
            params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self._pointer = mtmd_cpp.mtmd_init_from_file(path.encode(), model.pointer, params)
        if not self._pointer or not mtmd_cpp.mtmd_support_vision(self._pointer):
            raise StopError(
                f"llama.cpp cannot load {path} as the picture encoder of this model",
                "give the mmproj file that was made for the model",
            )
        self._width = llama_cpp.llama_model_n_embd_inp(model.pointer)
        self._encoded: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()

    def close(self) -> None:
        """Free the encoder."""
        mtmd_cpp.mtmd_free(self._pointer)

    def prompt(self, text: str, pictures: Sequence[Media]) -> Prompt:
        """Put the pictures of a chat into its tokens.

        Args:
            text: the rendered chat, with a `MARK` for each picture.
            pictures: in order.

        Raises:
            RowError: a picture cannot be read, or the template leaves no place for it.
        """
        if text.count(MARK) != len(pictures):
            raise RowError(
                f"the chat has {len(pictures)} pictures, and the rendered text"
                f" {text.count(MARK)} places for them"
            )
        with ExitStack() as stack:
            chunks = mtmd_cpp.mtmd_input_chunks_init()
            stack.callback(mtmd_cpp.mtmd_input_chunks_free, chunks)
            bitmaps = (mtmd_cpp.mtmd_bitmap_p_ctypes * len(pictures))()
            for place, picture in enumerate(pictures):
                bitmaps[place] = _bitmap(picture)
                stack.callback(mtmd_cpp.mtmd_bitmap_free, bitmaps[place])
            data = text.encode("utf-8", "replace")
            given = mtmd_cpp.mtmd_input_text(data, len(data), False, True)
            code = mtmd_cpp.mtmd_tokenize(
                self._pointer, chunks, ctypes.byref(given), bitmaps, len(pictures)
            )
            if code:
                raise RowError(f"llama.cpp cannot prepare the pictures (code {code})")
            stretches = list(_stretches(chunks))
        if isinstance(stretches[-1], Picture):
            raise RowError("the chat ends with a picture, and the model's template adds nothing")
        return joined(stretches)

    def evaluate(self, picture: Picture, memory: LlamaMemory, sequence: int, start: int) -> bool:
        """Add a picture to the end of a sequence, which has so many positions before.

        Returns:
            Whether there was room; if not, a part of it may have been added.

        Raises:
            RowError: it cannot be encoded.
            StopError: llama.cpp has failed.
        """
        embedding = self._embedding(picture)
        end = llama_cpp.llama_pos(0)
        code = mtmd_cpp.mtmd_helper_decode_image_chunk(
            self._pointer,
            memory.pointer,
            picture.chunk,
            embedding.ctypes.data_as(ctypes.POINTER(ctypes.c_float)),
            start,
            sequence,
            BATCH,
            ctypes.byref(end),
            mtmd_cpp.mtmd_helper_post_decode_callback(),
            None,
        )
        if code not in (0, 1):
            raise StopError(f"llama.cpp has failed with code {code}", "try a smaller context")
        return bool(code == 0)

    def _embedding(self, picture: Picture) -> npt.NDArray[np.float32]:
        """What the language model is given for a picture; ``(num_tokens, width)``."""
        found = self._encoded.pop(picture.identity, None)
        if found is None:
            if code := mtmd_cpp.mtmd_encode_chunk(self._pointer, picture.chunk):
                raise RowError(f"llama.cpp cannot encode the picture (code {code})")
            shape = picture.num_tokens, self._width
            pointer = mtmd_cpp.mtmd_get_output_embd(self._pointer)
            found = np.ctypeslib.as_array(pointer, shape).copy()
        self._encoded[picture.identity] = found  # the latest one last
        if len(self._encoded) > _REMEMBERED:
            self._encoded.popitem(last=False)
        return found


def read_chat(chat: Chat, model: LlamaModel, reader: PictureReader | None) -> Prompt:
    """Bring a chat into the model's form, up to where the reply begins.

    Raises:
        RowError: the model's template refuses it, or a picture cannot be read.
        StopError: it holds media that the model cannot be shown.
    """
    text = model.render(chat)
    media = [part for turn in chat for part in turn.parts if isinstance(part, Media)]
    if not media:
        return Prompt(model.tokens(text))
    if strange := {each.kind for each in media} - {"image"}:
        raise StopError(
            f"the recipe shows media of the kind {min(strange)!r}",
            "llama-cpp can be shown pictures only: use another recipe or backend",
        )
    if reader is None:
        raise StopError(
            "the recipe shows pictures, and no picture encoder is given",
            "name the model's mmproj file, as --option mmproj=FILE with a new --out, or use a"
            " recipe without 'image' among its inputs",
        )
    return reader.prompt(text, media)


def _bitmap(picture: Media) -> Any:
    pixels = read_pixels(picture.data, picture.max_side)
    rgb = (ctypes.c_uint8 * len(pixels.rgb)).from_buffer_copy(pixels.rgb)
    bitmap = mtmd_cpp.mtmd_bitmap_init(pixels.width, pixels.height, rgb)
    mtmd_cpp.mtmd_bitmap_set_id(bitmap, f"{picture.digest} {picture.max_side}".encode())
    return bitmap


def _stretches(chunks: Any) -> Iterator[Tokens | Picture]:
    """The text and pictures of a chat; a picture may be cut up, with text between."""
    count = Counter[bytes]()
    for number in range(mtmd_cpp.mtmd_input_chunks_size(chunks)):
        chunk = mtmd_cpp.mtmd_input_chunks_get(chunks, number)
        if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
            yield _text(chunk)
        else:
            name = mtmd_cpp.mtmd_input_chunk_get_id(chunk)
            count[name] += 1
            yield _picture(chunk, f"{name.decode()} {count[name]}")


def _text(chunk: Any) -> Tokens:
    count = ctypes.c_size_t()
    pointer = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
    return np.array(pointer[: count.value], np.int32)


def _picture(chunk: Any, identity: str) -> Picture:
    copy = mtmd_cpp.mtmd_input_chunk_copy(chunk)
    found = Picture(
        copy,
        identity,
        mtmd_cpp.mtmd_input_chunk_get_n_pos(chunk),
        mtmd_cpp.mtmd_input_chunk_get_n_tokens(chunk),
    )
    weakref.finalize(found, mtmd_cpp.mtmd_input_chunk_free, copy)
    return found
