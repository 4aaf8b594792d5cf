"""The rubric file: by what a judge scores a conversation, and what it is shown.

::

    inputs: [image, captions, boxes]
    criteria:
      - name: tone
        question: Does the assistant speak as one speaks to a child of six?
        scale:
          5: Every sentence could be read aloud to a child.
          4: A word here or there would have to be explained.
          3: ...
          2: ...
          1: It is written for experts.

What a file leaves out is as in the bundled rubric ``default``: the inputs, the words of the prompt
(``system``), the criteria, how the reply is drawn. The form of the reply is told to the judge by
itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, model_validator

from mmgen_datasets.prompts.document import (
    Document,
    FileModel,
    find_template,
    read_document,
    refusal,
)
from mmgen_datasets.prompts.recipe import Recipe
from mmgen_datasets.prompts.task import Drawing, Input, Prose, Task
from mmgen_datasets.quality.judging.rubrics import RUBRICS

POINTS = (1, 2, 3, 4, 5)
"""The scale, from worst to best."""
DEFAULT = "default"
_FOLDER = Path(__file__).with_name("rubrics")
_OF_THE_RUN = {"image", "conversation"}
_WORD = re.compile(r"[a-z][a-z0-9_]*")


def _word(name: str) -> str:
    if not _WORD.fullmatch(name):
        hint = "write small letters, digits and underscores, as in tone_of_voice"
        raise refusal(f"{name!r} cannot name a score", hint)
    return name


def _all_points(scale: dict[int, str]) -> dict[int, str]:
    if set(scale) != set(POINTS):
        found = ", ".join(map(str, sorted(scale))) or "nothing"
        raise refusal(f"the scale describes {found}", "say what 1, 2, 3, 4 and 5 each mean")
    return scale


class Criterion(FileModel):
    """What a conversation gets one score for."""

    name: Annotated[str, AfterValidator(_word)]
    question: Prose
    scale: Annotated[dict[int, Prose], AfterValidator(_all_points)]
    """What each of `POINTS` means."""


class RubricFile(FileModel):
    """What a rubric file holds."""

    inputs: tuple[Input, ...]
    """What the judge is shown besides the conversation; nothing, where it is to judge words
    alone."""
    max_image_side: Annotated[int, Field(ge=1)] | None = None
    """Larger pictures are shrunk until their longer side has so many pixels."""
    system: Prose
    criteria: tuple[Criterion, ...]
    sampling: Drawing

    @model_validator(mode="after")
    def _criteria_differ(self) -> RubricFile:
        if not self.criteria:
            raise refusal("there is no criterion", "list at least one", ("criteria",))
        names = [criterion.name for criterion in self.criteria]
        for index, name in enumerate(names):
            if name in names[:index]:
                at = ("criteria", index, "name")
                raise refusal(f"two criteria are called {name!r}", "rename one of them", at)
        return self


class Rubric(RubricFile):
    """By what a judge scores."""

    name: str
    """The library's name for it, or the name of its file without the ending."""

    @property
    def sees(self) -> bool:
        """Whether the judge is shown the picture."""
        return "image" in self.inputs

    @property
    def reads(self) -> bool:
        """Whether the judge is shown annotations."""
        return bool({*self.inputs} - _OF_THE_RUN)

    @property
    def sha256(self) -> str:
        """Digest of all that it says, in hexadecimal, whether by itself or by default."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def without_annotations(self) -> Rubric:
        """The same for a judge that is shown only what stands in the run itself."""
        kept = tuple(name for name in self.inputs if name in _OF_THE_RUN)
        return self.model_copy(update={"inputs": kept})


def load_rubric(name_or_path: str | Path = DEFAULT) -> Rubric:
    """Read a rubric of the library or of a file.

    Args:
        name_or_path: a name in `RUBRICS`, or the path of a YAML file.

    Raises:
        UnknownNameError: neither a name of the table nor the path of a YAML file.
        RecipeError: the file is missing or does not say what a rubric must say.

    Example:
        >>> [criterion.name for criterion in load_rubric().criteria]
        ['relevance', 'correctness', 'groundedness']
    """
    path = find_template("rubric", name_or_path, RUBRICS, _FOLDER)
    document = read_document(path)
    content = document.validate(RubricFile, _completed(document))
    return Rubric(name=path.stem, **dict(content))


def recipe_of(rubric: Rubric) -> Recipe:
    """A rubric as the engine knows it: one task, about the conversation and what is known."""
    judge = Task(
        name=rubric.name,
        inputs=(*(name for name in rubric.inputs if name != "conversation"), "conversation"),
        max_image_side=rubric.max_image_side if rubric.sees else None,
        system=f"{rubric.system.strip()}\n\n{_criteria(rubric)}\n\n{_form(rubric)}",
        reply="json",
        sampling=replace(rubric.sampling, json_schema=schema(rubric)),
    )
    return Recipe(name=rubric.name, sha256=rubric.sha256, tasks=(judge,))


def schema(rubric: Rubric) -> str:
    """The JSON schema of a judge's reply, as text: of each criterion a reason, then the score."""
    verdict = {
        "type": "object",
        "properties": {
            "reason": {"type": "string"},
            "score": {"type": "integer", "enum": list(POINTS)},
        },
        "required": ["reason", "score"],
        "additionalProperties": False,
    }
    names = [criterion.name for criterion in rubric.criteria]
    whole = {
        "type": "object",
        "properties": dict.fromkeys(names, verdict),
        "required": names,
        "additionalProperties": False,
    }
    return json.dumps(whole)


def _completed(document: Document) -> Any:
    """What a file holds, with the bundled rubric's for what it leaves out."""
    if not isinstance(document.value, dict):
        return document.value
    return read_document(_FOLDER / RUBRICS[DEFAULT].file).value | document.value


def _criteria(rubric: Rubric) -> str:
    paragraphs = [
        "\n".join(
            [
                f"{criterion.name}: {criterion.question.strip()}",
                *(f"  {point}: {criterion.scale[point].strip()}" for point in reversed(POINTS)),
            ]
        )
        for criterion in rubric.criteria
    ]
    return "\n\n".join(["The criteria, and what their scores mean:", *paragraphs])


def _form(rubric: Rubric) -> str:
    verdict = {"reason": "<one sentence>", "score": f"<{POINTS[0]} to {POINTS[-1]}>"}
    shape = json.dumps({criterion.name: verdict for criterion in rubric.criteria})
    shape = re.sub(r'"score": "(<.*?>)"', r'"score": \1', shape)
    return f"Reply with one JSON object of this form and nothing else:\n{shape}"
