"""Whatever conversations look like: what is written, trainers take, and the rest is counted."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets import UsageError, export
from mmgen_datasets.exporters.base import Exported
from mmgen_datasets.quantity import quantity
from tests.consumers import internvl, llama_factory, openai_tuning, qwen_vl
from tests.exported_rows import CLIP, PICTURES, stored, table

READERS: dict[str, Callable[[Path], list[Any]]] = {
    "sharegpt": llama_factory.read,
    "qwen": lambda folder: qwen_vl.read(folder / "qwen.jsonl", folder),
    "internvl": lambda folder: internvl.read(folder / "internvl_meta.json"),
    "openai": lambda folder: openai_tuning.read(folder / "openai.jsonl"),
}

# Any text but halves of a surrogate pair, which are none, and what stands for media.
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
contents = st.lists(
    st.one_of(words, st.sampled_from(["<image>\n", "<image>", "<video>\n", "<video>"])), max_size=4
).map("".join)


@st.composite
def conversations(draw: st.DrawFn) -> dict[str, Any]:
    """One with media and placeholders that need not fit each other."""
    exchanges = draw(st.lists(st.tuples(contents, contents), min_size=1, max_size=2))
    turns = [text for exchange in exchanges for text in exchange]
    shown = "".join(turns).count("<image>")
    number = draw(st.sampled_from([shown, shown, shown, 1]))
    has_clip = "<video>" in "".join(turns) and draw(st.booleans())
    return {
        "file_name": draw(st.sampled_from(["a.jpg", "b/c.jpg", "../up.jpg", None])),
        "messages": [
            {"role": ("user", "assistant")[index % 2], "content": text}
            for index, text in enumerate(turns)
        ],
        "images": [stored(PICTURES[index % 3], f"{index}.jpg") for index in range(number)],
        "video": stored(CLIP, "a.mp4") if has_clip else None,
    }


@pytest.mark.parametrize("format", READERS)
@settings(max_examples=25)
@given(drawn=st.lists(conversations(), min_size=1, max_size=5))
def test_a_trainer_takes_all_that_is_written(format: str, drawn: list[dict[str, Any]]) -> None:
    rows = [{"id": f"r{number}", **row} for number, row in enumerate(drawn)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        try:
            exported: Exported = export(table(rows, "images", "video"), format, out)
        except UsageError as error:
            assert f"none of {quantity(len(rows), 'conversation')} can be" in error.problem
            return
        assert len(READERS[format](out)) == exported.conversations
        assert exported.conversations + exported.left_out.total() == len(rows)
