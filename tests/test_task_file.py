"""MM-Gen's task file: read and written unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.conversion.data_file import IMAGE_TAG, picture_names, read_data_file
from mmgen_datasets.errors import MissingFileError, RowError, SourceError, UsageError
from mmgen_datasets.targeting.task import Reference, Subgroup, Task, read_task, write_task

SAMPLES: list[dict[str, Any]] = [
    {
        "image_1": "a.png",
        "conversations": [
            {"from": "human", "value": "<image> How many bars are red?\n"},
            {"from": "gpt", "value": "3"},
        ],
    },
    {
        "id": "seven",
        "image_1": "b.png",
        "image_2": "c.png",
        "conversations": [
            {"from": "user", "value": "<image> <image> Is a < b?"},
            {"from": "assistant", "value": "b > a"},
            {"from": "user", "value": "Sure?"},
            {"from": "assistant", "value": "Yes"},
        ],
        "question_type": "multiple-choice",
    },
]
TASK: dict[str, Any] = {
    "image_folder": "ref",
    "dataset_description": "Questions about charts",
    "subgroups": [
        {
            "keyword": "bar chart",
            "reference_sample_idx": [0, 1],
            "candidate_image_paths": ["pool/x.png"],
        },
        {"keyword": "pie chart", "reference_sample_idx": [], "note": "none yet"},
    ],
    "samples": SAMPLES,
    "len_samples": 2,
}


def written(content: object, folder: Path) -> Path:
    path = folder / "task.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_a_task_file_is_written_as_it_was_read(tmp_path: Path) -> None:
    task = read_task(written(TASK, tmp_path))
    write_task(task, tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text("utf-8")) == TASK
    assert read_task(tmp_path / "again.json") == task


def test_what_stands_in_it_has_names(tmp_path: Path) -> None:
    task = read_task(written(TASK, tmp_path))
    assert task.dataset_description == "Questions about charts"
    assert task.subgroups[0] == Subgroup("bar chart", (0, 1), ("pool/x.png",))
    assert task.subgroups[1].candidates == ()
    assert task.extra == {"len_samples": 2}


def test_references_have_either_pair_of_roles_and_any_number_of_pictures(tmp_path: Path) -> None:
    """Text is as the file has it: nothing between < and > is taken out."""
    task = read_task(written(TASK, tmp_path))
    question = "<image> How many bars are red?\n"
    assert task.reference(0) == Reference(("ref/a.png",), question, "3")
    both = ("ref/b.png", "ref/c.png")
    assert task.reference(1) == Reference(both, "<image> <image> Is a < b?", "b > a")


def test_a_list_of_llavas_is_a_task_without_subgroups(tmp_path: Path) -> None:
    task = read_task(written(SAMPLES, tmp_path))
    assert task == Task("", "", (), tuple(SAMPLES))


@given(
    extra=st.dictionaries(
        st.text(min_size=1).filter(lambda key: key not in TASK and key != "extra"),
        st.none() | st.integers() | st.text() | st.lists(st.booleans()),
    )
)
def test_any_other_keys_survive(extra: dict[str, Any], tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("task")
    content = TASK | extra
    write_task(read_task(written(content, folder)), folder / "again.json")
    assert json.loads((folder / "again.json").read_text("utf-8")) == content


@pytest.mark.parametrize("index", [-1, 2])
def test_a_reference_that_is_not_there_is_an_error_with_its_number(
    index: int, tmp_path: Path
) -> None:
    group = {"keyword": "pie", "reference_sample_idx": [index]}
    with pytest.raises(SourceError, match=f"'pie' refers to sample {index}"):
        read_task(written(TASK | {"subgroups": [group]}, tmp_path))


@pytest.mark.parametrize(
    "content", [3, {"subgroups": []}, {"samples": 3}, TASK | {"subgroups": [3]}, [3]]
)
def test_another_file_is_an_error_that_names_it(content: object, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"task\.json"):
        read_task(written(content, tmp_path))


def test_no_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="nowhere"):
        read_task(tmp_path / "nowhere.json")


def test_a_sample_without_an_answer_is_an_error(tmp_path: Path) -> None:
    sample = {"image_1": "a", "conversations": [{"from": "human", "value": "What?"}]}
    with pytest.raises(RowError, match="sample 0 has no question with an answer"):
        read_task(written([sample], tmp_path)).reference(0)


def test_a_keyword_stands_in_a_task_once(tmp_path: Path) -> None:
    groups = (Subgroup("bar", (0,)), Subgroup("bar", (1,)))
    with pytest.raises(UsageError, match="bar"):
        write_task(Task("", "", groups, tuple(SAMPLES)), tmp_path / "task.json")


def test_a_data_file_is_an_object_a_list_or_lines(tmp_path: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(map(json.dumps, SAMPLES)), "utf-8")
    for path in (written(TASK, tmp_path), lines):
        found = read_data_file(path)
        assert [json.loads(bytes(record)) for record in found.records] == SAMPLES
    assert read_data_file(written(TASK, tmp_path)).image_folder == "ref"
    assert len(read_data_file(written(SAMPLES, tmp_path)).records) == 2
    with pytest.raises(SourceError, match=r"task\.json"):
        read_data_file(written({"a": 1}, tmp_path))


def test_pictures_are_named_in_the_order_of_their_numbers() -> None:
    assert picture_names({"image_10": "j", "image_2": "b"}) == ["b", "j"]
    assert picture_names({"image": ["a", "b"]}) == ["a", "b"]
    assert picture_names({"image": None}) == []
    with pytest.raises(RowError, match="3"):
        picture_names({"image": 3})


def test_a_placeholder_may_have_a_number() -> None:
    assert [match[1] for match in IMAGE_TAG.finditer("<image> <image 1> <image_12> <image2>")] == [
        *("", "1", "12", "2")
    ]
