"""In a run with a planted fault of each kind all are found, and what is clean passes."""

from __future__ import annotations

import pytest
from datasets import Dataset

import mmgen_datasets as mmgen
from mmgen_datasets.quality import CHECKS, SET_CHECKS
from mmgen_datasets.quality.repeats.check_set import Compared, check_set
from tests.planted import plant
from tests.sample import SAMPLE_DIR

OPEN_IMAGES = SAMPLE_DIR.parent / "open_images"


@pytest.fixture(scope="module", params=["coco2017", "open_images_v7"])
def checked(request: pytest.FixtureRequest) -> Dataset:
    folder = SAMPLE_DIR if request.param == "coco2017" else OPEN_IMAGES
    samples = mmgen.load_dataset(request.param, data_dir=str(folder), split="train")
    good = mmgen.generate(samples).filter(lambda error: error is None, input_columns=["error"])
    table, benchmark = plant(good, samples)
    compared = Compared(benchmarks=[benchmark])
    return check_set(mmgen.check(table, samples), compared.choose(), compared)


def failed(checked: Dataset) -> dict[str, set[str]]:
    """The checks that each conversation failed."""
    return {
        row["id"]: {check["name"] for check in row["checks"] if check["passed"] is False}
        for row in checked.select_columns(["id", "checks"])
    }


def test_every_planted_fault_is_found(checked: Dataset) -> None:
    found = {
        name.removeprefix("planted-"): f
        for name, f in failed(checked).items()
        if "planted-" in name
    }
    assert [name for name, checks in found.items() if name not in checks] == []
    is_coco = checked["source"][0] == "coco2017"
    assert {*found} == {*CHECKS, *SET_CHECKS} - {"denied" if is_coco else "unsupported"}


def test_what_is_clean_passes(checked: Dataset) -> None:
    # The second shows what the benchmark shows.
    clean = [(n, checks) for n, checks in failed(checked).items() if "planted-" not in n]
    assert clean.pop(1)[1] == {"benchmark_picture"}
    assert [(name, checks) for name, checks in clean if checks] == []
