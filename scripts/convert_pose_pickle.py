"""Turn a pickle of poses in MotionBERT's layout into files that the source `skeletons` reads.

    python scripts/convert_pose_pickle.py h36m.pkl skeletons --images images_source.pkl \
        --boxes bboxes_xyxy.pkl

The pickle maps a split to arrays with a row for each frame: joint_3d_cam, joint3d_image,
camera_name, source, 2.5d_factor. `--images` maps a split to the paths of the frames' pictures,
`--boxes` to their boxes. A split becomes OUT/SPLIT.npz. Pickles are read without running anything
that is in them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmgen_datasets.errors import MMGenError, SourceError
from mmgen_datasets.motion.pickled import read_pickle

SIZES = {"54138969": (1000, 1002), "60457274": (1000, 1002)}
USUAL = (1000, 1000)  # of the cameras 55011271 and 58860488 of Human3.6M

ARRAYS = {
    "joint_3d_cam": "joint_3d_cam",
    "joint3d_image": "joint3d_image",
    "2.5d_factor": "factor_2_5d",
}
SPLITS = ("train", "validation", "val", "test")


def frames_of(poses: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays of a split by the names that the source has for them."""
    frames = {ours: np.asarray(poses[theirs]) for theirs, ours in ARRAYS.items() if theirs in poses}
    frames = {
        name: array.astype(np.float32) if array.dtype == np.float64 else array
        for name, array in frames.items()
    }
    if "source" in poses:
        frames["source"] = np.array([str(source) for source in poses["source"]])
    if "camera_name" in poses:
        sizes = [SIZES.get(str(camera), USUAL) for camera in poses["camera_name"]]
        frames["image_size"] = np.array(sizes)
    return frames


def convert(pickled: Path, out: Path, images: Path | None, boxes: Path | None) -> list[Path]:
    """Write a file for each split; see the module."""
    poses = _by_split(pickled)
    pictures = _by_split(images) if images else {}
    corners = _by_split(boxes) if boxes else {}
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for split, arrays in poses.items():
        frames = frames_of(arrays)
        if not frames.keys() & {"joint_3d_cam", "joint3d_image"}:
            raise SourceError(
                f"{pickled}: the split {split!r} has no joint_3d_cam or joint3d_image, only "
                + ", ".join(map(str, arrays)),
                "give poses in the layout of MotionBERT's data",
            )
        if split in pictures:
            frames["image_files"] = np.array([str(path or "") for path in pictures[split]])
        if split in corners:
            frames["bbox"] = np.asarray(corners[split])
        target = out / f"{split}.npz"
        np.savez(target, **frames)
        written.append(target)
    return written


def _by_split(path: Path) -> dict[str, Any]:
    value = read_pickle(path)
    if not isinstance(value, dict) or not {*value} & {*SPLITS}:
        raise SourceError(
            f"{path} holds no splits", f"give a dictionary with {' or '.join(SPLITS)}"
        )
    return {split: value[split] for split in SPLITS if split in value}


def main(argv: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pickle", type=Path)
    parser.add_argument("out", type=Path, help="folder to write to; give it as data_dir")
    parser.add_argument("--images", type=Path, help="pickle of the paths of the frames' pictures")
    parser.add_argument("--boxes", type=Path, help="pickle of the frames' boxes, x, y, x, y")
    options = parser.parse_args(argv)
    try:
        for path in convert(options.pickle, options.out, options.images, options.boxes):
            print(path)
    except MMGenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
