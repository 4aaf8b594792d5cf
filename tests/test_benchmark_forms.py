"""Benchmarks as those who made them publish them: which question is asked about which picture."""

from __future__ import annotations

import csv
import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset, Features, Image, List, Value

from mmgen_datasets.errors import SourceError
from mmgen_datasets.quality.repeats.benchmark import Benchmark, load_benchmark
from tests.photographs import file_of, scene

ONE, TWO = file_of(scene(1)), file_of(scene(2))
FIRST, SECOND = "Is there a boat in the image?", "What is left of the\ttower?"
NAMES = {sha256(ONE).digest(): "one", sha256(TWO).digest(): "two"}


def about(benchmark: Benchmark) -> dict[str, set[str]]:
    """What is asked, with the pictures that it is asked about."""
    found: dict[str, set[str]] = defaultdict(set)
    for row, questions in enumerate(benchmark.questions):
        shown = {
            NAMES[picture.digest or b""]
            for picture, rows in zip(benchmark.pictures, benchmark.shown, strict=True)
            if row in rows
        }
        for question in questions:
            found[question] |= shown
    return dict(found)


def put(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def tsv(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]], delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    return path


def mmbench(home: Path) -> Path:
    """A row of a circular evaluation refers to the picture of another by its index."""
    options = {"hint": "", "A": "yes", "B": "no", "answer": "A", "category": "count"}
    return tsv(
        home / "MMBench_DEV_EN.tsv",
        [
            {"index": 1000241, "question": FIRST, **options, "image": "241"},
            {"index": 241, "question": FIRST, **options, "image": b64encode(ONE).decode()},
            {"index": 242, "question": SECOND, **options, "image": b64encode(TWO).decode()},
            {"index": 1000242, "question": SECOND, **options, "image": "242"},
        ],
    )


def mmmu_tsv(home: Path) -> Path:
    """Several pictures are the text of a list; ``image_path`` is where they would be put."""
    rows = [
        {"index": n, "question": question, "image": str([b64encode(one).decode()]),
         "image_path": str([f"{n}.jpg"])}
        for n, (question, one) in enumerate([(f"<image 1> {FIRST}", ONE), (SECOND, TWO)])
    ]  # fmt: skip
    return tsv(home / "MMMU_DEV_VAL.tsv", rows)


def pope(home: Path) -> Path:
    """A record on each line of a file called JSON, the pictures in COCO's folder beside it."""
    rows = [
        {"question_id": 1, "image": "COCO_val2014_000000000001.jpg", "text": FIRST, "label": "no"},
        {"question_id": 2, "image": "COCO_val2014_000000000002.jpg", "text": SECOND, "label": "no"},
    ]
    put(
        home,
        {
            "val2014/COCO_val2014_000000000001.jpg": ONE,
            "val2014/COCO_val2014_000000000002.jpg": TWO,
            "coco_pope_random.json": "\n".join(map(json.dumps, rows)),
        },
    )
    return home / "coco_pope_random.json"


def mme(home: Path) -> Path:
    """Of its two kinds of folders one of each."""
    return put(
        home,
        {
            "artwork/images/17.jpg": ONE,
            "artwork/questions_answers_YN/17.txt": f"{FIRST}\tYes\n",
            "color/17.jpg": TWO,
            "color/17.txt": f"{SECOND.replace(chr(9), ' ')}\tYes\n{FIRST}\tNo\n",
            ".cache/huggingface/state.json": "{}",
        },
    )


def vqa(home: Path) -> Path:
    """VQAv2 and OK-VQA: a picture is a number, which its file's name ends with."""
    questions = [
        {"image_id": 42, "question": FIRST, "question_id": 42000},
        {"image_id": 458752, "question": SECOND, "question_id": 458752000},
    ]
    envelope = {
        "info": {"year": 2017},
        "task_type": "Open-Ended",
        "data_subtype": "val2014",
        "license": {"name": "CC BY"},
        "questions": questions,
    }
    put(
        home,
        {
            "val2014/COCO_val2014_000000000042.jpg": ONE,
            "val2014/COCO_val2014_000000458752.jpg": TWO,
            "v2_OpenEnded_mscoco_val2014_questions.json": json.dumps(envelope),
        },
    )
    return home / "v2_OpenEnded_mscoco_val2014_questions.json"


def gqa(home: Path) -> Path:
    """Records by their ids; other objects stand in each."""
    rows = {
        "201307251": {"question": FIRST, "imageId": "n161313", "semantic": [{"operation": "a"}]},
        "201640614": {"question": SECOND, "imageId": "2354786", "types": {"detailed": "exist"}},
    }
    put(home, {"images/n161313.jpg": ONE, "images/2354786.jpg": TWO})
    put(home, {"testdev_balanced_questions.json": json.dumps(rows)})
    return home / "testdev_balanced_questions.json"


def seed_bench(home: Path) -> Path:
    """Files without an ending; the kinds of questions stand in an object before them."""
    data = {"choice_a": "One", "answer": "A", "data_type": "image", "question_type_id": 1}
    questions = [
        {**data, "data_id": "454131_2426904", "question": FIRST, "question_id": "1"},
        {**data, "data_id": "1454426_2591111986", "question": SECOND, "question_id": "2"},
    ]
    file = {"question_type": {"Scene Understanding": 1}, "questions": questions}
    return put(
        home,
        {
            "SEED-Bench-image/454131_2426904": ONE,
            "SEED-Bench-image/1454426_2591111986": TWO,
            "SEED-Bench.json": json.dumps(file),
        },
    )


def textvqa(home: Path) -> Path:
    rows = [
        {"question": FIRST, "image_id": "003a8ae2ef43b901", "image_classes": ["Boat"]},
        {"question": SECOND, "image_id": "004a8ae2ef43b902", "image_classes": []},
    ]
    file = {"dataset_type": "val", "dataset_name": "textvqa", "data": rows}
    put(home, {"train_images/003a8ae2ef43b901.jpg": ONE, "train_images/004a8ae2ef43b902.jpg": TWO})
    put(home, {"TextVQA_0.5.1_val.json": json.dumps(file)})
    return home / "TextVQA_0.5.1_val.json"


def mm_vet(home: Path) -> Path:
    rows = {
        "v1_0": {"imagename": "v1_0.png", "question": FIRST, "answer": "no", "capability": ["rec"]},
        "v1_1": {"imagename": "v1_1.png", "question": SECOND, "answer": "no", "capability": []},
    }
    return put(
        home,
        {"images/v1_0.png": ONE, "images/v1_1.png": TWO, "mm-vet.json": json.dumps(rows)},
    )


def scienceqa(home: Path) -> Path:
    """A question may have no picture."""
    features = Features(
        {"image": Image(), "question": Value("string"), "choices": List(Value("string"))}
    )
    rows = [
        {"image": {"bytes": ONE, "path": "image.png"}, "question": FIRST, "choices": ["a"]},
        {"image": {"bytes": TWO, "path": "image.png"}, "question": SECOND, "choices": []},
        {"image": None, "question": "Which is a noun?", "choices": []},
    ]
    Dataset.from_list(rows, features=features).to_parquet(home / "test-00000-of-00001.parquet")
    return home


def mmmu(home: Path) -> Path:
    names = [f"image_{n}" for n in range(1, 8)]
    features = Features(
        {"id": Value("string"), "question": Value("string"), **dict.fromkeys(names, Image())}
    )
    rows = [
        {
            "id": "a",
            **dict.fromkeys(names),
            "question": f"<image 1> {FIRST}",
            "image_1": {"bytes": ONE},
        },
        {"id": "b", **dict.fromkeys(names), "question": SECOND, "image_2": {"bytes": TWO}},
    ]
    Dataset.from_list(rows, features=features).to_parquet(home / "Art.parquet")
    return home / "Art.parquet"


def bare_parquet(home: Path) -> Path:
    """Bytes, of which the file does not say that they are pictures."""
    table = pa.table({"index": [0, 1], "question": [FIRST, SECOND], "image": [ONE, TWO]})
    pq.write_table(table, home / "mmstar.parquet")
    return home / "mmstar.parquet"


def struct_parquet(home: Path) -> Path:
    images = [{"bytes": ONE, "path": None}, {"bytes": TWO, "path": "b.jpg"}]
    table = pa.table({"Question": [FIRST, SECOND], "image": images})
    pq.write_table(table, home / "realworldqa.parquet")
    return home / "realworldqa.parquet"


ABOUT = {FIRST: {"one"}, SECOND: {"two"}}
BENCHMARKS = {
    "MMBench": (mmbench, ABOUT),
    "MMMU, as TSV": (mmmu_tsv, ABOUT),
    "POPE": (pope, ABOUT),
    "MME": (mme, {FIRST: {"one", "two"}, SECOND.replace("\t", " "): {"two"}}),
    "VQA": (vqa, ABOUT),
    "GQA": (gqa, ABOUT),
    "SEED-Bench": (seed_bench, ABOUT),
    "TextVQA": (textvqa, ABOUT),
    "MM-Vet": (mm_vet, ABOUT),
    "ScienceQA": (scienceqa, {**ABOUT, "Which is a noun?": set()}),
    "MMMU": (mmmu, ABOUT),
    "MMStar, as bytes": (bare_parquet, ABOUT),
    "RealWorldQA, as a struct": (struct_parquet, ABOUT),
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_questions_are_read_with_the_pictures_they_are_about(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write, expected = BENCHMARKS[name]
    assert about(load_benchmark(write(tmp_path))) == expected
    assert not caplog.records


def test_rows_have_the_names_that_one_finds_them_by(tmp_path: Path) -> None:
    assert load_benchmark(gqa(tmp_path)).rows == ["row 201307251", "row 201640614"]
    assert load_benchmark(mmbench(tmp_path)).rows[0] == "row 0"


def test_an_index_is_one_of_the_same_file(tmp_path: Path) -> None:
    """Here two files count from 1, and one is given with the other."""
    for name, question, one in (("a.tsv", FIRST, ONE), ("b.tsv", SECOND, TWO)):
        own = {"index": 1, "question": "", "image": b64encode(one).decode()}
        tsv(tmp_path / name, [own, {"index": 2, "question": question, "image": "1"}])
    assert about(load_benchmark(tmp_path)) == ABOUT


def test_one_record_alone_is_a_benchmark(tmp_path: Path) -> None:
    turns = [{"from": "human", "value": f"<image>\n{FIRST}"}, {"from": "gpt", "value": "Yes."}]
    for record in ({"question": FIRST, "choices": ["a"]}, {"conversations": turns}):
        put(tmp_path, {"q.json": json.dumps(record, indent=1)})
        assert load_benchmark(tmp_path / "q.json").questions == [[FIRST]]


def test_pictures_of_a_megabyte_stand_in_a_cell(tmp_path: Path) -> None:
    """Python's own reader of CSV takes 128 KiB."""
    large = ONE + bytes(1_000_000)
    path = tsv(tmp_path / "q.tsv", [{"question": FIRST, "image": b64encode(large).decode()}])
    assert [one.digest for one in load_benchmark(path).pictures] == [sha256(large).digest()]


def test_an_index_of_no_row_is_a_picture_that_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tsv(tmp_path / "q.tsv", [{"index": 1, "question": FIRST, "image": "7"}])
    assert not load_benchmark(path).pictures
    assert "q.tsv: 1 of the pictures that it names are not there" in caplog.text


def test_a_long_name_is_not_taken_for_a_picture(tmp_path: Path) -> None:
    name = f"{'a' * 70}/{'b' * 71}.jpg"
    put(tmp_path, {name: ONE, "q.json": json.dumps([{"image": name, "question": FIRST}])})
    assert about(load_benchmark(tmp_path / "q.json")) == {FIRST: {"one"}}


@pytest.mark.parametrize(
    "image", [{"bytes": "no bytes", "path": None}, 7, ["", 7], "A" * 66, "A." * 150]
)
def test_what_is_no_picture_is_none(image: object, tmp_path: Path) -> None:
    put(tmp_path, {"q.json": json.dumps([{"image": image, "question": FIRST}])})
    assert about(load_benchmark(tmp_path / "q.json")) == {FIRST: set()}


def test_lists_and_lines_are_told_from_one_another(tmp_path: Path) -> None:
    """Whatever the file is called, and where Windows has put a mark before it."""
    rows = [{"question": FIRST}, {"question": SECOND}]
    put(
        tmp_path,
        {
            "list.jsonl": json.dumps(rows),
            "lines.json": "\n\n".join(map(json.dumps, rows)),
            "lines.jsonl": "\n\n".join(map(json.dumps, rows)),
        },
    )
    for name in ("list.jsonl", "lines.json", "lines.jsonl"):
        assert load_benchmark(tmp_path / name).questions == [[FIRST], [SECOND]]
        put(tmp_path, {name: b"\xef\xbb\xbf\r\n" + (tmp_path / name).read_bytes()})
        assert load_benchmark(tmp_path / name).questions == [[FIRST], [SECOND]]


@pytest.mark.parametrize("end", [', "hint": NaN}]', "}"])
def test_a_list_that_is_broken_tells_where(end: str, tmp_path: Path) -> None:
    put(tmp_path, {"q.json": f'[{{"question": "{FIRST}"{end}'})
    with pytest.raises(SourceError, match=r"q\.json is no JSON of records: .*(byte|truncated)"):
        load_benchmark(tmp_path / "q.json")


@pytest.mark.filterwarnings("ignore:Length of header")
def test_a_separator_at_the_ends_of_lines_shifts_no_column(tmp_path: Path) -> None:
    put(tmp_path, {"q.csv": f"index,question\n1,{FIRST},\n2,{FIRST},\n"})
    assert load_benchmark(tmp_path / "q.csv").questions == [[FIRST], [FIRST]]


def test_the_list_in_an_object_that_asks_is_the_one(tmp_path: Path) -> None:
    """COCO's form has its pictures first; without questions it is read for these."""
    images = [{"file_name": "a.jpg", "id": 1}]
    asked = {"images": images, "sizes": [1, 2], "annotations": [{"question": FIRST}]}
    put(tmp_path, {"a.jpg": ONE, "q.json": json.dumps(asked)})
    assert load_benchmark(tmp_path / "q.json").questions == [[FIRST]]
    put(tmp_path, {"q.json": json.dumps({"images": images})})
    assert len(load_benchmark(tmp_path / "q.json").pictures) == 1


def test_a_name_that_several_files_have_means_none_of_them(tmp_path: Path) -> None:
    put(tmp_path, {"train/1.jpg": ONE, "val/1.jpg": TWO})
    put(tmp_path, {"q.json": json.dumps([{"image": "1.jpg", "question": FIRST}, {"image_id": 1}])})
    assert not load_benchmark(tmp_path / "q.json").pictures


def test_columns_that_say_nothing_are_named(tmp_path: Path) -> None:
    path = tsv(tmp_path / "q.tsv", [{"frage": FIRST, "bild": "1.jpg"}])
    with pytest.raises(SourceError, match="its columns are: frage, bild") as error:
        load_benchmark(path)
    assert "'question'" in (error.value.hint or "")


def test_columns_without_a_question_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tsv(tmp_path / "q.tsv", [{"frage": FIRST, "image": b64encode(ONE).decode()}])
    assert len(load_benchmark(path).pictures) == 1
    assert "no column of questions that is known; its columns are: frage, image" in caplog.text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.parquet", b"PAR1"),
        ("q.tsv", b""),
        ("q.csv", b'a,b\n"1\n'),
        ("q.tsv", b"a\xff\tb\n1\t2\n"),
    ],
)
def test_a_table_that_is_none_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name):
        load_benchmark(tmp_path / name)
