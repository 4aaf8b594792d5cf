"""A synthetic folder in the layout of HumanML3D or KIT-ML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmgen_datasets.motion.features import joints_to_features
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import HUMANML3D, Skeleton
from mmgen_datasets.motion.statistics import statistics_of
from tests.motion.gaits import ACTIONS, clip

SENTENCES = {
    "idle": ["a person stands still.", "someone is waiting."],
    "walk": ["a person walks forward.", "someone is walking ahead."],
    "turn": ["a person turns in a circle.", "someone walks in a tight bend."],
    "jump": ["a person jumps up and down.", "someone is hopping on the spot."],
    "wave": ["a person waves with the right hand.", "someone greets with the right arm."],
}


def write_folder(
    root: Path,
    *,
    skeleton: Skeleton = HUMANML3D,
    splits: Sequence[tuple[str, int]] = (("train", 6), ("val", 2), ("test", 2)),
    num_frames: int = 60,
    seed: int = 0,
) -> Path:
    """Write clips of all actions, every other one with its mirror image, and their statistics.

    Clip n is of action ``ACTIONS[n % 5]``, and of its own length, up to 23 frames longer. The
    second caption of every third clip is about its second second alone.

    Args:
        root: the folder to make.
        skeleton: whose joints and layout.
        splits: lists of ids to write, with the number of clips besides mirror images.
        num_frames: of joints, of the shortest clip.
        seed: another one gives other clips.
    """
    for name in ("new_joint_vecs", "new_joints", "texts"):
        (root / name).mkdir(parents=True, exist_ok=True)
    every, number = [], 0
    for split, size in splits:
        ids = []
        for _ in range(size):
            action = ACTIONS[number % len(ACTIONS)]
            joints = clip(
                action, seed + number, num_frames=num_frames + number % 24, skeleton=skeleton
            )
            ids.append(f"{number:06}")
            every.append(_write_clip(root, ids[-1], joints, action, skeleton))
            if number % 2 == 0:
                mirrored = joints[:, list(skeleton.mirrored)] * np.array([-1, 1, 1])
                ids.append(f"M{number:06}")
                every.append(_write_clip(root, ids[-1], mirrored, action, skeleton))
            number += 1
        (root / f"{split}.txt").write_text("".join(f"{id}\n" for id in ids))
    found = statistics_of(every, skeleton)
    np.save(root / "Mean.npy", found.mean)
    np.save(root / "Std.npy", found.std)
    return root


def _write_clip(
    root: Path, id: str, joints: np.ndarray, action: str, skeleton: Skeleton
) -> np.ndarray:
    rows = joints_to_features(joints, skeleton)
    np.save(root / "new_joint_vecs" / f"{id}.npy", rows)
    np.save(root / "new_joints" / f"{id}.npy", features_to_joints(rows, skeleton))
    sentences = SENTENCES[action]
    if id.startswith("M"):
        sentences = [sentence.replace("right", "left") for sentence in sentences]
    part = int(id.removeprefix("M")) % 3 == 0
    (root / "texts" / f"{id}.txt").write_text(
        "".join(
            f"{sentence}#{_tokens(sentence)}#{'1.0#2.0' if part and n else '0.0#0.0'}\n"
            for n, sentence in enumerate(sentences)
        )
    )
    return rows


def _tokens(sentence: str) -> str:
    return " ".join(f"{word}/X" for word in sentence.strip(".").split())
