"""Imports go one way: a file imports only from layers below its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mmgen_datasets.cache_id import SHARED_MODULES

ROOT = Path(__file__).resolve().parent.parent

LAYERS = [
    ["errors", "nouns", "quantity", "content", "chance", "json_errors"],
    [
        "registry",
        "chat",
        "licence",
        "vocabulary",
        "hierarchy",
        "predicates",
        "settings",
        "splits",
        "mapped",
    ],
    [
        "schema",
        "columns",
        "files",
        "cache_id",
        "families",
        "missing_media",
        "picture",
        "publish.origins",
    ],
    ["media", "loading", "sample_check", "own_table", "publish.licence"],
    ["parquet", "conversion", "motion", "publish.attribution"],
    ["prompts", "grounded", "backends"],
    ["builders", "generation", "speech", "quality"],
    ["exporters", "generation.run"],
    ["generation.result"],
    ["generation.job"],
    ["generation.asking"],
    ["generation.fill"],
    ["generation.run_samples", "generation.rewriting", "generation.watching"],
    ["targeting", "quality.check_run", "quality.judging", "quality.selection.select_run"],
    ["publish"],
    ["report"],
    ["cli"],
    ["__main__"],
]
"""From the lowest to the highest; modules on a line do not import each other."""


def modules() -> dict[str, Path]:
    """Every module by its name below ``mmgen_datasets``."""
    found = {}
    for package in ("mmgen_datasets", "builders"):
        for path in (ROOT / package).rglob("*.py"):
            parts = list(path.relative_to(ROOT).with_suffix("").parts)
            name = ".".join(parts if package == "builders" else parts[1:])
            found[name.removesuffix(".__init__")] = path
    del found["__init__"]  # names everything, and imports it when asked
    return found


def place(module: str) -> tuple[int, str]:
    """The layer of a module and its entry there; the longest entry that fits counts."""
    fitting = [
        (len(entry), level, entry)
        for level, entries in enumerate(LAYERS)
        for entry in entries
        if module == entry or module.startswith(entry + ".")
    ]
    assert fitting, f"{module} stands in no layer: give it one in LAYERS"
    _, level, entry = max(fitting)
    return level, entry


def imports(path: Path, module: str) -> set[str]:
    """What a file imports of this project."""
    found = set()
    name = f"mmgen_datasets.{module}" + (".__init__" if path.name == "__init__.py" else "")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = name.split(".")[: -node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # What a package gives away may be a module of it.
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    ours = "mmgen_datasets."
    return {name.removeprefix(ours) for name in found if name.startswith(ours)}


@pytest.mark.parametrize(
    ("line", "module", "imported"),
    [
        ("from . import x", "builders.coco", "builders.x"),
        ("from .x import y", "builders.coco", "builders.x.y"),
        ("from . import x", "builders", "builders.x"),
        ("from .. import x", "backends.openai", "x"),
        ("from ..chat import y", "backends", "chat.y"),
        ("from mmgen_datasets import x", "cli", "x"),
        ("from mmgen_datasets.generation import run", "cli", "generation.run"),
        ("import mmgen_datasets.chat", "cli", "chat"),
    ],
)
def test_an_import_is_read_however_it_is_written(
    line: str, module: str, imported: str, tmp_path: Path
) -> None:
    path = tmp_path / ("coco.py" if "." in module or module == "cli" else "__init__.py")
    path.write_text(line)
    assert imports(path, module) == {imported}


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_only_from_below(module: str) -> None:
    level, entry = place(module)
    for imported in imports(modules()[module], module):
        below, other = place(imported)
        assert other == entry or below < level, f"{module} imports {imported}"


def test_the_library_names_builders_by_string_only() -> None:
    for module, path in modules().items():
        if not module.startswith("builders"):
            assert not any(name.startswith("builders") for name in imports(path, module)), module


def test_every_layer_is_inhabited() -> None:
    inhabited = {place(module)[1] for module in modules()}
    assert inhabited == {entry for entries in LAYERS for entry in entries}


def test_contributors_are_told_the_layers() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = "\n".join(" · ".join(entries) for entries in LAYERS if entries != ["__main__"])
    assert f"```\n{drawn}\n```" in told


def test_what_builders_make_rows_with_names_their_cache() -> None:
    """Else rows of before a change would be served after it."""
    taken = set()
    for module, path in modules().items():
        if module.startswith("builders"):
            taken |= {name for name in imports(path, module) if not name.startswith("builders")}
    there = modules()
    used = {name if name in there else name.rpartition(".")[0] for name in taken}
    shared = {name.removesuffix(".py").replace("/", ".") for name in SHARED_MODULES}
    assert used - {"errors", "files", "quantity"} == shared
