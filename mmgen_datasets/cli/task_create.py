"""The command for the first step of targeted generation: references and candidates by keyword."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mmgen_datasets.cli.console import complain, say, tell_reasons
from mmgen_datasets.cli.options import (
    DataDir,
    Licence,
    SourceOptions,
    Split,
    WithImages,
    source_settings,
)
from mmgen_datasets.errors import UsageError
from mmgen_datasets.quantity import quantity
from mmgen_datasets.registry import Entry, resolve
from mmgen_datasets.targeting.task import Task, read_task, write_task

_BAD_SHOWN = 5
_MODELS = {
    "clip": Entry("mmgen_datasets.targeting.clip:Clip", "pictures and words as vectors", "clip")
}
_PLACE = "mmgen_datasets.targeting"

InputFolder = Annotated[
    Path,
    typer.Option(
        "--input-folder",
        "--input_folder",
        help="What the paths of pictures in the task file are relative to.",
    ),
]
ClipModel = Annotated[
    str | None,
    typer.Option(
        "--clip-model",
        "--model_name",
        help="CLIP model: a folder, or a name on the hub.",
        show_default="openai/clip-vit-large-patch14",
    ),
]
BatchSize = Annotated[
    int | None,
    typer.Option("--batch-size", "--batch_size", help="How many are looked at at once.", min=1),
]
Device = Annotated[
    str | None, typer.Option(help="Such as cpu or cuda:1; else a GPU where there is one.")
]


def create(
    data_file: Annotated[
        Path,
        typer.Argument(help="The references: a data file of MM-Gen, or LLaVA's list."),
    ],
    keyword: Annotated[
        list[str],
        typer.Option(
            help="A kind of picture; give it again for each. More words for the same kind follow"
            " an equals sign: 'bar chart=histogram,column chart'.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="The task file to write.")],
    candidates: Annotated[
        str | None,
        typer.Option(
            help="Pictures to make samples from: a folder of them, a name from 'mmgen sources', a"
            " dataset of the hub, 'imagefolder', or a prepared folder. None: later."
        ),
    ] = None,
    input_folder: InputFolder = Path(),
    description: Annotated[
        str | None, typer.Option(help="What the task is, in place of what the data file says.")
    ] = None,
    retrieve: Annotated[
        Literal["text", "image", "random"] | None,
        typer.Option(
            help="Take only the candidates most like each keyword, most like its references, or"
            " some by chance."
        ),
    ] = None,
    num: Annotated[
        int, typer.Option(help="How many to retrieve for each keyword; by chance: in all.", min=1)
    ] = 1000,
    seed: Annotated[int, typer.Option(help="Of the choice by chance.")] = 0,
    templates: Annotated[
        bool, typer.Option("--templates", help="Put each word into 17 phrases and take their mean.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(help="Pictures less like each keyword (cosine, about 0.2) become 'other'."),
    ] = None,
    index: Annotated[
        Path | None, typer.Option(help="Folder of the vectors.", show_default="OUT.index")
    ] = None,
    clip_model: ClipModel = None,
    batch_size: BatchSize = None,
    device: Device = None,
    data_dir: DataDir = None,
    split: Split = "train",
    with_images: WithImages = False,
    source_option: SourceOptions = None,
    licence: Licence = "any",
) -> None:
    """Sort references and candidates by keyword, as CLIP sees them.

    The result is a task file of MM-Gen.

    A picture that cannot be read is told and skipped. Vectors are kept in the index: the same
    command, or another with the same index, computes only what is missing.

    Example: mmgen task create charts.json --keyword 'bar chart' --keyword 'pie chart'
    --candidates pool --out charts-task.json
    """
    clip = clip_of(clip_model, batch_size, device)
    steps = importlib.import_module(f"{_PLACE}.create")
    index = index or out.with_name(f"{out.name}.index")
    classifier = _classifier(keyword, templates, threshold)
    workshop = steps.Workshop(index, input_folder, clip, Progress("pictures"))
    made = steps.partition_references(
        _described(read_task(data_file), description), classifier, workshop
    )
    bad, task = made.bad, made.task
    if candidates is not None:
        place = {"data_dir": data_dir, "settings": source_settings(with_images, source_option)}
        pool = _pool(candidates, split, index / "pictures", licence, **place)
        wanted = _retrieval(retrieve, num, seed)
        made = steps.add_candidates(task, pool.paths, classifier, workshop, wanted)
        bad, task = {**bad, **pool.bad, **made.bad}, made.task
        _write_origins(pool, task, workshop, out)
    elif retrieve:
        raise UsageError("there is nothing to retrieve from", "name it with --candidates")
    write_task(task, out)
    _tell(task, bad, out)


class Progress:
    """Says on standard error how far it is.

    Args:
        what: is counted.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0

    def __call__(self, number: int) -> None:
        self._done += number
        complain(f"{self._done:,} {self._what} looked at")


def clip_of(model: str | None, batch_size: int | None, device: str | None) -> Any:
    """The CLIP model that options name."""
    kind = resolve("model", _MODELS, "clip")
    settings = {"model": model, "device": device, "batch_size": batch_size}
    return kind(**{name: value for name, value in settings.items() if value is not None})


def _classifier(words: Sequence[str], templates: bool, threshold: float | None) -> Any:
    keywords, synonyms = [], {}
    for word in words:
        name, equals, others = word.partition("=")
        keywords.append(name)
        if equals:
            synonyms[name] = tuple(filter(None, others.split(",")))
    kind = importlib.import_module(f"{_PLACE}.partition").Classifier
    return kind(tuple(keywords), synonyms, templates, threshold)


def _described(task: Task, description: str | None) -> Task:
    return task if description is None else replace(task, dataset_description=description)


def _retrieval(by: str | None, num: int, seed: int) -> Any:
    if by is None:
        return None
    return importlib.import_module(f"{_PLACE}.retrieval").Retrieval(by, num, seed)


def _pool(source: str, split: str, folder: Path, licence: Any, **place: Any) -> Any:
    pools = importlib.import_module(f"{_PLACE}.candidates")
    path = Path(source)
    if path.is_dir() and pools.has_pictures(path):
        if licence != "any":
            raise UsageError(
                f"nothing is known of the licences of the pictures in {source}",
                "leave --licence out, or take a source that tells them",
            )
        return pools.pool_of_folder(path)
    terms = importlib.import_module("mmgen_datasets.publish.licence")
    fill = importlib.import_module("mmgen_datasets.generation.fill")
    kept = terms.keep(fill.load_split(source, split, **place), licence)
    terms.refuse_empty(kept, licence)
    tell_reasons(f"  not for {licence} use:", kept.left_out)
    return pools.pool_of_dataset(kept.rows, folder)


def _write_origins(pool: Any, task: Task, workshop: Any, out: Path) -> None:
    chosen = {name for group in task.subgroups for name in group.candidates}
    names = {path: name for path in pool.origins if (name := workshop.name_of(path)) in chosen}
    if names:
        file = out.with_suffix(".candidates.parquet")
        importlib.import_module(f"{_PLACE}.candidates").write_origins(pool, names, file)
        say(f"{file}: source, licence and credit of {quantity(len(names), 'candidate')}")


def _tell(task: Task, bad: Mapping[str, str], out: Path) -> None:
    references = sum(len(group.reference_sample_idx) for group in task.subgroups)
    say(f"{out}: {references:,} of {quantity(len(task.samples), 'reference')} sorted by keyword")
    width = max(len(group.keyword) for group in task.subgroups)
    for group in task.subgroups:
        sorted_here = quantity(len(group.reference_sample_idx), "reference")
        pictures = quantity(len(group.candidates), "candidate")
        say(f"  {group.keyword:{width}}  {sorted_here}, {pictures}")
    tell_bad(bad)


def tell_bad(bad: Mapping[str, str]) -> None:
    """Print what was skipped, by reason, and the first few by name."""
    tell_reasons("  skipped", Counter(bad.values()))
    for name, reason in list(bad.items())[:_BAD_SHOWN]:
        say(f"    {name}: {reason}")
