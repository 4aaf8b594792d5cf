"""What the package shows: its names, its weight, its errors, its wheel."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest

import mmgen_datasets
from mmgen_datasets import errors
from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.loading import SOURCES
from mmgen_datasets.quality import CHECKS, SET_CHECKS
from mmgen_datasets.registry import Entry, resolve
from mmgen_datasets.speech import CODECS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["mmgen_datasets", "builders"]
HEAVY = ["torch", "transformers", "openai", "llama_cpp", "datasets", "numpy", "PIL", "aiohttp"]
ERRORS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]


def absolute_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def in_a_fresh_process(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout


def test_the_public_names_are_sorted_and_exist() -> None:
    names = mmgen_datasets.__all__
    assert names == sorted(names) == sorted(mmgen_datasets._PUBLIC)
    for name in names:
        assert getattr(mmgen_datasets, name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'generat'"):
        mmgen_datasets.generat  # noqa: B018


@pytest.mark.parametrize("module", ["mmgen_datasets", "mmgen_datasets.cli"])
def test_nothing_heavy_is_imported_before_it_is_used(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    assert in_a_fresh_process(code).strip() == "[]"


@pytest.mark.parametrize(
    "table",
    [BACKENDS, CHECKS, CODECS, EXPORTERS, SET_CHECKS, SOURCES],
    ids=["backend", "check", "codec", "format", "check of many", "source"],
)
def test_every_row_of_a_table_can_be_imported(table: dict[str, Entry]) -> None:
    for name in table:
        assert resolve("row", table, name).__doc__


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling(kind: type[errors.MMGenError]) -> None:
    """`Dataset.map(num_proc=4)` moves them between processes."""
    error = kind("the problem", "the hint")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (kind, "the problem\n  → the hint")


def test_a_retry_error_keeps_how_long_to_wait() -> None:
    copy = pickle.loads(pickle.dumps(errors.RetryError("busy", "wait", 2.5)))
    assert (str(copy), copy.retry_after) == ("busy\n  → wait", 2.5)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_stands_in_the_tree_of_its_module(kind: type[Exception]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")
    assert issubclass(kind, errors.MMGenError)


def test_a_module_that_fails_while_it_is_imported_is_not_called_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "defective.py").write_text("import math\nmath.no_such_thing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AttributeError, match="no_such_thing"):
        resolve("backend", {}, "defective:Backend")


def test_a_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    table = {"deep": Entry("no_such_package_at_all:x", "", extra="deep")}
    with pytest.raises(errors.MissingExtraError, match=r'pip install "mmgen-datasets\[deep\]"'):
        resolve("backend", table, "deep")


def test_an_attribute_that_is_missing_is_named() -> None:
    with pytest.raises(errors.UnknownNameError, match="math has no 'sqroot'"):
        resolve("function", {}, "math:sqroot")


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    always = package_names(project["dependencies"])
    extras = package_names(chain(*project["optional-dependencies"].values()))
    # Names of pillow, PyYAML, pydantic.
    own = {"mmgen_datasets", "PIL", "yaml", "pydantic_core"}
    for path in (path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py")):
        imported = {name.partition(".")[0] for name in absolute_imports(path)}
        with_extras = {"backends", "motion", "speech", "targeting"} & {*path.parts}
        declared = always | extras if with_extras else always
        assert imported - sys.stdlib_module_names - own <= declared, path


def package_names(requirements: Iterable[str]) -> set[str]:
    """What the packages are imported as."""
    names = {re.split(r"[<>=\[]", line)[0].lower() for line in requirements}
    return {name.removesuffix("-python").replace("-", "_") for name in names}


def packaged(path: Path) -> Path:
    """Where a file of the repository stands in the installed package."""
    parts = path.relative_to(ROOT).parts
    return Path("mmgen_datasets", *(parts if parts[0] == "builders" else parts[1:]))


def packaged_files() -> set[Path]:
    return {
        packaged(path)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_every_folder_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = settings["tool"]["setuptools"]["packages"]
    assert declared == sorted({".".join(path.parent.parts) for path in packaged_files()})


@pytest.mark.slow
def test_the_wheel_holds_the_packages_and_no_others(tmp_path: Path) -> None:
    """A package named `builders` in site-packages would clash with others of that name."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "-w", str(tmp_path)]
    subprocess.run([*command, str(source)], check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        files = {Path(name) for name in archive.namelist() if ".dist-info/" not in name}
    assert files == packaged_files()
