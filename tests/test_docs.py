"""What the documents show is what happens."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from mmgen_datasets import load_recipe
from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.cli import main
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.prompts import RECIPES

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
def test_python_runs(block: str) -> None:
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
    assert load_recipe(path).name == "recipe"
    assert yaml.safe_load(block)


def rows(page: str) -> set[tuple[str, str]]:
    """Name and description of the rows of all tables of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z0-9_-]+)` \| (.*?) \|$", text, re.MULTILINE))


def test_the_tables_of_the_documents_are_those_of_the_code() -> None:
    assert {(name, row.summary) for name, row in FAMILIES.items()} <= rows("docs/recipes.md")
    shown = rows("README.md")
    assert {(name, row.summary) for name, row in RECIPES.items()} <= shown
    assert {(name, row.summary) for name, row in (BACKENDS | EXPORTERS).items()} <= shown


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
