r"""The prompt file of MM-Gen: a plan that can be read and counted before anything is sent.

::

    {"task_desc_path": "charts.json", "dataset_description": "Questions about charts ...",
     "num_icl_samples": 1, "mode": "vqa_nr", "min_gen_per_candidate": 1, "total_gen": 1,
     "prompts": [{"keyword": "bar chart",
                  "prompt": ["Example 1", "ref/a.png", "Q: How many bars?\n A: 3", "cand/z.png"],
                  "icl_indices": [17]}]}

``total_gen`` is the number of prompts. The candidate comes last. Pictures are relative to an input
folder which the file does not name. A prompt of ours may have ``num_gen``, where it asks for
another number of items than the others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from mmgen_datasets.errors import SourceError
from mmgen_datasets.files import whole_file
from mmgen_datasets.targeting.json_file import read_json
from mmgen_datasets.targeting.mode import Mode, load_mode


@dataclass(frozen=True)
class Shown:
    """An example as a prompt shows it."""

    label: str
    pictures: tuple[str, ...]
    text: str


class Prompt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request: its examples, and the candidate at the end."""

    keyword: str
    prompt: list[str]
    icl_indices: list[int]
    """Places of the examples among the task's samples."""
    num_gen: int | None = None
    """How many items it asks for, where it is not `PromptFile.min_gen_per_candidate`."""

    @property
    def candidate(self) -> str | None:
        """The picture that is asked about; None in a prompt of text.

        The text of an example has a line break and the name of a file has none, so that an answer
        that ends in ".jpg" is not taken for a picture.
        """
        last = self.prompt[-1] if self.prompt else ""
        return last if last and "\n" not in last else None

    def examples(self) -> list[Shown]:
        """Its examples, told by their labels: one picture or several each, and a text."""
        end = len(self.prompt) - (self.candidate is not None)
        starts: list[int] = []
        for place, item in enumerate(self.prompt[:end]):
            if item == example_label(len(starts)):
                starts.append(place)
        parts = [self.prompt[a:z] for a, z in pairwise([*starts, end])]
        return [Shown(label, tuple(pictures), text) for label, *pictures, text in parts]


class PromptFile(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """All prompts of a plan, in their order, and how they came about."""

    dataset_description: str
    mode: str
    prompts: list[Prompt]
    task_desc_path: str = ""
    num_icl_samples: int = 1
    min_gen_per_candidate: int = 1
    total_gen: int = 0
    """The number of prompts."""
    seed: int | None = None
    """Of the draws; a file of MM-Gen has none."""

    @cached_property
    def sha256(self) -> str:
        """Digest of all that decides what is asked, and in which order."""
        asked = [self.dataset_description, self.mode, self.min_gen_per_candidate, self.prompts]
        return hashlib.sha256(msgspec.json.encode(asked)).hexdigest()

    @property
    def num_items(self) -> int:
        """How many items are asked for, in all."""
        return sum(self.count_of(prompt) for prompt in self.prompts)

    def name_of(self, index: int) -> str:
        """What a prompt is called, in all parts of the plan; nothing in another plan is."""
        return f"{self.load_mode().name}-{self.sha256[:8]}-{index:06d}"

    def count_of(self, prompt: Prompt) -> int:
        """How many items a prompt asks for."""
        return self.min_gen_per_candidate if prompt.num_gen is None else prompt.num_gen

    def per_keyword(self) -> dict[str, int]:
        """The number of prompts of each keyword, in the order of the file."""
        return dict(Counter(prompt.keyword for prompt in self.prompts))

    def load_mode(self) -> Mode:
        """The mode that it was made for; ``GenerationMode.VQA`` is ``vqa``."""
        name = self.mode.rpartition(".")[2]
        return load_mode(self.mode if name in {"yaml", "yml"} else name.lower())


def example_label(index: int) -> str:
    """What an example begins with.

    Example:
        >>> example_label(0)
        'Example 1'
    """
    return f"Example {index + 1}"


def read_prompt_file(path: str | Path) -> PromptFile:
    """Read a prompt file, of ours or of MM-Gen.

    Raises:
        MissingFileError: it is not there.
        SourceError: it is no prompt file, or a prompt in it is empty.
    """
    path = Path(path)
    found = read_json(path, PromptFile, called="prompt file", made_by="mmgen task plan")
    for index, prompt in enumerate(found.prompts):
        try:
            is_empty = not prompt.prompt
            prompt.examples()
        except ValueError:  # a label with nothing behind it
            is_empty = True
        if is_empty:
            raise SourceError(
                f"{path}: prompt {index} is not whole: {prompt.prompt!r}", "correct it there"
            )
    return found


def write_prompt_file(prompts: PromptFile, path: str | Path) -> None:
    """Write a prompt file, whole or not at all."""
    first: dict[str, Any] = {"task_desc_path": "", "num_icl_samples": 1, "total_gen": 0}
    content = {**first, "min_gen_per_candidate": 1, **msgspec.to_builtins(prompts)}
    with whole_file(Path(path)) as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=1).decode() + "\n")
