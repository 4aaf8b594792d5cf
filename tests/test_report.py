"""What a report tells of a run, as data and as a file."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.report.chunks import pack, unpack
from mmgen_datasets.report.lengths import histogram
from mmgen_datasets.report.openings import WORDS, opening_of, opening_tree
from mmgen_datasets.report.payload import payload_of
from mmgen_datasets.report.write import write_report
from tests.photographs import opened
from tests.report_runs import (
    HOSTILE,
    changed,
    eventful_run,
    sample_run,
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return eventful_run(tmp_path_factory.mktemp("report") / "run")


def chunks_of(page: Path) -> dict[str, str]:
    """The data of a page, by name."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(r'<script type="text/plain" id="chunk-([\w-]+)">(.*?)</script>', text, re.S)
    return dict(found)


def records(chunks: dict[str, str], name: str) -> list[Any]:
    """All rows of chunks of a name, in order."""
    parts = sum(key.startswith(f"{name}-") for key in chunks)
    return [row for part in range(parts) for row in unpack(chunks[f"{name}-{part}"])]


def test_every_conversation_is_in_the_page_as_it_was_written(run: Path, tmp_path: Path) -> None:
    write_report(run, tmp_path / "page.html")
    chunks = chunks_of(tmp_path / "page.html")
    rows = list(mmgen.load_run(run).remove_columns("image"))
    assert [record["turns"] for record in records(chunks, "texts")] == [
        [[message["role"], message["content"]] for message in row["messages"]] for row in rows
    ]
    assert unpack(chunks["index"])["conversations"]["id"] == [row["id"] for row in rows]
    assert {len(line.split(" ")) for line in chunks["media-0"].split("\n")} == {1}


def test_nothing_hostile_stands_in_the_page_as_it_was_written(run: Path, tmp_path: Path) -> None:
    write_report(run, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    for hostile in HOSTILE:
        assert hostile not in text
    assert text.count("</script>") == 1 + len(chunks_of(tmp_path / "page.html"))


def test_the_same_run_gives_the_same_page(run: Path, tmp_path: Path) -> None:
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        write_report(run, page)
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_faults_come_with_the_words_that_they_quote(run: Path) -> None:
    payload = payload_of(run)
    record = unpack(payload.catalogue.texts[0])[2]
    [failed] = record["failed"]
    assert (failed["name"], failed["faults"]) == ("<b>bold</b>", [[1, "", "has no words at fault"]])
    assert record["passed"] == ["turns"]


def test_the_overview_counts(run: Path) -> None:
    overview = payload_of(run).overview
    rows = list(mmgen.load_run(run).remove_columns("image"))
    assert overview["counts"]["conversations"] == len(rows)
    assert overview["counts"]["rejects"] == 3
    assert dict(overview["kinds"]) == Counter(row["kind"] for row in rows)
    values = Counter(score["value"] for row in rows for score in row["scores"])
    assert {bar["from"]: bar["count"] for bar in overview["scores"][0]["bars"]} == values
    [first, _] = overview["rejects"]
    assert (first["count"], first["examples"][0]["reply"]) == (2, HOSTILE[0] + "\ud800")
    licences = Counter(row["license"]["name"] for row in rows)
    assert {row["name"]: row["samples"] for row in overview["licences"]} == licences
    told = overview["making"]
    assert told["command"].startswith("mmgen generate coco2017 --data-dir coco")


def test_conversations_about_one_picture_share_it(tmp_path: Path) -> None:
    folder = changed(
        sample_run(tmp_path / "run"),
        lambda place, row: row | {"sample_id": "1009", "id": f"c{place}"},
    )
    write_report(folder)
    chunks = chunks_of(folder / "report.html")
    assert len(chunks["media-0"].split("\n")) == 1
    assert set(unpack(chunks["index"])["conversations"]["sample"]) == {0}


def test_boxes_captions_and_categories_come_from_the_source(run: Path) -> None:
    payload = payload_of(run)
    [first, *_] = unpack(payload.catalogue.sample_texts[0])
    assert first["captions"]
    for _name, *edges, _flags in first["boxes"]:
        left, top, right, bottom = edges
        assert 0 <= left < right <= 10_000
        assert 0 <= top < bottom <= 10_000
    index = payload.catalogue.index()
    named = {index["names"]["category"][number] for number in index["samples"]["category"][0]}
    assert named == {box[0] for box in first["boxes"]}


@pytest.mark.parametrize("annotations", [True, False])
def test_without_the_source_the_page_does_without_boxes(
    tmp_path: Path, annotations: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sample_run(tmp_path / "run")
    words = ["report", str(folder), "--data-dir", str(tmp_path / "none")]
    assert main([*words, *([] if annotations else ["--no-annotations"])]) == 0
    assert ("without boxes" in capsys.readouterr().err) is annotations
    chunks = chunks_of(folder / "report.html")
    assert not unpack(chunks["overview"])["annotated"]
    assert "boxes" not in records(chunks, "samples")[0]


def test_scores_of_several_judges_stand_apart(tmp_path: Path) -> None:
    def judged(place: int, row: dict[str, Any]) -> dict[str, Any]:
        scores = [
            {"name": "tone", "value": value, "judge": judge, "detail": None}
            for judge, value in (("a", place % 2), ("b", 0.5), ("c", None), ("d", math.nan))
        ]
        return row | {"scores": scores}

    payload = payload_of(changed(sample_run(tmp_path / "run"), judged))
    assert {row["name"]: row["mean"] for row in payload.overview["scores"]} == {
        "tone@a": pytest.approx(11 / 23),
        "tone@b": 0.5,
    }
    assert payload.catalogue.index()["scores"]["tone@a"][:3] == [0, 1, 0]


def test_a_run_in_which_all_came_to_nothing_has_a_page(tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    for file in (folder / "conversations").glob("*.parquet"):
        file.unlink()
    write_report(folder)
    overview = unpack(chunks_of(folder / "report.html")["overview"])
    assert overview["counts"]["conversations"] == 0
    assert overview["rejects"][0]["count"] == 1


def test_a_run_that_is_not_finished_is_refused(tmp_path: Path) -> None:
    folder = sample_run(tmp_path / "run")
    manifest = folder / "run.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"status": "interrupted"}))
    with pytest.raises(RunError, match="not finished"):
        write_report(folder)


def test_a_folder_is_not_written_over(run: Path, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "link").symlink_to("pages")
    for name in ("pages", "link"):
        with pytest.raises(UsageError, match=f"{name} is a folder"):
            write_report(run, tmp_path / name)
    assert (tmp_path / "link").is_dir()


def test_the_command_says_what_it_wrote(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "new" / "page.html"
    assert main(["report", str(run), "--out", str(page), "--thumbnail-side", "64"]) == 0
    assert capsys.readouterr().out.startswith(f"{page}: 23 conversations, ")
    line = chunks_of(page)["media-0"].split("\n")[0]
    picture = opened(base64.b64decode(line.partition(",")[2]))
    assert (picture.format, max(picture.size)) == ("WEBP", 64)


@given(
    st.dictionaries(st.integers(0, 3000) | st.integers(0, 10**6), st.integers(1, 50), max_size=30)
)
def test_a_histogram_counts_everything_once(lengths: dict[int, int]) -> None:
    told = histogram(Counter(lengths))
    assert sum(told["counts"]) + told["beyond"] == told["total"] == sum(lengths.values())
    assert told["beyond"] <= told["total"] / 100
    for place, count in enumerate(told["counts"]):
        step = told["step"]
        inside = range(place * step, (place + 1) * step)
        assert count == sum(n for length, n in lengths.items() if length in inside)
    everything = sorted(Counter(lengths).elements())
    if everything:
        assert told["median"] == everything[math.ceil(len(everything) / 2) - 1]


@given(st.lists(st.text(), max_size=40))
def test_the_branches_of_openings_sum_up(questions: list[str]) -> None:
    openings = Counter(map(opening_of, questions))
    tree = opening_tree(openings)
    assert sum(branch["count"] for branch in tree) == sum(
        count for opening, count in openings.items() if opening
    )
    for branch in tree:
        assert sum(below["count"] for below in branch["branches"]) <= branch["count"]
    assert all(len(opening) <= WORDS for opening in openings)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(_JSON)
def test_what_is_packed_comes_back(value: Any) -> None:
    text = pack(value)
    assert unpack(text) == value
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", text)
