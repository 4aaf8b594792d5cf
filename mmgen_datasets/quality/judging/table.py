"""What a judge is shown: conversations with their media, and the annotations of their samples."""

from __future__ import annotations

import hashlib

from datasets import Dataset, Features, concatenate_datasets

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.facts_column import with_facts
from mmgen_datasets.quality.check import Annotations
from mmgen_datasets.quality.judging.rubric import Rubric
from mmgen_datasets.schema import SAMPLE, media_kinds

_SAID = ("id", "sample_id", "source", "kind", "messages")
_KNOWN = ("captions", "objects", "labels", "relations", "narratives", "width", "height")
_KNOWN_OF_MOTIONS = ("descriptions", "clip", "fps")
_NO_SAMPLES = Features({name: SAMPLE[name] for name in ("id", *_KNOWN)})


def judged_table(
    conversations: Dataset, samples: Dataset | None, rubric: Rubric, *, limit: int | None = None
) -> Dataset:
    """Lay the annotations of their samples beside conversations, as if these were samples.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        samples: what they were made from, in any order; None where nothing is to be known of
            them. A conversation whose sample is not among them stands there without annotations.
        rubric: that they are judged by.
        limit: so many conversations. Their ids decide which, so that a larger limit adds to
            those of a smaller one, and they come from all parts of the run.

    Returns:
        A row for each conversation, in their order, with its id.

    Raises:
        UsageError: the judge is to see pictures, and there are none.
    """
    names = conversations.column_names
    if rubric.sees and "image" not in names:
        raise UsageError(
            f"the rubric {rubric.name!r} shows the judge a picture, and the run has none",
            "use the rubric 'annotations', or one of your own with other inputs",
        )
    said = conversations.with_format(None).select_columns(
        [*_SAID, *media_kinds(conversations.features)]
    )
    # Flattened by itself: with an order of its own it would have the pictures copied.
    known = _known(said["sample_id"][:], samples).flatten_indices()
    table = concatenate_datasets([said, known], axis=1)
    table = with_facts(table) if "motion" in rubric.inputs else table
    return table if limit is None else table.select(_drawn(said["id"][:], limit))


def _known(sample_ids: list[str], samples: Dataset | None) -> Dataset:
    if samples is None:
        samples = Dataset.from_dict({name: [] for name in _NO_SAMPLES}, features=_NO_SAMPLES)
    names = [n for n in (*_KNOWN, *_KNOWN_OF_MOTIONS) if n in samples.column_names]
    known = samples.with_format(None).select_columns(names)
    nothing = Dataset.from_dict({name: [None] for name in names}, features=known.features)
    places = Annotations(samples).places
    rows = [places.get(sample_id, len(samples)) for sample_id in sample_ids]
    return concatenate_datasets([known, nothing]).select(rows)


def _drawn(ids: list[str], limit: int) -> list[int]:
    by_chance = sorted(range(len(ids)), key=lambda row: hashlib.sha256(ids[row].encode()).digest())
    return sorted(by_chance[:limit])
