"""Skeletons and their codes in folders by key, with a JSONL file, for llamafactory-multimodal.

::

    train/skeleton_code/skeletons_000000_slice0_16.npy     int64 (T', J)
    train/skeleton_pose3d/skeletons_000000_slice0_16.npy   float32 (T, J, 3), and so for other keys
    train.jsonl                                            a conversation a line
    dataset_info.json                                      how LLaMA-Factory is to read it
    special_tokens.txt                                     to add to the model's tokenizer, in order

A line has the frames of a video as a list, and names the codes; the trainer finds the other keys by
their folders. All paths are relative to the folder::

    {"conversations": [{"from": "human", "value": "<video>..."}, {"from": "gpt", "value":
     "<skeleton>"}], "videos": [["S1/000001.jpg", ...]], "skeletons": ["train/skeleton_code/..."]}
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from datasets import Dataset

from mmgen_datasets.errors import RowError, SourceError, UsageError
from mmgen_datasets.files import safe_name, whole_file
from mmgen_datasets.motion.codes_files import write_array
from mmgen_datasets.motion.joint_types import invert
from mmgen_datasets.motion.skeleton import SKELETONS
from mmgen_datasets.motion.tasks_skeleton import Asked, SkeletonTask, ask, check_columns, inline
from mmgen_datasets.motion.tokens import special_tokens
from mmgen_datasets.motion.tokens_grid import tags
from mmgen_datasets.quantity import quantity

_COLUMNS = {"messages": "conversations", "videos": "videos", "skeletons": "skeletons"}


@dataclass
class Written:
    """What was written, and what was left out."""

    file: Path
    """The JSONL file."""
    records: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason to number of clips."""


def write_skeletons(
    samples: Dataset,
    out: str | Path,
    settings: SkeletonTask,
    *,
    frames: str | Path = "",
    code_dim: int | None = None,
    tokens_inline: bool = False,
) -> Written:
    """Write conversations about clips, and the arrays that they name.

    Args:
        samples: one split of the source ``skeletons`` with a column of codes.
        out: the folder; several splits may share one.
        settings: what is asked, and how tokens are written.
        frames: what goes before the paths of ``frame_files``: where the source's folder lies, seen
            from `out`, or absolute.
        code_dim: the length of a code's vector, for ``skeleton_quant_shape``; left out where null.
        tokens_inline: write tokens in the place of ``<skeleton>``, for trainers that do not know
            it.

    Raises:
        UsageError: the samples lack a column, or nothing can be written.
    """
    check_columns(samples, settings)
    out, skeleton = Path(out), SKELETONS[settings.skeleton]
    split = next(iter(samples[:1]["split"]), None) or "train"
    written = Written(out / f"{safe_name(split)}.jsonl")
    places = _Places(samples, settings, split)
    with whole_file(written.file) as file:
        for asked in ask(samples, settings):
            try:
                record = _record(asked, places, Path(frames), tokens_inline)
            except RowError as error:
                written.left_out[error.problem] += 1
                continue
            for clip in () if tokens_inline else asked.clips:
                places.write(clip, out, code_dim)
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            written.records += 1
        _refuse_nothing(written)
    _write_json(out / "dataset_info.json", _dataset_info(out, settings, split))
    with whole_file(out / "special_tokens.txt") as file:
        tokens = special_tokens(settings.how, tags=tags(settings.token_style, skeleton))
        file.writelines(f"{token}\n" for token in tokens)
    return written


class _Places:
    """The clips of a split and the files that they are written to."""

    def __init__(self, samples: Dataset, settings: SkeletonTask, split: str) -> None:
        self.settings, self.split = settings, split
        self._samples = samples.with_format(None)
        # Joints and what belongs to them are large, and read only to be written.
        self._light = self._samples.select_columns(
            ["source", "clip", "frame_files", settings.codes]
        )
        self._written: set[int] = set()

    def path(self, row: int, key: str = "skeleton_code") -> str:
        """The file of a clip for a key, from the folder on."""
        sample = self._light[row]
        span = f"slice{sample['clip']['start']}_{sample['clip']['end']}"
        name = safe_name(f"{sample['source']}_{row:06d}_{span}.npy")
        return (safe_name(self.split) / key / name).as_posix()

    def codes(self, row: int) -> npt.NDArray[np.int64]:
        """The codes of a clip (T', J)."""
        codes = np.array(self._light[row][self.settings.codes], np.int64)
        wanted = SKELETONS[self.settings.skeleton].num_joints
        if codes.ndim != 2 or codes.shape[1] != wanted:
            raise RowError(f"codes of shape {codes.shape} are not those of {wanted} joints")
        return codes

    def frame_files(self, row: int) -> list[str]:
        """The pictures of a clip's frames."""
        files: list[str] = self._light[row]["frame_files"]
        return files

    def write(self, row: int, out: Path, code_dim: int | None) -> None:
        """Write the arrays of a clip, once."""
        if row in self._written:
            return
        self._written.add(row)
        for key, array in _arrays(self._samples[row], self.codes(row), code_dim).items():
            path = out / self.path(row, key)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_array(path, array)


def _record(asked: Asked, places: _Places, frames: Path, tokens_inline: bool) -> dict[str, Any]:
    if asked.error is not None:
        raise RowError(asked.error)
    question, answer = asked.question, asked.answer
    codes = [places.codes(clip) for clip in asked.clips]
    if tokens_inline:
        question, answer = inline(asked, codes, places.settings)
    files = places.frame_files(asked.clips[0])
    is_video = places.settings.task == "Vid2Skel"
    return {
        "id": asked.id,
        "conversations": [
            {"from": "human", "value": question},
            {"from": "gpt", "value": answer},
        ],
        "videos": [[(frames / file).as_posix() for file in files]] if is_video else [],
        "skeletons": [] if tokens_inline else [places.path(clip) for clip in asked.clips],
    }


def _arrays(
    sample: Mapping[str, Any], codes: npt.NDArray[np.int64], code_dim: int | None
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a clip by key."""
    view = sample["view"]
    known: dict[str, Any] = {
        "skeleton_pose3d": sample["joints"],
        "norm_scale": view["scale"],
        "norm_transl": view["translation"],
        "affine_trans": view["affine"],
        "affine_trans_inv": view["affine"] and invert(np.array(view["affine"], np.float64)),
        "factor_2_5d": view["factor_2_5d"],
    }
    arrays: dict[str, npt.NDArray[Any]] = {"skeleton_code": codes}
    if code_dim is not None:
        arrays["skeleton_quant_shape"] = np.array([code_dim, *codes.shape], np.int64)
    found = {key: value for key, value in known.items() if value is not None}
    return arrays | {key: np.array(value, np.float32) for key, value in found.items()}


def _dataset_info(out: Path, settings: SkeletonTask, split: str) -> dict[str, Any]:
    """What is there already, with this split's entry."""
    path, entries = out / "dataset_info.json", {}
    if path.exists():
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SourceError(f"{path} is no JSON: {error}", "mend it, or take it away") from error
    entry = {"file_name": f"{split}.jsonl", "formatting": "sharegpt", "columns": _COLUMNS}
    return entries | {f"{settings.task}_{split}".lower(): entry}


def _write_json(path: Path, value: Any) -> None:
    with whole_file(path) as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def _refuse_nothing(written: Written) -> None:
    if written.records:
        return
    [(reason, count)] = written.left_out.most_common(1) or [("there are no clips", 0)]
    raise UsageError(
        f"no conversation can be written: {reason} ({quantity(count, 'clip')})",
        "see that the clips have codes, and the texts or pictures that the task needs",
    )
