"""Recipes: what to ask a model about a sample, and how to read its reply."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Template:
    """A recipe that comes with the library."""

    file: str
    """Its file in the folder ``templates`` beside this module."""
    summary: str
    """What it yields, in a line, for listings."""


RECIPES = {
    "given": Template(
        "given.yaml",
        "conversations that others made, as the source has them; asks no model",
    ),
    "grounded": Template(
        "grounded.yaml",
        "questions computed from the annotations; asks no model",
    ),
    "llava": Template(
        "llava.yaml",
        "conversation, detail and complex reasoning, by a language model that reads annotations",
    ),
    "llava-small": Template(
        "llava-small.yaml",
        "the same three kinds with short prompts, for small models and small contexts",
    ),
    "llava-vision": Template(
        "llava-vision.yaml",
        "the same three kinds by a vision model that gets the picture and its annotations",
    ),
    "motion": Template(
        "motion.yaml",
        "the same three kinds about a motion, from its captions and what its joints tell",
    ),
    "open-images": Template(
        "open-images.yaml",
        "the same three kinds from narratives, flags, relations and verified labels",
    ),
}
"""The recipes by name; `mmgen_datasets.prompts.recipe.load_recipe` reads them."""
