"""What a run came to, in numbers and names: the first thing that the page tells."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from datasets import Dataset

from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.publish.facts import Facts, gather
from mmgen_datasets.publish.making import making_of
from mmgen_datasets.quality import CHECKS, SET_CHECKS
from mmgen_datasets.quality.judging.agreement import agreement
from mmgen_datasets.quality.tally import Outcome, tally_checks
from mmgen_datasets.report.catalogue import Catalogue
from mmgen_datasets.report.lengths import histogram

_LONGEST_EXAMPLE = 400  # characters
_STEPS = 20  # of scores


def overview_of(
    name: str,
    manifests: Sequence[Manifest],
    conversations: Dataset,
    catalogue: Catalogue,
) -> dict[str, Any]:
    """Tell of a run as plain data.

    Args:
        name: of its folder.
        manifests: of its shards.
        conversations: of all of them.
        catalogue: of the same.
    """
    outcomes = tally_checks(conversations) if "checks" in conversations.column_names else []
    agreements = {judge: agreement(conversations, judge) for judge in catalogue.judges}
    return told_of(name, manifests, gather(conversations), catalogue, outcomes) | {
        "judges": [
            {"name": judge, "agreement": [asdict(row) for row in rows]}
            for judge, rows in agreements.items()
        ]
    }


def told_of(
    name: str,
    manifests: Sequence[Manifest],
    facts: Facts,
    catalogue: Catalogue,
    outcomes: Iterable[Outcome],
) -> dict[str, Any]:
    """Tell of what was counted of a run; it takes no look at single conversations.

    Args:
        name: of its folder.
        manifests: of its shards.
        facts: about its conversations.
        catalogue: of the same.
        outcomes: of checks of the same.
    """
    return {
        "name": name,
        "counts": _counts(facts, manifests, catalogue),
        "kinds": facts.kinds.most_common(),
        "families": facts.families.most_common(),
        "checks": _checks(outcomes),
        "scores": _scores(catalogue),
        "judges": [],
        **catalogue.talk.told(),
        "categories": _categories(catalogue),
        "tokens": _tokens(manifests),
        "licences": _licences(catalogue),
        "making": _making(name, manifests, facts),
    }


def _counts(
    facts: Facts, manifests: Sequence[Manifest], catalogue: Catalogue
) -> dict[str, int | float]:
    return {
        "conversations": facts.rows,
        "exchanges": facts.exchanges,
        "samples": facts.samples,
        "requests": sum(manifest.requests for manifest in manifests),
        "rejects": sum(manifest.num_rejects for manifest in manifests),
        "failing": catalogue.failing,
        "seconds": max(manifest.seconds for manifest in manifests),
    }


def _checks(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    summaries = {name: entry.summary for name, entry in (CHECKS | SET_CHECKS).items()}
    return [
        {
            "name": one.name,
            "summary": summaries.get(one.name, ""),
            "passed": one.passed,
            "failed": one.failed,
            "not_judged": one.not_judged,
            "example": one.example and one.example[:_LONGEST_EXAMPLE],
            "example_id": one.example_id,
        }
        for one in sorted(outcomes, key=lambda one: -one.failed)
    ]


def _scores(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Of each score its mean, and how many values there are in each step, from the lowest on.

    Whole numbers are told one by one, others in twenty steps.
    """
    rows = []
    for name, found in catalogue.scores.items():
        values = [*found.values()]
        least, wide = min(values), max(values) - min(values)
        are_whole = all(value == int(value) for value in values)
        step = 1.0 if are_whole else wide / _STEPS or 1.0
        last = int(wide / step) if are_whole else _STEPS - 1
        counts = Counter(min(int((value - least) / step), last) for value in values)
        bars = [
            {
                "from": round(least + place * step, 4),
                "to": round(least + (place + (not are_whole)) * step, 4),
                "count": count,
            }
            for place, count in sorted(counts.items())
        ]
        rows.append({"name": name, "mean": math.fsum(values) / len(values), "bars": bars})
    return rows


def _categories(catalogue: Catalogue) -> dict[str, Any]:
    """Samples and boxes of each category, and how even they are."""
    samples = catalogue.with_category
    return {
        "rows": [[name, count, catalogue.boxes[name]] for name, count in samples.most_common()],
        "even": _effective_number(samples.values()),
        "per_sample": histogram(catalogue.num_categories),
    }


def _effective_number(counts: Iterable[int]) -> float:
    """How many equally common ones would be as mixed: the exponential of the entropy.

    Example:
        >>> round(_effective_number([5, 5, 5]), 6)
        3.0
    """
    positive = [count for count in counts if count]
    total = sum(positive)
    return math.exp(-math.fsum(n / total * math.log(n / total) for n in positive))


def _tokens(manifests: Sequence[Manifest]) -> dict[str, Any]:
    costs = [manifest.cost for manifest in manifests]
    known = [cost for cost in costs if cost is not None]
    return {
        "prompt": sum(manifest.prompt_tokens for manifest in manifests),
        "cached": sum(manifest.cached_tokens for manifest in manifests),
        "completion": sum(manifest.completion_tokens for manifest in manifests),
        "cost": math.fsum(known) if len(known) == len(costs) else None,
        "price_source": manifests[0].price_source,
        "taken_over": sum(manifest.taken_over for manifest in manifests),
    }


def _licences(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Terms, and how many samples and conversations have them, the commonest first."""
    rows = []
    for name, terms in catalogue.licences.items():
        allowed = {key: terms.get(key) for key in ("commercial", "derivatives", "share_alike")}
        counts = {what: found[name] for what, found in catalogue.with_licence.items()}
        rows.append({"name": name, "url": terms.get("url"), **allowed, **counts})
    return sorted(rows, key=lambda row: -row["conversations"])


def _making(name: str, manifests: Sequence[Manifest], facts: Facts) -> dict[str, Any]:
    making, first = making_of(name, manifests), manifests[0]
    return {
        "status": first.status if len({m.status for m in manifests}) == 1 else "in parts",
        "problem": next((m.problem for m in manifests if m.problem), None),
        "selections": [
            {"kept": each.kept, "of": each.of, "dropped": [*each.dropped.items()]}
            for each in making.selections
        ],
        "command": "\n".join(making.commands),
        "source": sorted({f"{source} {split}".strip() for source, split in facts.sources}),
        "recipe": sorted(f"{recipe} ({sha256[:8]})" for recipe, sha256 in facts.recipes),
        "model": sorted(facts.models),
        "backend": first.plan.backend,
        "seed": making.seed,
        "shards": making.shards,
        "licence": making.licence,
        "not_allowed": making.not_allowed.most_common(),
        "version": making.library_version,
        "started": min(manifest.started_at for manifest in manifests),
        "finished": max((manifest.finished_at or "") for manifest in manifests) or None,
    }
