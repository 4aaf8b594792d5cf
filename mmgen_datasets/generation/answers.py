"""Conversations without a model: those that follow from annotations, and those that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.generation.conversations import beside, messages_of, provenance_of
from mmgen_datasets.generation.rows import fingerprint, rows_of
from mmgen_datasets.grounded import answer
from mmgen_datasets.own_table import as_conversations
from mmgen_datasets.prompts.recipe import Grounded, Recipe
from mmgen_datasets.schema import conversations_of, media_kinds

_ROWS_A_BATCH = 256


def answer_all(samples: Dataset, recipe: Recipe, *, seed: int, cache: str | None = None) -> Dataset:
    """Answer questions from the annotations, or take what samples are given with; ask no model.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE`.
        recipe: one with `grounded` settings, or with `given`.
        seed: of the choice of questions and wordings.
        cache: the file that `datasets` keeps the result in; by default beside the samples.

    Returns:
        Rows of `mmgen_datasets.schema.CONVERSATION`, one per sample, in their order.
    """
    if recipe.given is not None:
        made = provenance_of(recipe, None)
        return as_conversations(samples, kind=recipe.given.kind, provenance=made)
    media = media_kinds(samples.features)
    samples = samples.with_format(None)

    def fill(batch: Mapping[str, list[Any]], indices: list[int]) -> pa.Table:
        rows = [_grounded_row(sample, recipe, seed, media) for sample in rows_of(batch)]
        return beside(samples, indices, rows)

    return samples.remove_columns(media).map(
        fill,
        with_indices=True,
        batched=True,
        batch_size=_ROWS_A_BATCH,
        features=conversations_of(samples.features),
        new_fingerprint=fingerprint("grounded", samples, recipe.model_dump_json(), seed),
        cache_file_name=cache,
        desc="conversations",
    )


def _grounded_row(
    sample: Mapping[str, Any], recipe: Recipe, seed: int, media: Sequence[MediaKind]
) -> dict[str, Any]:
    asked = recipe.grounded or Grounded()
    exchanges = answer(
        sample, families=asked.families, max_exchanges=asked.max_exchanges, seed=seed
    )
    return {
        "id": f"{sample['source']}-{sample['id']}-{recipe.name}",
        "sample_id": sample["id"],
        "messages": messages_of(exchanges, media),
        "kind": "grounded",
        "provenance": provenance_of(recipe, seed)
        | {"families": [exchange.family for exchange in exchanges]},
        "checks": [],
        "scores": [],
        "error": None if exchanges else "no question follows from the annotations",
    }
