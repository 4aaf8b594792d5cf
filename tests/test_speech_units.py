"""Units as text, and of several codebooks as one row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.errors import RowError
from mmgen_datasets.speech.units import flatten, read_units, special_tokens, unflatten, write_units


@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_what_is_written_is_read(units: list[int]) -> None:
    assert read_units(write_units(units)) == units


@given(st.data(), st.integers(1, 9), st.integers(1, 3000), st.integers(1, 12))
def test_flattening_can_be_undone(data: st.DataObject, books: int, size: int, frames: int) -> None:
    draw = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    codes = draw.integers(0, size, (books, frames))
    units = flatten(codes, size)
    assert unflatten(units, size, books).tolist() == codes.tolist()
    assert all(0 <= unit < books * size for unit in units)


@given(st.lists(st.integers(0, 29), min_size=1))
def test_units_are_codes_only_in_their_place(units: list[int]) -> None:
    """What is read at all is read so that it is written back the same."""
    try:
        codes = unflatten(units, 10, 3)
    except RowError:
        whole = len(units) % 3 == 0
        assert not (whole and all(unit // 10 == n % 3 for n, unit in enumerate(units)))
    else:
        assert flatten(codes, 10) == units


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("hello", 0),
        ("<|speech_1|> <|speech_2|>", 12),
        ("<|speech_1|><|speech_|>", 12),
        ("<|speech_01|>", 0),
        ("<|speech_-1|>", 0),
        ("<|speech_1|><|speech_2", 12),
        ("<|speech_1|>\n", 12),
        ("<|speech_١|>", 0),
    ],
)
def test_anything_else_is_refused_and_its_place_told(text: str, place: int) -> None:
    with pytest.raises(RowError, match=f"no speech unit at character {place}:"):
        read_units(text)


def test_a_code_beyond_its_codebook_is_refused() -> None:
    with pytest.raises(RowError, match="code 10 is none of the 10"):
        flatten(np.array([[3, 10]]), 10)


def test_a_frame_that_is_not_whole_is_refused() -> None:
    with pytest.raises(RowError, match="4 units make no whole frames of 3"):
        unflatten([0, 10, 20, 0], 10, 3)


def test_the_tokens_are_those_that_text_is_made_of() -> None:
    assert "".join(special_tokens(12)) == write_units(range(12))
