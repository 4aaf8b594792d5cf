"""What is kept for a use, what is told of the rest, and whom to name."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, Value
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import Plan, RunFolder, export, fill_run, generate
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.files import PARTIAL
from mmgen_datasets.licence import Use, license_from_url
from mmgen_datasets.loading import SOURCES
from mmgen_datasets.publish.attribution import ATTRIBUTION, write_attribution
from mmgen_datasets.publish.licence import keep
from mmgen_datasets.publish.origins import ORIGINS
from mmgen_datasets.schema import LICENSE
from tests.sample import SAMPLE_DIR

CC = "http://creativecommons.org/licenses"
COCO = {
    1: f"{CC}/by-nc-sa/2.0/",
    2: f"{CC}/by-nc/2.0/",
    3: f"{CC}/by-nc-nd/2.0/",
    4: f"{CC}/by/2.0/",
    5: f"{CC}/by-sa/2.0/",
    6: f"{CC}/by-nd/2.0/",
    7: "http://flickr.com/commons/usage/",
    8: "http://www.usa.gov/copyright.shtml",
}
"""Number to address, as in COCO's files."""

FEATURES = Features({"source": Value("string"), "license": LICENSE})


def of_urls(*urls: str | None, source: str = "coco2017") -> Dataset:
    """Rows whose licences have these addresses; None is no licence at all."""
    licences = [None if url is None else asdict(license_from_url("", url, url)) for url in urls]
    rows = {"source": [source] * len(urls), "license": licences}
    return Dataset.from_dict(rows, features=FEATURES)


def left(rows: Dataset) -> list[str | None]:
    return [(licence or {}).get("url") for licence in rows["license"]]


@pytest.mark.parametrize(
    ("use", "numbers"),
    [("commercial", [4, 5, 6, 7, 8]), ("research", [*COCO]), ("any", [*COCO])],
)
def test_of_cocos_eight_licences_those_that_allow_a_use_are_kept(
    use: Use, numbers: list[int]
) -> None:
    kept = keep(of_urls(*COCO.values()), use)
    assert left(kept.rows) == [COCO[number] for number in numbers]
    assert kept.left_out == {url: 1 for n, url in COCO.items() if n not in numbers}


@pytest.mark.parametrize("url", [None, "", "https://example.com/terms"])
def test_what_is_unknown_is_neither_for_commerce_nor_for_research(url: str | None) -> None:
    rows = of_urls(url, COCO[4])
    assert left(keep(rows, "commercial").rows) == [COCO[4]]
    kept = keep(rows, "research")
    assert left(kept.rows) == [COCO[4]]
    assert kept.left_out == {url or "unknown licence": 1}
    assert len(keep(rows, "any").rows) == 2


def test_motion_of_amass_is_for_research_only() -> None:
    rows = of_urls(None, source="humanml3d")
    assert len(keep(rows, "research").rows) == 1
    assert keep(rows, "commercial").left_out == {"AMASS, for non-commercial scientific research": 1}


@given(st.lists(st.sampled_from([*COCO.values(), None])), st.sampled_from(["research", "any"]))
def test_a_narrower_use_keeps_part_of_a_wider_one_in_its_order(
    urls: list[str | None], wider: Use
) -> None:
    rows = of_urls(*urls)
    many, few = left(keep(rows, wider).rows), left(keep(rows, "commercial").rows)
    assert few == [url for url in many if url in few]
    assert len(keep(rows, wider).rows) + keep(rows, wider).left_out.total() == len(urls)


def test_a_use_that_is_none_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="licence is 'comercial'\n  → give one of 'any'"):
        keep(of_urls(), "comercial")  # type: ignore[arg-type]


def test_rows_without_licences_are_refused_where_one_is_asked_for() -> None:
    rows = of_urls(COCO[4]).remove_columns("license")
    with pytest.raises(UsageError, match="no column 'license'"):
        keep(rows, "commercial")
    assert keep(rows, "any").rows is rows


def test_nothing_left_is_an_error_that_names_the_licence(conversations: Dataset) -> None:
    rows = conversations.remove_columns("image").select(range(3)).to_list()
    none = Dataset.from_list([row | {"license": None} for row in rows])
    with pytest.raises(UsageError, match="no row has a licence for research use: of 3, 3 have"):
        export(none, "llava", "nowhere", licence="research")


def test_every_source_tells_whom_to_cite() -> None:
    assert set(SOURCES) - {"skeletons"} <= set(ORIGINS)  # those are the user's own
    for origin in ORIGINS.values():
        assert origin.citation.count("{") == origin.citation.count("}")
        assert origin.home.startswith("https://")


def attributed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_picture_is_attributed_once_with_its_licence(
    conversations: Dataset, tmp_path: Path
) -> None:
    row: Mapping[str, Any] = conversations.remove_columns("image")[0]
    twice = conversations.select([0, 1, 0])
    assert write_attribution(twice, tmp_path / ATTRIBUTION) == 2
    first, _ = attributed(tmp_path / ATTRIBUTION)
    assert first["file_name"] == row["file_name"]
    assert first["license_url"] == row["license"]["url"]
    assert first["license_commercial"] == ("yes" if row["license"]["commercial"] else "no")
    assert first["original_url"] == (row["credit"]["original_url"] or "")


def test_what_a_photographer_calls_himself_survives(conversations: Dataset, tmp_path: Path) -> None:
    odd = 'Zoë "the lens", 図\nand | son'
    rows = conversations.remove_columns("image").select([0]).to_list()
    rows[0]["credit"] |= {"author": odd, "title": None}
    spoiled = Dataset.from_list(rows, features=conversations.remove_columns("image").features)
    write_attribution(spoiled, tmp_path / ATTRIBUTION)
    [line] = attributed(tmp_path / ATTRIBUTION)
    assert (line["author"], line["title"]) == (odd, "")


def test_rows_that_failed_are_not_attributed(conversations: Dataset, tmp_path: Path) -> None:
    number = write_attribution(conversations, tmp_path / ATTRIBUTION)
    assert number == list(conversations["error"]).count(None) < len(conversations)


def test_an_export_holds_and_names_what_is_allowed_only(
    conversations: Dataset, tmp_path: Path
) -> None:
    exported = export(conversations, "llava", tmp_path, licence="commercial")
    lines = attributed(tmp_path / ATTRIBUTION)
    assert {line["license_commercial"] for line in lines} == {"yes"}
    assert len(lines) == exported.conversations
    assert exported.not_allowed.total() + exported.conversations + 1 >= len(conversations)
    assert {path.name for path in (tmp_path / "images").iterdir()} == {
        line["file_name"] for line in lines
    }
    assert not list(tmp_path.glob(f"*{PARTIAL}"))


def test_generate_asks_only_about_what_is_allowed(samples: Dataset) -> None:
    made = generate(samples, licence="commercial")
    assert 0 < len(made) < len(samples)
    assert all(licence["commercial"] for licence in made["license"])


def test_a_run_tells_what_its_licence_kept_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(tmp_path / "run")
    command = ["generate", "coco2017", "--data-dir", str(SAMPLE_DIR), "--out", run]
    assert main([*command, "--licence", "commercial", "--limit", "5"]) == 0
    assert "  not for commercial use: " in capsys.readouterr().out
    folder = RunFolder(tmp_path / "run")
    manifest = folder.read()
    assert manifest is not None
    assert manifest.samples == 5
    assert sum(manifest.not_allowed.values()) > 0
    with pytest.raises(RunError, match="the licence 'commercial', not 'any'"):
        fill_run(folder, Plan("coco2017", data_dir=str(SAMPLE_DIR), limit=5))
