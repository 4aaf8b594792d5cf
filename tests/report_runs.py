"""Runs for tests of the report: over the bundled sample, with faults, scores and hostile text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Audio, Dataset, Features, Image, List, Video, concatenate_datasets

import mmgen_datasets as mmgen
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.media import undecoded
from mmgen_datasets.quality.case import Fault
from mmgen_datasets.quality.detail import write_detail
from tests.motion.cameras import camera
from tests.motion.folders import write_folder
from tests.sample import SAMPLE_DIR

Row = dict[str, Any]

HOSTILE = (
    "<script>window.hacked = 1; alert(1)</script>",
    "</script><script>window.hacked = 1</script>",
    "<!-- <script> not closed",
    "<img src=x onerror='window.hacked = 1'> &amp; &lt;b&gt;",
    "a line\u2028a paragraph\u2029{{ 7 * 7 }} ${7 * 7}",
    "\u202eright to left\u202c שלום עולם",
    "w" * 100_000,
    "a null\x00byte, a bell\x07, \u200b\ufeff",
    "javascript:window.hacked=1",
)
"""What a model may write, and a page must show as it is."""

KINDS = ("conversation", "detail", 'vqa"><svg onload="window.hacked=1">')
UNSUPPORTED = Fault(1, "in the image", "no annotation <b>says</b> so")
REPEATED = (Fault(1, "the", "is said before"), Fault(3, "the", "is said again"))


def sample_run(folder: Path) -> Path:
    """A finished run over the bundled sample: 23 conversations and a reject."""
    mmgen.fill_run(mmgen.RunFolder(folder), mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    return folder


def changed(folder: Path, change: Callable[[int, Row], Row]) -> Path:
    """Put other rows in the place of a run's."""

    def change_all(conversations: Dataset) -> Dataset:
        rows = [change(place, row) for place, row in enumerate(undecoded(conversations))]
        return Dataset.from_list(rows, features=undecoded(conversations).features)

    rewrite_run(folder, change_all)
    return folder


def several_run(folder: Path, others: list[bytes], *, with_first: bool = True) -> Path:
    """A mixed run whose first four conversations are about several pictures, one of which is gone;
    about one; about text alone; and about one that is gone.

    Args:
        folder: of the run.
        others: files of what the first conversation is about besides the picture that it had.
        with_first: whether there is a column `image`, too; else `images` holds single ones as well.
    """

    def with_images(conversations: Dataset) -> Dataset:
        rows = undecoded(conversations).to_list()
        for row in rows:
            row["images"] = None if with_first else [row["image"]]
        rows[0]["images"] = [rows[0]["image"], *({"bytes": o, "path": None} for o in others), None]
        rows[2] |= {"sample_id": "text", "file_name": None, "image": None, "images": []}
        rows[2]["messages"] = [
            {"role": "user", "content": "What is one and one?"},
            {"role": "assistant", "content": "Two."},
        ]
        rows[3] |= {"sample_id": "gone", "image": None, "images": None}
        named = {**conversations.features, "images": List(Image())}
        changed = Dataset.from_list(rows, features=Features(named))
        return changed if with_first else changed.remove_columns("image")

    rewrite_run(sample_run(folder), with_images)
    return folder


def motion_run(folder: Path) -> Path:
    """A run over motions that are computed."""
    motions = write_folder(folder.with_name("motions"), splits=[("train", 5)])
    mmgen.fill_run(mmgen.RunFolder(folder), mmgen.Plan("humanml3d", data_dir=str(motions)))
    return folder


def sound_run(folder: Path, sounds: list[bytes | None]) -> Path:
    """A run whose first conversations are about recordings."""
    return _recorded(folder, "audio", Audio(decode=False), sounds)


def video_run(folder: Path, videos: list[bytes | None]) -> Path:
    """A run whose first conversations are about videos."""
    return _recorded(folder, "video", Video(decode=False), videos)


def _recorded(folder: Path, kind: str, feature: Any, files: list[bytes | None]) -> Path:
    def with_files(conversations: Dataset) -> Dataset:
        number = len(conversations)
        column = [{"bytes": data, "path": "a.bin"} if data else None for data in files]
        recorded = Dataset.from_dict({kind: [*column, *[None] * (number - len(files))]})
        recorded = recorded.cast_column(kind, feature)
        return concatenate_datasets([conversations.remove_columns("image"), recorded], axis=1)

    rewrite_run(sample_run(folder), with_files)
    return folder


_OF_CAPTIONS = """
tasks:
  - name: detail
    inputs: [captions]
    reply: answer
    system: Tell of what is done.
    instructions: ["What is done here?"]
"""


def skeleton_run(folder: Path, joints: Any = None, **settings: Any) -> Path:
    """A run about clips of a recording with captions: positions before a camera, or others."""
    recordings = folder.with_name("recordings")
    recordings.mkdir()
    arrays = {"joints": camera(30) if joints is None else joints, "joint_3d_cam": camera(30)}
    np.savez(recordings / "train.npz", captions=["someone walks."], fps=25.0, **arrays)
    recipe = folder.with_name("recipe.yaml")
    recipe.write_text(_OF_CAPTIONS)
    plan = mmgen.Plan(
        "skeletons",
        str(recipe),
        data_dir=str(recordings),
        source_settings=settings,
        backend="scripted",
    )
    mmgen.fill_run(mmgen.RunFolder(folder), plan)
    return folder


def eventful_run(folder: Path) -> Path:
    """A run with all that a page has to tell: kinds, findings, scores, rejects, hostile text."""
    changed(sample_run(folder), _eventful)
    reject = {
        "id": "coco2017-1-x",
        "sample_id": "1",
        "kind": "detail",
        "reason": "not the form <i>asked</i> for",
        "reply": HOSTILE[0] + "\ud800",
    }
    manifest_path = folder / "run.json"
    manifest = json.loads(manifest_path.read_text())
    manifest |= {"rejects": {reject["reason"]: 2, "no answer came": 1}, "requests": 26}
    manifest_path.write_text(json.dumps(manifest))
    (folder / "rejects.jsonl").write_text(json.dumps(reject) + "\n")
    return folder


def _eventful(place: int, row: Row) -> Row:
    messages = list(row["messages"])
    if place < len(HOSTILE):
        messages[1] = {"role": "assistant", "content": HOSTILE[place]}
    findings = [_finding("turns", ())]
    if place >= len(HOSTILE):
        text = messages[1]["content"]
        findings.append(_finding("unsupported", [UNSUPPORTED] * (UNSUPPORTED.words in text)))
        theirs = [f for f in REPEATED if f.words in messages[f.turn]["content"]]
        findings.append(_finding("my_checks:the", theirs if place % 2 else ()))
    if place == 2:
        findings.append(_finding("<b>bold</b>", [Fault(1, "", "has no words at fault")]))
    score = {"name": "correctness", "value": place % 5 + 1, "judge": "judge", "detail": HOSTILE[0]}
    return row | {
        "messages": messages,
        "kind": KINDS[place % len(KINDS)],
        "checks": findings,
        "scores": [score] if place else [],
        "license": row["license"] | {"url": HOSTILE[-1]} if place == 8 else row["license"],
    }


def _finding(name: str, faults: Any) -> Row:
    return {"name": name, "passed": not faults, "detail": write_detail(faults) or None}
