"""A judge's reply, read as scores: generous in form, strict in substance."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from mmgen_datasets.errors import RowError
from mmgen_datasets.prompts.reply_json import read_values
from mmgen_datasets.prompts.reply_schema import refuse_misfit
from mmgen_datasets.quality.judging.rubric import Rubric, schema

Score: TypeAlias = dict[str, Any]
"""A row of `mmgen_datasets.schema.SCORE`."""


def read_verdict(rubric: Rubric, text: str, judge: str) -> list[Score]:
    """Read what a judge replied.

    Words and code fences around the JSON are no harm; a missing criterion, a score that is not on
    the scale, or anything besides is.

    Args:
        rubric: that the judge was given.
        text: of the whole reply.
        judge: the name that the scores are to bear.

    Returns:
        A score for each criterion of the rubric, in its order.

    Raises:
        RowError: it is no such reply.
    """
    values = read_values(text)
    if len(values) != 1:
        raise RowError(f"the reply holds {len(values)} verdicts instead of one")
    [verdict] = values
    refuse_misfit(json.dumps(verdict), schema(rubric))
    return [
        {
            "name": criterion.name,
            "value": float(verdict[criterion.name]["score"]),
            "judge": judge,
            "detail": verdict[criterion.name]["reason"].strip() or None,
        }
        for criterion in rubric.criteria
    ]
