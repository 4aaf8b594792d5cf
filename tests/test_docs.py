"""What the documents show is what happens."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets.inspect
import datasets.load
import pytest
import yaml

from mmgen_datasets import load_recipe
from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.cli import main
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.loading import SOURCES
from mmgen_datasets.motion import TOKENIZERS
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.judging.rubric import load_rubric
from mmgen_datasets.quality.judging.rubrics import RUBRICS
from mmgen_datasets.quality.selection.fields import FIELDS, Field
from mmgen_datasets.registry import Entry
from mmgen_datasets.speech import CODECS
from mmgen_datasets.targeting.modes import MODES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[Any]:
    """The fenced blocks of a language on all pages, each a case of its own."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    return [
        pytest.param(block, id=f"{page.name}-{number}")
        for page in PAGES
        for number, block in enumerate(fence.findall(page.read_text(encoding="utf-8")))
    ]


@pytest.fixture(autouse=True)
def beside_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples are given in the repository, and write where they stand."""
    (tmp_path / "builders").symlink_to(ROOT / "builders")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("block", blocks("python"))
def test_python_runs(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (datasets.load, datasets.inspect):  # what `register` changes, for later tests
        monkeypatch.setattr(module, "dataset_module_factory", module.dataset_module_factory)
    exec(compile(block, "example", "exec"), {"__name__": "example"})


@pytest.mark.parametrize("block", blocks("console"))
def test_commands_print_what_is_shown(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    for part in re.split(r"^\$ mmgen ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        assert main(shlex.split(command)) == 0
        printed = capsys.readouterr().out
        assert doctest.OutputChecker().check_output(expected, printed, doctest.ELLIPSIS), printed


@pytest.mark.parametrize("block", blocks("yaml"))
def test_recipes_load(block: str, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(block, encoding="utf-8")
    load = load_rubric if "criteria:" in block else load_recipe
    assert load(path).name == "recipe"
    assert yaml.safe_load(block)


def rows(page: str, head: str) -> dict[str, str]:
    """Description by name, of the table under a heading; rows that begin with prose are none."""
    text = (ROOT / page).read_text(encoding="utf-8")
    [table] = re.findall(rf"^\| {head} \| \|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return dict(re.findall(r"^\| `([a-z0-9_-]+)` \| (.*?) \|$", table, re.MULTILINE))


@pytest.mark.parametrize(
    ("page", "head", "table"),
    [
        ("README.md", "sources", SOURCES),
        ("README.md", "recipes", RECIPES),
        ("README.md", "backends", BACKENDS),
        ("README.md", "formats", EXPORTERS),
        ("docs/recipes.md", "family", FAMILIES),
        ("docs/speech.md", "codec", CODECS),
        ("docs/mm_gen.md", "mode", MODES),
        ("docs/motion.md", "tokenizer", TOKENIZERS),
        ("docs/quality.md", "check", CHECKS),
        ("docs/selecting.md", "name", FIELDS),
        ("docs/judging.md", "rubric", RUBRICS),
    ],
)
def test_the_tables_of_the_documents_are_those_of_the_code(
    page: str, head: str, table: Mapping[str, Entry | Field]
) -> None:
    assert rows(page, head) == {name: row.summary for name, row in table.items()}


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
