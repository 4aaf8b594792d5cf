"""HumanML3D and KIT Motion-Language: motions with captions.

Home: https://github.com/EricGuo5513/HumanML3D (Guo et al., "Generating Diverse and Natural 3D Human
Motions From Text", CVPR 2022), whose README tells how to make the folder, KIT-ML's too. The
captions and the code are MIT; the motions are of AMASS (https://amass.is.tue.mpg.de), whose licence
allows non-commercial research and no passing on. So nothing is downloaded here: ``data_dir`` is
your own folder, in the layout of `mmgen_datasets.motion.folder`. A row, shortened::

    id 000021 · file_name new_joint_vecs/000021.npy · fps 20.0 · num_frames 120
    captions "a person walks forward, then sits down.", ...
    motion 120 rows of 263 features

A caption that has time tags is about a part of its clip, and makes a row of that part:
``000021_1.500000_4.000000``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
from datasets.builder import Key

from mmgen_datasets.errors import SourceError
from mmgen_datasets.motion.features import width_of
from mmgen_datasets.motion.folder import (
    FEATURES,
    JOINTS,
    TEXTS,
    find_folder,
    find_folders,
    read_splits,
)
from mmgen_datasets.motion.skeleton import SKELETONS
from mmgen_datasets.publish.origins import ORIGINS
from mmgen_datasets.schema import EXTRAS, sample_features

from . import humanml3d_rows

_LOG = logging.getLogger(__name__)
_CLIPS_PER_TABLE = 128
_SHOWN = 5
_EXTRAS = ("descriptions", "num_frames", "fps", "clip", "skeleton", "is_mirrored")


@dataclass
class HumanML3DConfig(datasets.BuilderConfig):
    """What to load of a folder."""

    with_joints: bool = False
    """Add the column ``joints``; where ``new_joints`` has none, recovered from the features."""
    with_parts: bool = True
    """Make a row of each part of a clip that a caption is about; else captions stay at the clip."""
    with_mirrored: bool = True
    """Keep the mirror images, whose ids begin with M."""


class HumanML3D(datasets.ArrowBasedBuilder):
    """Builds a row per clip and one per part of a clip, in the order of the lists of ids."""

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = HumanML3DConfig
    BUILDER_CONFIGS = [  # noqa: RUF012 (the name and form that `datasets` reads)
        HumanML3DConfig(name="humanml3d", version=VERSION),
        HumanML3DConfig(name="kit_ml", version=VERSION),
    ]

    @staticmethod
    def source_files(data_dir: str) -> list[Path]:
        """The files that rows depend on."""
        patterns = (f"{FEATURES}/*.npy", f"{JOINTS}/*.npy", f"{TEXTS}/*.txt", "*.txt")
        roots = find_folders(data_dir)
        return [path for root in roots for pattern in patterns for path in root.glob(pattern)]

    def _info(self) -> datasets.DatasetInfo:
        skeleton = SKELETONS[self.config.name]
        origin = ORIGINS[self.config.name]
        features = sample_features("motion")
        features |= {name: EXTRAS[name] for name in _EXTRAS}
        features["motion"] = datasets.Array2D((None, width_of(skeleton)), "float32")
        if self.config.with_joints:
            features["joints"] = EXTRAS["joints"]
        return datasets.DatasetInfo(
            description="Motions of one person with captions",
            homepage=origin.home,
            citation=origin.citation,
            license=origin.media.name if origin.media else "unknown",
            features=features,
        )

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        if self.config.data_dir is None:
            raise SourceError(
                f"{self.config.name} is not downloaded: its motions may not be passed on",
                "make the folder as docs/motion.md tells, and give it as data_dir",
            )
        root = find_folder(self.config.data_dir, self.config.name)
        there = humanml3d_rows.clips_there(root, SKELETONS[self.config.name])
        kept = {split: self._kept(ids) for split, ids in read_splits(root).items()}
        offered = {split: ids for split, ids in kept.items() if not there.isdisjoint(ids)}
        if not offered:
            raise SourceError(
                f"{self.config.name}: none of the {sum(map(len, kept.values())):,} clips that the "
                f"lists name is in {root / FEATURES}",
                f"run: mmgen motion doctor {root}",
            )
        return [
            datasets.SplitGenerator(
                name=split,
                gen_kwargs={"split": split, "root": str(root), "blocks": _blocks(ids)},
            )
            for split, ids in offered.items()
        ]

    def _kept(self, ids: list[str]) -> list[str]:
        return [id for id in ids if self.config.with_mirrored or not id.startswith("M")]

    def _generate_tables(
        self, split: str, root: str, blocks: list[list[str]]
    ) -> Iterator[tuple[Key, pa.Table]]:
        skeleton, origin = SKELETONS[self.config.name], ORIGINS[self.config.name]
        constants = {"source": self.config.name, "split": split}
        if origin.media:
            constants |= {"license": asdict(origin.media)}
        skipped: dict[str, str] = {}
        for number, ids in enumerate(blocks):
            parts = humanml3d_rows.read_parts(
                Path(root),
                ids,
                skeleton,
                with_parts=self.config.with_parts,
                with_joints=self.config.with_joints,
                skipped=skipped,
            )
            schema = self.info.features.arrow_schema
            yield Key(0, number), humanml3d_rows.table_of(parts, schema, skeleton, constants)
        self._tell(split, skipped, sum(map(len, blocks)))

    def _tell(self, split: str, skipped: dict[str, str], number: int) -> None:
        if not skipped:
            return
        some = "; ".join(f"{id}: {why}" for id, why in [*skipped.items()][:_SHOWN])
        _LOG.warning(
            "%s: %d of %d clips of %s are left out (%s%s); 'mmgen motion doctor %s --all' lists "
            "them",
            self.config.name,
            len(skipped),
            number,
            split,
            some,
            "; ..." if len(skipped) > _SHOWN else "",
            self.config.data_dir,
        )


def _blocks(ids: list[str]) -> list[list[str]]:
    """Cut a list in pieces, which `datasets` divides among processes."""
    return [ids[i : i + _CLIPS_PER_TABLE] for i in range(0, len(ids), _CLIPS_PER_TABLE)]
