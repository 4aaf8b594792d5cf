"""The arithmetic of Open Images: merging, sorting and cutting files, against plain Python."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mmgen_datasets.builders import open_images_csv, open_images_order
from mmgen_datasets.builders.open_images_files import File
from mmgen_datasets.builders.open_images_ids import ID, keys_of_texts, texts_of
from mmgen_datasets.builders.open_images_merge import blocks, merge
from mmgen_datasets.builders.open_images_names import Names
from mmgen_datasets.builders.open_images_parts import SPANS, in_order, joined, open_part

ids = st.sampled_from([f"{number:016x}" for number in (0, 1, 2, 2**60, 2**63, 2**64 - 1)])
"""Few, so that files share them, and at the ends of what there is."""
rows_of_a_file = st.lists(ids, max_size=25)


def _batches(owners: list[str], first: int, sizes: list[int]) -> list[pa.RecordBatch]:
    """Numbered rows of images, cut at any places."""
    cuts = [0, *np.cumsum(sizes).clip(max=len(owners)).tolist(), len(owners)]
    return [
        pa.record_batch(
            {
                "ImageID": pa.array([id.encode() for id in owners[start:stop]], ID),
                "number": pa.array(range(first + start, first + stop), pa.int64()),
            }
        )
        for start, stop in pairwise(cuts)
    ]


@given(
    files=st.lists(rows_of_a_file, min_size=1, max_size=4),
    sizes=st.lists(st.integers(0, 6), max_size=10),
)
def test_a_merge_is_a_join_by_dictionaries(files: list[list[str]], sizes: list[int]) -> None:
    expected: dict[str, dict[str, list[int]]] = defaultdict(dict)
    streams = {}
    for name, owners in enumerate(map(sorted, files)):
        for number, id in enumerate(owners):
            expected[id].setdefault(str(name), []).append(1000 * name + number)
        streams[str(name)] = blocks(_batches(owners, 1000 * name, sizes), "here.csv", "ImageID")
    found: dict[str, dict[str, list[int]]] = {}
    for keys, parts in merge(streams):
        for id in texts_of(keys).to_pylist():
            assert id not in found  # an image leaves once, whole
            found[id] = {}
        for name, part in parts.items():
            numbers = part.rows["number"].to_pylist()
            for id, (start, stop) in zip(
                texts_of(part.keys).to_pylist(), pairwise(part.starts.tolist()), strict=True
            ):
                found[id][name] = numbers[start:stop]
    assert found == expected
    assert list(found) == sorted(found)


@given(
    owners=rows_of_a_file, sizes=st.lists(st.integers(0, 6), max_size=10), span=st.tuples(ids, ids)
)
def test_sorting_by_runs_is_sorting(
    tmp_path_factory: pytest.TempPathFactory,
    owners: list[str],
    sizes: list[int],
    span: tuple[str, str],
) -> None:
    out = tmp_path_factory.mktemp("sorted") / "rows.arrow"
    batches = _batches(owners, 0, sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_images_order, "RUN_BYTES", 100)
        patch.setattr(open_images_order, "_ROWS", 3)
        open_images_order.sort(batches, batches[0].schema, out, place="here.csv", column="ImageID")
    expected = sorted(zip(owners, range(len(owners)), strict=True))
    first, after = sorted(span)
    read = open_images_order.read_sorted(str(out), "ImageID", (first.encode(), after.encode()))
    rows = [row for batch in read for row in batch.to_pylist()]
    found = [(row["ImageID"].decode(), row["number"]) for row in rows]
    assert found == [row for row in expected if first <= row[0] < after]
    assert [path.name for path in out.parent.iterdir()] == [out.name]


@given(owners=rows_of_a_file, end=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_order_and_places_are_those_of_the_lines(
    tmp_path_factory: pytest.TempPathFactory, owners: list[str], end: str, last: bool
) -> None:
    path = tmp_path_factory.mktemp("lines") / "rows.csv"
    text = end.join(["ImageID,x", *(f"{id},{'y' * (n % 7)}" for n, id in enumerate(owners))])
    path.write_bytes((text + end * last).encode())
    assert open_images_order.is_sorted(str(path)) == (owners == sorted(owners))
    path.write_bytes((end.join([text.split(end)[0], *sorted(text.split(end)[1:])]) + end).encode())
    for id in {*owners, "0" * 16, "8" + "0" * 15}:
        start = open_images_order.line_at(str(path), id.encode())
        lines = path.read_bytes()[start:].decode().split(end)[:-1]
        assert [line[:16] for line in lines] == [owner for owner in sorted(owners) if owner >= id]


def test_pieces_of_any_size_tell_the_same_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.csv"
    lines = [f"{number:016x},{number}" for number in (3, 1, 4, 1, 5)]
    for size in range(1, 60):
        monkeypatch.setattr(open_images_order, "_PIECE_BYTES", size)
        path.write_text("\n".join(["ImageID,x", *lines]))
        assert not open_images_order.is_sorted(str(path))
        path.write_text("\n".join(["ImageID,x", *sorted(lines)]))
        assert open_images_order.is_sorted(str(path))


@pytest.mark.parametrize("line", ['"0000000000000001",x', "00000001,x", "x"])
def test_lines_that_begin_otherwise_are_not_taken_for_sorted(tmp_path: Path, line: str) -> None:
    path = tmp_path / "rows.csv"
    for end in ("", "\n"):
        path.write_text(f"ImageID,x\n{line}{end}")
        assert not open_images_order.is_sorted(str(path))


@settings(max_examples=40)
@given(
    owners=rows_of_a_file,
    cuts=st.lists(st.integers(1, 15), max_size=4, unique=True),
    wanted=st.none() | st.lists(ids, max_size=3),
)
def test_spans_of_a_file_are_the_file(
    tmp_path_factory: pytest.TempPathFactory,
    owners: list[str],
    cuts: list[int],
    wanted: list[str] | None,
) -> None:
    """Whether its lines are in order or not."""
    folder = tmp_path_factory.mktemp("spans")
    path = folder / "labels.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["ImageID", "Source", "LabelName", "Confidence"])
        writer.writerows([id, "verification", f"/m/{n}", n % 2] for n, id in enumerate(owners))
    part = in_order("labels", (File(str(path), "https://example.org"),), folder / "cache")
    assert (part.sorted_copy is None) == (owners == sorted(owners))
    bounds = [0, *sorted(cuts), 16]
    keys = None if wanted is None else keys_of_texts(wanted, "here")
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_images_csv, "BLOCK_BYTES", 100)
        for start, stop in pairwise(bounds):
            for span in joined(SPANS[start:stop]):
                read = open_part(part, span, split="train", names=Names({}), wanted=keys)
                found += [name for block in read for name in block.rows["LabelName"].to_pylist()]
    expected = sorted((id, n) for n, id in enumerate(owners) if wanted is None or id in wanted)
    assert found == [f"/m/{n}" for _, n in expected]


def test_neighbouring_spans_are_one_and_others_stay_apart() -> None:
    assert [*joined(SPANS)] == [(SPANS[0][0], SPANS[-1][1])]
    assert [*joined([SPANS[3], SPANS[4], SPANS[1]])] == [
        (SPANS[3][0], SPANS[4][1]),
        SPANS[1],
    ]


@given(st.lists(st.integers(0, 2**64 - 1), unique=True))
def test_ids_and_numbers_are_the_same_thing(numbers: list[int]) -> None:
    texts = [f"{number:016x}" for number in numbers]
    keys = keys_of_texts(texts, "here")
    assert keys.tolist() == sorted(numbers)
    assert texts_of(keys).to_pylist() == sorted(texts)


def test_a_kept_copy_is_read_again_and_its_file_is_not(tmp_path: Path) -> None:
    line: dict[str, Any] = {"image_id": "0" * 16, "caption": "A."}
    path = tmp_path / "captions.jsonl"
    path.write_text(json.dumps(line) + "\n")
    file = File(str(path), "https://example.org")
    first = in_order("narratives", (file,), tmp_path / "cache").sorted_copy
    assert first is not None
    kept = Path(first).stat().st_mtime_ns
    assert in_order("narratives", (file,), tmp_path / "cache").sorted_copy == first
    assert Path(first).stat().st_mtime_ns == kept
