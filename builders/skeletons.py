"""Skeletons: a folder of your own with joint positions, cut into clips.

``data_dir`` holds recordings as NumPy files, directly (split ``train``) or in folders or files that
are named after splits::

    train/walk/01.npy          positions (T, J, 3)
    train/walk/01.txt          captions, one a line; may be missing
    train/walk/01/0001.jpg     a picture for each frame, by the alphabet; may be missing
    test.npz                   several arrays, each with a row for each frame

An ``.npz`` may have ``joints`` (T, J, 3), ``joint3d_image`` (T, J, 3) in pixels, ``joint_3d_cam``
(T, J, 3) in millimetres, ``source`` (T,) the recording that a frame is of, ``image_files`` (T,),
``image_size`` (T, 2), ``bbox`` (T, 4), ``factor_2_5d`` (T,), and ``captions`` (N,) and ``fps`` for
all of it. ``scripts/convert_pose_pickle.py`` makes such files of MotionBERT's pickles. A row is a
clip, shortened::

    id walk/01-000016 · captions "someone walks" · joints (16, 17, 3)
    clip start 16 end 32 stride 1 · frame_files walk/01/0017.jpg, ...
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
from datasets.builder import Key

from mmgen_datasets.errors import MissingFileError, RowError, SourceError, UsageError
from mmgen_datasets.motion.clips import Cut, Short, cut_clips
from mmgen_datasets.motion.joint_types import Normalize, find_type
from mmgen_datasets.motion.skeleton import SKELETONS
from mmgen_datasets.schema import EXTRAS, sample_features

from . import skeletons_files as files
from . import skeletons_rows

_LOG = logging.getLogger(__name__)
_CLIPS_PER_TABLE = 500
_COLUMNS = ("joints", "skeleton", "num_frames", "fps", "clip", "frame_files", "view")


@dataclass
class SkeletonsConfig(datasets.BuilderConfig):
    """How recordings are cut, and which positions are taken."""

    skeleton: str = "h36m"
    """A name of `mmgen_datasets.motion.skeleton.SKELETONS`."""
    joint_type: str | None = None
    """A name of `mmgen_datasets.motion.joint_types.JOINT_TYPES`; None takes ``joints`` as they
    are."""
    normalize: Normalize = "anisotropic"
    num_frames: int | None = None
    """How long a clip is; None for a whole recording."""
    sample_stride: int = 1
    data_stride: int | None = None
    short: Short = "drop"
    """These are the fields of `mmgen_datasets.motion.clips.Cut`."""
    only_with_images: bool = False
    """Leave out frames without a picture, before clips are cut."""

    @property
    def cut(self) -> Cut:
        """How recordings are cut."""
        return Cut(self.num_frames, self.sample_stride, self.data_stride, self.short)


class Skeletons(datasets.ArrowBasedBuilder):
    """Builds one row per clip, in the order of the files' names."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = SkeletonsConfig
    BUILDER_CONFIGS = [  # noqa: RUF012 (the name and form that `datasets` reads)
        SkeletonsConfig(name="skeletons", version=VERSION),
    ]

    source_files = staticmethod(files.source_files)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(
            description="Clips of joint positions",
            features=datasets.Features(
                {**sample_features(), **{name: EXTRAS[name] for name in _COLUMNS}}
            ),
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        self._check()
        data_dir = self.config.data_dir
        found = {} if data_dir is None else files.find_files(data_dir)
        if not found:
            raise MissingFileError(
                "skeletons: no .npy or .npz file in "
                f"{data_dir or 'no folder: data_dir is not given'}",
                "put positions (T, J, 3) there, or in folders named train, validation, test",
            )
        root = str(Path(data_dir).absolute())
        return [
            datasets.SplitGenerator(
                name=split, gen_kwargs={"split": split, "paths": paths, "root": root}
            )
            for split, paths in found.items()
        ]

    def _check(self) -> None:
        self.config.cut.check()
        if self.config.skeleton not in SKELETONS:
            raise UsageError(
                f"no skeleton is called {self.config.skeleton!r}", f"use {', '.join(SKELETONS)}"
            )
        if self.config.joint_type is not None:
            find_type(self.config.joint_type)

    def _generate_tables(
        self, split: str, paths: list[str], root: str
    ) -> Iterator[tuple[Key, pa.Table]]:
        num_clips = unusable = 0
        for number, path in enumerate(paths):
            recording = files.read(Path(path), Path(root), SKELETONS[self.config.skeleton])
            if self.config.only_with_images:
                recording = recording.with_images()
            clips = [*cut_clips(recording.sources, self.config.cut)]
            for place in range(0, len(clips), _CLIPS_PER_TABLE):
                part = clips[place : place + _CLIPS_PER_TABLE]
                table, broken = self._table(recording, part, split)
                num_clips, unusable = num_clips + table.num_rows, unusable + broken
                yield Key(number, place), table
        if unusable:
            _LOG.warning("skeletons: left out %d clips of %s with NaN in them", unusable, split)
        if not num_clips:
            raise SourceError(
                f"skeletons: the split {split!r} of {root} has no clip of "
                f"{self.config.num_frames or 'any'} frames",
                "give a smaller num_frames, or short='stretch'",
            )

    def _table(
        self, recording: files.Recording, clips: list[Any], split: str
    ) -> tuple[pa.Table, int]:
        try:
            return skeletons_rows.table(
                recording,
                clips,
                self.config,
                split=split,
                schema=self.info.features.arrow_schema,
            )
        except RowError as error:
            raise SourceError(f"{recording.path}: {error.problem}", error.hint) from error
