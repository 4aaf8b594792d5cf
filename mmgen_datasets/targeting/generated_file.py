"""MM-Gen's file of generated data, written, read and merged.

::

    {"image_folder": "", "len_samples": 1,
     "samples": [{"id": "vqa_nr-1f2e3d4c-000000-0", "image_1": "pool/z.png",
                  "conversations": [{"from": "human", "value": "<image> How many bars?"},
                                    {"from": "gpt", "value": "3"}],
                  "icl_indices": [17], "keyword": "bar chart"}]}

Ids are texts: unique in all parts of a plan, and the same in every call. They tell which prompts
have been answered, so that no range of them is stored, as MM-Gen does. A sample about text only
has no picture.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec
from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.generation.rows import rows_of
from mmgen_datasets.media import undecoded
from mmgen_datasets.targeting.json_file import read_json
from mmgen_datasets.targeting.prompt_file import PromptFile
from mmgen_datasets.targeting.sending import Sending

_ROWS_A_BATCH = 256
_SPEAKERS = {"user": "human", "assistant": "gpt"}
_WANTED = ["id", "file_name", "messages", "provenance", "error"]


class GeneratedFile(msgspec.Struct, frozen=True):
    """What a file holds; records are kept as they are."""

    samples: list[dict[str, Any]]
    image_folder: str = ""


class Merged(NamedTuple):
    """What several files came to."""

    samples: list[dict[str, Any]]
    """With unique ids."""
    repeated: int
    """Samples that stood in two files, as where a part was done twice; kept once."""
    renamed: int
    """Samples that got another id, since another one had theirs."""


def write_generated(conversations: Dataset, path: Path, sending: Sending) -> None:
    """Write the conversations of a plan as MM-Gen does.

    Args:
        conversations: those with an error are left out.
        path: of the file.
        sending: which part of the plan they are of; `input_folder` goes before the pictures.
    """
    samples = []
    for batch in undecoded(conversations).select_columns(_WANTED).iter(_ROWS_A_BATCH):
        samples += [_sample(row, sending) for row in rows_of(batch) if row["error"] is None]
    _write(path, samples)


def read_generated(path: str | Path) -> GeneratedFile:
    """Read a file of generated data, of ours or of MM-Gen.

    Raises:
        MissingFileError: it is not there.
        SourceError: it is no such file.
    """
    return read_json(
        Path(path), GeneratedFile, called="file of generated data", made_by="mmgen task generate"
    )


def merge(files: Sequence[str | Path]) -> Merged:
    """Put files of generated data together.

    Pictures keep their whole path, so that two of a name in different folders stay two.

    Args:
        files: in the order that the samples are to have; a folder stands for the files
            ``generated*.json`` in it.

    Raises:
        UsageError: there is no file.
        SourceError: a file is no such file.
    """
    paths = [path for given in files for path in _files_of(Path(given))]
    samples: list[dict[str, Any]] = []
    known: dict[str, dict[str, Any]] = {}
    repeated = renamed = 0
    for path in paths:
        for sample in _with_folder(read_generated(path)):
            name = str(sample.get("id", ""))
            if known.get(name) == sample:
                repeated += 1
                continue
            if not name or name in known:
                renamed += 1
                sample |= {"id": _free(f"{path.stem}-{name or len(samples)}", known)}
            known[str(sample["id"])] = sample
            samples.append(sample)
    return Merged(samples, repeated, renamed)


def write_merged(samples: Sequence[Mapping[str, Any]], folder: str | Path) -> None:
    """Write samples as MM-Gen's file, ``generated.json``, and as LLaVA's, ``llava.json``."""
    folder = Path(folder)
    _write(folder / "generated.json", samples)
    with whole_file(folder / "llava.json") as file:
        json.dump([_for_llava(sample) for sample in samples], file, ensure_ascii=False, indent=1)
        file.write("\n")


def missing_prompts(samples: Sequence[Mapping[str, Any]], prompts: PromptFile) -> list[int]:
    """The prompts of a plan that no sample came of, by the samples' ids.

    Raises:
        UsageError: no sample is of this plan.
    """
    begin = prompts.name_of(0).rpartition("-")[0]
    mine = [str(sample["id"]) for sample in samples if str(sample["id"]).startswith(f"{begin}-")]
    if samples and not mine:
        raise UsageError(
            f"no sample is of this plan: their ids do not begin with {begin!r}",
            "give the plan that they were generated with",
        )
    done = {int(name.removeprefix(f"{begin}-").split("-")[0]) for name in mine}
    return [index for index in range(len(prompts.prompts)) if index not in done]


def _sample(row: Mapping[str, Any], sending: Sending) -> dict[str, Any]:
    question, answer = (message["content"] for message in row["messages"])
    has_picture = question.startswith("<image>\n")
    picture = {"image_1": str(sending.input_folder / row["file_name"])} if has_picture else {}
    words = question.replace("<image>\n", "<image> ", 1) if has_picture else question
    return {
        "id": row["id"],
        **picture,
        "conversations": [
            {"from": "human", "value": words},
            {"from": "gpt", "value": answer},
        ],
        "icl_indices": row["provenance"]["icl_indices"],
        "keyword": row["provenance"]["keyword"],
    }


def _for_llava(sample: Mapping[str, Any]) -> dict[str, Any]:
    """A sample in the form that LLaVA's trainer reads."""
    turns = [
        turn | {"value": turn["value"].replace("<image> ", "<image>\n", 1)}
        for turn in sample["conversations"]
    ]
    picture = {"image": sample["image_1"]} if "image_1" in sample else {}
    return {"id": str(sample["id"]), **picture, "conversations": turns}


def _with_folder(file: GeneratedFile) -> list[dict[str, Any]]:
    folder = PurePosixPath(file.image_folder)
    return [
        sample | ({"image_1": str(folder / sample["image_1"])} if "image_1" in sample else {})
        for sample in file.samples
    ]


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("generated*.json"))
    if not found:
        raise UsageError(
            f"{path}: has no file generated*.json", "give the folder of 'mmgen task generate'"
        )
    return found


def _free(name: str, known: Mapping[str, Any]) -> str:
    names = (f"{name}{f'.{number}' if number else ''}" for number in count())
    return next(free for free in names if free not in known)


def _write(path: Path, samples: Sequence[Mapping[str, Any]]) -> None:
    content = {"image_folder": "", "len_samples": len(samples), "samples": samples}
    with whole_file(path) as file:
        json.dump(content, file, ensure_ascii=False, indent=3)
        file.write("\n")
