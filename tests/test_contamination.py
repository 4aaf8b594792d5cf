"""Pictures and questions of benchmarks, in the forms they come in, among conversations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, DatasetDict, Features, Image, Value

from mmgen_datasets.errors import MissingFileError, SourceError
from mmgen_datasets.quality.repeats.benchmark import Benchmark, benchmark_of, load_benchmark
from mmgen_datasets.quality.repeats.contamination import check_contamination
from tests.conversations import failed, outcome, table, talk
from tests.photographs import file_of, scene

SHORT = "What is this?"
LONG = "Which of the three towers behind the old bridge has a clock that shows half past nine?"
PICTURE = file_of(scene(1), quality=95)
RECORDS: list[dict[str, Any]] = [
    {"question_id": 1, "image": "one.jpg", "text": SHORT},
    {"question_id": 2, "image": "two.jpg", "text": LONG},
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the pictures of `RECORDS`."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "one.jpg").write_bytes(file_of(scene(1), quality=40))
    (tmp_path / "two.jpg").write_bytes(file_of(scene(2)))
    return tmp_path


def lines(path: Path) -> Path:
    path.write_text("\n".join(map(json.dumps, RECORDS)))
    return path


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def turned_to_turns(record: dict[str, Any]) -> dict[str, Any]:
    """A record as LLaVA has them for training."""
    asked = {"from": "human", "value": f"<image>\n{record['text']}"}
    return {"image": record["image"], "conversations": [asked, {"from": "gpt", "value": "A."}]}


def as_table() -> Dataset:
    rows = [
        {"question": SHORT, "image": {"bytes": file_of(scene(1), quality=40), "path": None}},
        {"question": LONG, "image": {"bytes": file_of(scene(2)), "path": None}},
    ]
    features = Features({"question": Value("string"), "image": Image()})
    return Dataset.from_list(rows, features=features)


def separated(path: Path, mark: str) -> Path:
    columns = ("image", "text")
    rows = [columns, *([record[name] for name in columns] for record in RECORDS)]
    path.write_text("\n".join(map(mark.join, rows)))
    return path


def saved(path: Path) -> Path:
    DatasetDict({"test": as_table()}).save_to_disk(path)
    return path


def in_parquet(path: Path) -> Path:
    path.mkdir()
    as_table().to_parquet(path / "test-00000.parquet")
    return path


FORMS = {
    "JSONL": lambda home: lines(home / "q.jsonl"),
    "lines in a file called JSON": lambda home: lines(home / "q.json"),
    "a list": lambda home: written(home / "q.json", RECORDS),
    "an object around a list": lambda home: written(home / "q.json", {"questions": RECORDS}),
    "conversations": lambda home: written(home / "q.json", [*map(turned_to_turns, RECORDS)]),
    "CSV": lambda home: separated(home / "q.csv", ","),
    "TSV": lambda home: separated(home / "q.tsv", "\t"),
    "a folder of CSV": lambda home: separated(home / "q.csv", ",").parent,
    "a folder of JSON": lambda home: written(home / "q.json", RECORDS).parent,
    "save_to_disk": lambda home: saved(home / "saved"),
    "a folder of parquet": lambda home: in_parquet(home / "parquet"),
    "parquet": lambda home: in_parquet(home / "parquet") / "test-00000.parquet",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_benchmark_of_any_form_is_found_in_conversations(form: str, home: Path) -> None:
    benchmark = load_benchmark(FORMS[form](home))
    rows = [
        talk("a", SHORT, "A tower.", image=PICTURE),
        talk("b", SHORT, "A tower.", image=file_of(scene(3))),
        talk("c", LONG.upper(), "The left one.", image=file_of(scene(4))),
    ]
    checked = check_contamination(table(rows), [benchmark])
    assert [*failed(checked, "benchmark_picture")] == ["row-0"]
    assert [*failed(checked, "benchmark_question")] == ["row-0", "row-2"]


def test_details_name_the_row_and_quote_the_question(home: Path) -> None:
    benchmark = load_benchmark(lines(home / "q.jsonl"))
    rows = [talk("a", SHORT, "A tower.", image=PICTURE), talk("b", f"{LONG} Why?", "The left one.")]
    checked = check_contamination(table(rows), [benchmark])
    [picture] = failed(checked, "benchmark_picture").values()
    assert picture.startswith("shows the picture of row 0 of q.jsonl: ")
    assert failed(checked, "benchmark_question") == {
        "row-0": f'turn 0 "{SHORT}": is asked in row 0 of q.jsonl, about the same picture',
        "row-1": 'turn 0 "Which of the three towers behind the old": is asked in row 1 of q.jsonl'
        " (similarity 0.94)",
    }


def test_a_question_asked_about_many_pictures_is_nobodys() -> None:
    features = Features({"question": Value("string"), "image": Image()})
    rows = [
        {"question": LONG, "image": {"bytes": file_of(scene(seed)), "path": None}}
        for seed in (1, 2)
    ]
    many = benchmark_of(Dataset.from_list(rows, features=features), "many")
    twice = benchmark_of(Dataset.from_list([rows[0]] * 2, features=features), "twice")
    asked = table([talk("a", LONG, "The left one.", image=file_of(scene(3)))])
    assert not failed(check_contamination(asked, [many]), "benchmark_question")
    assert failed(check_contamination(asked, [twice]), "benchmark_question")


def test_a_folder_of_pictures_has_no_questions_to_compare_with(home: Path) -> None:
    benchmark = load_benchmark(home)
    assert benchmark.rows == ["images/one.jpg", "two.jpg"]
    checked = check_contamination(table([talk("a", LONG, "A.", image=PICTURE)]), [benchmark])
    assert [one["name"] for one in checked["checks"][0]] == ["benchmark_picture"]


def test_questions_without_pictures_are_compared_alone() -> None:
    texts = benchmark_of(Dataset.from_list([{"question": LONG}]), "texts")
    checked = check_contamination(table([talk("a", LONG, "A.", image=PICTURE)]), [texts])
    assert [one["name"] for one in checked["checks"][0]] == ["benchmark_question"]
    assert outcome(checked, 0, "benchmark_question")["passed"] is False


def test_pictures_that_are_not_there_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    benchmark = load_benchmark(lines(tmp_path / "q.jsonl"))
    assert not benchmark.pictures
    assert "q.jsonl: 2 of the pictures that it names are not there" in caplog.text


def test_pictures_that_cannot_be_read_are_told(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "two.jpg").write_bytes(b"no picture")
    assert len(load_benchmark(lines(home / "q.jsonl")).pictures) == 1
    assert "q.jsonl: 1 of the pictures that it names are not there" in caplog.text


def test_names_that_lead_out_of_the_folder_are_not_followed(home: Path) -> None:
    inside = home / "inside"
    inside.mkdir()
    records = [{"image": "../two.jpg", "text": LONG}, {"image": str(home / "two.jpg"), "text": "?"}]
    assert not load_benchmark(written(inside / "q.json", records)).pictures


@pytest.mark.parametrize(
    ("content", "problem"),
    [('{"a": ', "is no JSON"), ("[1, 2]", "is no JSON"), ('[{"a": 1}]', "has neither questions")],
)
def test_a_file_that_is_no_benchmark_is_refused(content: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "q.json").write_text(content)
    with pytest.raises(SourceError, match=problem):
        load_benchmark(tmp_path / "q.json")


@pytest.mark.parametrize("path", ["no/such/thing.json", "/nowhere", "nothing"])
def test_a_benchmark_that_is_not_there_is_named(path: str) -> None:
    with pytest.raises(MissingFileError, match=path):
        load_benchmark(path)


def test_an_empty_folder_is_no_benchmark(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="neither questions nor pictures"):
        load_benchmark(tmp_path)


def test_the_first_benchmark_that_has_a_question_is_named() -> None:
    pair = [Benchmark(name, ["row 0"], [[LONG]]) for name in ("first", "second")]
    checked = check_contamination(table([talk("a", LONG, "A.")]), pair)
    assert "row 0 of first" in failed(checked, "benchmark_question")["row-0"]
