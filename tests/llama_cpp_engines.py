"""The backend of llama.cpp as tests open it, and the library's own class to compare it with."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.chat import Reply, Request

llama_cpp = pytest.importorskip(
    "llama_cpp", reason="needs llama-cpp-python, which needs a C++ compiler to install"
)
backend_module = pytest.importorskip("mmgen_datasets.backends.llama_cpp")
memory_module = pytest.importorskip("mmgen_datasets.backends.llama.memory")
model_module = pytest.importorskip("mmgen_datasets.backends.llama.model")
pictures_module = pytest.importorskip("mmgen_datasets.backends.llama.pictures")
slots_module = pytest.importorskip("mmgen_datasets.backends.llama.slots")

EXACT = {"kv_type": "f32", "threads": 1, "prefix_dir": ""}
"""Settings with which nothing but the chat decides on the reply. Threads that wait for one
another are slow where all cores are busy, as they are while tests run."""


def opened(path: str, /, **settings: Any) -> Any:
    return open_backend("llama-cpp", **{"model": path, **EXACT} | settings)


def engine_of(model: str, mmproj: str = "", *, cells: int, context: int) -> Any:
    """An engine with so much memory, and no more."""
    loaded = model_module.LlamaModel(model, None)
    reader = pictures_module.PictureReader(mmproj, loaded, 1) if mmproj else None
    memory = memory_module.LlamaMemory(loaded, cells=cells, sequences=7, kv_type="f32", threads=1)
    return slots_module.Slots(loaded, reader, memory, num_slots=6, context=context, store=None)


def driven(engine: Any, requests: list[Request]) -> list[Reply]:
    """What an engine answers, which is closed then."""
    asks = [Ask(each) for each in requests]
    for each in asks:
        engine.add(each)
    while engine.step():
        pass
    engine.close()
    return [each.future.result() for each in asks]


def high_level(model: str, **settings: Any) -> Any:
    """The library's own class, as exact as `EXACT` makes the backend."""
    return llama_cpp.Llama(
        model,
        n_ctx=1024,
        type_k=llama_cpp.GGML_TYPE_F32,
        type_v=llama_cpp.GGML_TYPE_F32,
        flash_attn=False,
        n_threads=1,
        n_threads_batch=1,
        verbose=False,
        **settings,
    )


def said_alone(llama: Any, chats: list[list[dict[str, Any]]]) -> list[str]:
    """What that class answers to each chat by itself, as `GREEDY` asks; it is closed then."""
    found = []
    for messages in chats:
        llama.reset()
        answer = llama.create_chat_completion(
            messages, max_tokens=24, temperature=0, repeat_penalty=1
        )
        found.append(answer["choices"][0]["message"]["content"])
    llama.close()
    return found
