"""What conversations are judged by: a file each, and one's own in files like these."""

from __future__ import annotations

from mmgen_datasets.prompts import Template

RUBRICS = {
    "default": Template(
        "default.yaml",
        "relevance, correctness and groundedness, by a judge that sees picture and annotations",
    ),
    "annotations": Template(
        "annotations.yaml", "the same by a judge without eyes, who reads the annotations"
    ),
}
"""By name; `mmgen_datasets.quality.judging.rubric.load_rubric` reads them."""
