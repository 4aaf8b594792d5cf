"""The first step of MM-Gen: references by keyword, and candidates for each keyword."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from datasets import Dataset

from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.targeting.clip import Clip
from mmgen_datasets.targeting.embeddings import embed, vectors_of
from mmgen_datasets.targeting.partition import (
    Classifier,
    by_keyword,
    keyword_scores,
    partition,
    word_vectors,
)
from mmgen_datasets.targeting.pictures import refuse_wrong_folder
from mmgen_datasets.targeting.retrieval import Retrieval, retrieve
from mmgen_datasets.targeting.task import Subgroup, Task
from mmgen_datasets.targeting.vectors import Vectors


@dataclass(frozen=True)
class Workshop:
    """What pictures are looked at with, and where."""

    index: Path
    """Folder of the vectors; see `mmgen_datasets.targeting.embeddings`."""
    input_folder: Path = Path()
    """What the paths of a task file are relative to."""
    clip: Clip = field(default_factory=Clip)
    on_progress: Callable[[int], None] | None = None
    """Called with the number of pictures that were looked at, now and then."""

    def name_of(self, path: Path) -> str:
        """A picture as the task file names it: whole, where it is not in the input folder."""
        whole, folder = path.absolute(), self.input_folder.absolute()
        return (whole.relative_to(folder) if whole.is_relative_to(folder) else whole).as_posix()


class Sorted(NamedTuple):
    """A task, and what did not get into it."""

    task: Task
    bad: dict[str, str]
    """Path of a picture, or the number of a sample, to what is wrong with it."""


def partition_references(task: Task, classifier: Classifier, workshop: Workshop) -> Sorted:
    """Sort the references of a task by keyword.

    A sample with several pictures counts by the mean of what they score. One whose pictures cannot
    be read, or that has none, is in no subgroup.

    Args:
        task: a data file, or a task file whose subgroups are to be made anew.
        classifier: the keywords.
        workshop: the model, and where things are.

    Returns:
        The task with a subgroup for each keyword, without candidates.

    Raises:
        MissingFileError: none of the first pictures is there.
    """
    bad: dict[str, str] = {}
    paths: dict[int, list[str]] = {}
    for number in range(len(task.samples)):
        try:
            names = task.image_paths(number)
            if not names:
                raise RowError("it names no picture")
            paths[number] = [str((workshop.input_folder / name).absolute()) for name in names]
        except RowError as error:
            bad[f"sample {number}"] = error.problem
    distinct = dict.fromkeys(path for several in paths.values() for path in several)
    refuse_wrong_folder(distinct, workshop.input_folder)
    index = embed(
        [Path(path) for path in distinct], workshop.clip, workshop.index, workshop.on_progress
    )
    scores = keyword_scores(index.rows, classifier, workshop.clip)
    row_of = {path: row for row, path in enumerate(index.rows["path"])}
    usable = {
        number: rows for number, several in paths.items() if (rows := _found(several, row_of))
    }
    means = np.array([scores[rows].mean(0) for rows in usable.values()], np.float32)
    numbers = list(usable)
    groups = by_keyword(means.reshape(-1, scores.shape[1]), classifier)
    subgroups = tuple(
        Subgroup(keyword, tuple(numbers[place] for place in places))
        for keyword, places in groups.items()
    )
    return Sorted(replace(task, subgroups=subgroups), bad | index.bad)


def add_candidates(
    task: Task,
    paths: Sequence[Path],
    classifier: Classifier,
    workshop: Workshop,
    retrieval: Retrieval | None = None,
) -> Sorted:
    """Sort pictures by keyword, with the same classifier, as the candidates of a task.

    Args:
        task: one whose subgroups are those of the classifier.
        paths: the pictures.
        classifier: the keywords.
        workshop: the model, and where things are.
        retrieval: which of the pictures are sorted at all; all if None.

    Returns:
        The task with the candidates of each keyword, in the order of `paths`.

    Raises:
        UsageError: the subgroups are others.
    """
    keywords = tuple(group.keyword for group in task.subgroups)
    if keywords != classifier.names:
        raise UsageError(
            f"the task has the keywords {', '.join(keywords) or 'none'}, not"
            f" {', '.join(classifier.names)}",
            "partition its references with the same keywords first",
        )
    index = embed(paths, workshop.clip, workshop.index, workshop.on_progress)
    rows = index.rows
    if retrieval is not None:
        rows = rows.select(
            retrieve(rows, retrieval, _queries(task, retrieval, classifier, workshop))
        )
    groups = partition(rows, classifier, workshop.clip)
    names = [workshop.name_of(Path(path)) for path in rows["path"]]
    subgroups = tuple(
        replace(group, candidate_image_paths=tuple(names[place] for place in groups[group.keyword]))
        for group in task.subgroups
    )
    return Sorted(replace(task, subgroups=subgroups), index.bad)


def _queries(
    task: Task, retrieval: Retrieval, classifier: Classifier, workshop: Workshop
) -> Mapping[str, Vectors]:
    """What the pictures wanted for each keyword are to be like."""
    if retrieval.by == "text":
        return {
            word: word_vectors(
                [word, *classifier.synonyms.get(word, ())], workshop.clip, classifier.templates
            )
            for word in dict.fromkeys(classifier.keywords)
        }
    if retrieval.by == "image":
        return {
            group.keyword: _reference_vectors(task, group, workshop) for group in task.subgroups
        }
    return {}


def _reference_vectors(task: Task, group: Subgroup, workshop: Workshop) -> Vectors:
    names = (name for number in group.reference_sample_idx for name in task.image_paths(number))
    paths = [workshop.input_folder / name for name in dict.fromkeys(names)]
    rows: Dataset = embed(paths, workshop.clip, workshop.index).rows
    return vectors_of(rows)


def _found(paths: Sequence[str], row_of: Mapping[str, int]) -> list[int]:
    return [row_of[path] for path in paths if path in row_of]
