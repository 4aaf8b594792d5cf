"""COCO: files are read in pieces, wherever one ends."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmgen_datasets.builders import coco_json
from mmgen_datasets.builders.coco_records import CaptionRecord

from mmgen_datasets.errors import SourceError
from tests.coco_files import documents, load, write
from tests.contracts.source import rows_of


class TestReadingInPieces:
    """The reader must not depend on where a piece of the file ends."""

    @pytest.fixture(params=[1, 7, 64, 1000])
    def small_pieces(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(coco_json, "PIECE_BYTES", request.param)

    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("separators", [(",", ":"), (" ,\t", " : ")])
    def test_form_and_key_order_make_no_difference(
        self, coco: Path, small_pieces: None, indent: int | None, separators: tuple[str, str]
    ) -> None:
        expected = rows_of(load(coco, with_keypoints=True))
        for form in ({"sort_keys": True}, {"ensure_ascii": False}):
            write(coco / "annotations", documents(), indent=indent, separators=separators, **form)
            assert rows_of(load(coco, with_keypoints=True)) == expected

    @pytest.mark.usefixtures("small_pieces")
    def test_a_caption_may_look_like_the_seam_of_two_records(self) -> None:
        captions = ['},{"id":1', '}, {", ": ', "}]", '"', "\\", '},{"caption": "x"', "]}"] * 3
        assert _read_captions(json.dumps({"annotations": _captions(captions)})) == captions

    @pytest.mark.usefixtures("small_pieces")
    def test_records_may_hold_records(self) -> None:
        records = [{**r, "more": [{"a": 1}, {"a": 2}] * 20} for r in _captions(["x", "y", "z"])]
        assert _read_captions(json.dumps({"annotations": records})) == ["x", "y", "z"]

    @given(
        captions=st.lists(st.text(st.sampled_from('{}[],:"\\ id1é\n')), max_size=20),
        others=st.dictionaries(
            st.text(max_size=3),
            st.recursive(
                st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
                max_leaves=10,
            ),
            max_size=3,
        ),
        indent=st.none() | st.integers(0, 3),
        piece=st.integers(1, 300),
        first=st.booleans(),
    )
    def test_any_json_reads_as_json_loads_does(
        self,
        captions: list[str],
        others: dict[str, Any],
        indent: int | None,
        piece: int,
        first: bool,
    ) -> None:
        wanted = {"annotations": _captions(captions)}
        others = {f"other {key}": value for key, value in others.items()}
        text = json.dumps(wanted | others if first else others | wanted, indent=indent)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(coco_json, "PIECE_BYTES", piece)
            assert _read_captions(text) == captions

    def test_every_truncation_is_an_error(self, tmp_path: Path) -> None:
        text = json.dumps({"info": 1, "annotations": _captions(["a", "},{"]), "licenses": []})
        for end in range(len(text)):
            with pytest.raises(SourceError, match=r"is empty|ends too early"):
                _read_captions(text[:end])

    def test_a_wrong_record_is_counted_from_the_first_piece(self, small_pieces: None) -> None:
        records: list[dict[str, Any]] = [*_captions(["x"] * 50), {"id": 1, "image_id": 2}]
        with pytest.raises(SourceError, match=r"annotations\[50\]: "):
            _read_captions(json.dumps({"annotations": records}))

    def test_msgspec_says_where_a_value_ends(self) -> None:
        """The reader finds the end of an array by these words."""
        with pytest.raises(msgspec.DecodeError, match=r"trailing characters \(byte 6\)"):
            msgspec.json.decode(b"[1]  ,", type=list[int])


def _captions(texts: list[str]) -> list[dict[str, Any]]:
    return [{"id": n, "image_id": 1, "caption": text} for n, text in enumerate(texts)]


def _read_captions(text: str) -> list[str]:
    pieces = coco_json.stream_arrays(
        io.BytesIO(text.encode()), "here.json", {"annotations": CaptionRecord}
    )
    return [record.caption for key, records in pieces for record in records]
