"""Prompt files of multimodal-instruct, read unmodified.

The format is a mapping from names to tasks (``prompt_config_*.yaml`` of
github.com/RobertBiehl/multimodal-instruct)::

    conversation:
      type: conversation
      system_prompt: >
        ...
      inputs: [captions, boxes]
      split_user_assistant: ===
      stopwords: ["Question:", "Answer:"]
      examples: [{input: ..., output: ...}]

Three things are done otherwise than there. An unknown key is refused. A stop word is taken
off only where a turn begins with it. ``system_prompt_instructions_variations``, which that
program never reads, joins ``instructions``: both are ways to ask for a description, and one
is drawn for each sample.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from mmgen_datasets.prompts.document import Document, FileModel, refusal
from mmgen_datasets.prompts.task import Prose, Task, Written


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class LegacyTask(FileModel):
    """A task in the keys of multimodal-instruct."""

    type: Prose | None = None
    system_prompt: Prose
    inputs: Annotated[
        tuple[Literal["captions", "boxes", "boxes_openimages"], ...], Field(min_length=1)
    ]
    examples: tuple[Written, ...] = ()
    split_user_assistant: str | None = None
    stopwords: Annotated[tuple[Prose, ...], BeforeValidator(_listed)] = ()
    instructions: tuple[Prose, ...] = ()
    system_prompt_instructions_variations: tuple[Prose, ...] = ()

    @model_validator(mode="after")
    def _needs_instructions(self) -> LegacyTask:
        if not (self.split_user_assistant or self.questions):
            raise refusal(
                "a task needs instructions, or replies that are split into turns",
                "give `instructions` or `split_user_assistant`",
            )
        return self

    @property
    def questions(self) -> tuple[str, ...]:
        """All ways to ask for a single answer."""
        return self.instructions + self.system_prompt_instructions_variations


def is_legacy(value: Any) -> bool:
    """Tell by its shape whether a document is a prompt file of multimodal-instruct."""
    return isinstance(value, dict) and any(
        isinstance(task, dict) and "system_prompt" in task for task in value.values()
    )


def read_legacy(document: Document) -> tuple[Task, ...]:
    """Read the tasks of a prompt file of multimodal-instruct.

    Raises:
        RecipeError: a key, type or value that the format does not have.
    """
    return tuple(_read_task(document, name, value) for name, value in document.value.items())


def _read_task(document: Document, name: Any, value: Any) -> Task:
    task = document.validate(LegacyTask, value, (name,))
    return Task(
        name=str(name),
        kind=task.type or str(name),
        inputs=task.inputs,
        system=task.system_prompt,
        reply="turns" if task.split_user_assistant else "answer",
        separator=task.split_user_assistant or "===",
        labels=task.stopwords,
        instructions=() if task.split_user_assistant else task.questions,
        examples=task.examples,
        layout="verbatim",
    )
