"""Skeletons: which joints there are, how they hang together, and how they are named.

`HUMANML3D` is the first 22 joints of SMPL (Loper et al., 2015), `KIT_ML` the 21 of the KIT
Motion-Language dataset, `H36M` the 17 in which Human3.6M is used by MotionBERT and its heirs.
The constants of the `Rig` of the first two are those of HumanML3D's `motion_representation.ipynb`
(Guo et al., "Generating Diverse and Natural 3D Human Motions From Text", CVPR 2022).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
"""An array of float32 or float64."""

_AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}


@dataclass(frozen=True)
class Rig:
    """What the features of HumanML3D need to know of a skeleton besides its joints."""

    directions: str
    """Where each bone points in the rest pose, from joint 1 on: ``+x -x +y ...``."""
    leg: tuple[int, int]
    """The two joints whose bones say how long a leg is."""
    left_foot: tuple[int, int]
    right_foot: tuple[int, int]
    """Ankle and toe."""
    face: tuple[int, int, int, int]
    """Right hip, left hip, right shoulder, left shoulder: they say where a person faces."""
    contact: float
    """A foot joint stands if its squared way in a frame, in the skeleton's unit, is below."""

    @property
    def axes(self) -> Floats:
        """`directions` as unit vectors, those of joint 0 being 0: (J, 3) float32."""
        rows = [np.multiply(_AXES[word[1]], int(word[0] + "1")) for word in self.directions.split()]
        return np.array([(0, 0, 0), *rows], np.float32)


@dataclass(frozen=True)
class Skeleton:
    """The joints of a person, by number."""

    name: str
    joints: tuple[str, ...]
    """What each joint is called."""
    chains: tuple[tuple[int, ...], ...]
    """Joints from the root, or a joint of a chain before, outwards; together all bones."""
    parts: dict[str, tuple[int, ...]] = field(hash=False)
    """Each joint in one of five body parts."""
    fps: float | None = None
    """Frames a second of the dataset that the skeleton is of; null where that varies."""
    metres: float = 1.0
    """The length of its unit: 0.001 where positions are in millimetres."""
    rig: Rig | None = None
    """Null where the features of HumanML3D are not defined for it."""

    @property
    def num_joints(self) -> int:
        """How many joints there are."""
        return len(self.joints)

    @property
    def parents(self) -> tuple[int, ...]:
        """The joint that each hangs on; -1 for the root.

        Example:
            >>> H36M.parents[:5]
            (-1, 0, 1, 2, 0)
        """
        above = {b: a for chain in self.chains for a, b in pairwise(chain)}
        return tuple(above.get(joint, -1) for joint in range(self.num_joints))

    @property
    def mirrored(self) -> tuple[int, ...]:
        """The joint on the other side of each; itself, where it has none.

        Example:
            >>> H36M.mirrored[:5]
            (0, 4, 5, 6, 1)
        """
        names = {name.lower(): joint for joint, name in enumerate(self.joints)}
        return tuple(names[_other_side(name.lower())] for name in self.joints)


def _other_side(name: str) -> str:
    if name.startswith("left"):
        return "right" + name.removeprefix("left")
    return "left" + name.removeprefix("right") if name.startswith("right") else name


HUMANML3D = Skeleton(
    "humanml3d",
    joints=(
        *("pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2"),
        *("left_ankle", "right_ankle", "spine3", "left_foot", "right_foot", "neck"),
        *("left_collar", "right_collar", "head", "left_shoulder", "right_shoulder"),
        *("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
    ),
    chains=(
        (0, 2, 5, 8, 11),
        (0, 1, 4, 7, 10),
        (0, 3, 6, 9, 12, 15),
        (9, 14, 17, 19, 21),
        (9, 13, 16, 18, 20),
    ),
    parts={
        "torso": (0, 3, 6, 9, 12, 15),
        "left_arm": (13, 16, 18, 20),
        "right_arm": (14, 17, 19, 21),
        "left_leg": (1, 4, 7, 10),
        "right_leg": (2, 5, 8, 11),
    },
    fps=20.0,
    rig=Rig(
        "+x -x +y -y -y +y -y -y +y +z +z +y +x -x +z -y -y -y -y -y -y",
        leg=(5, 8),
        left_foot=(7, 10),
        right_foot=(8, 11),
        face=(2, 1, 17, 16),
        contact=0.002,
    ),
)
"""HumanML3D: 22 joints, metres, 20 frames a second, y up."""

KIT_ML = Skeleton(
    "kit_ml",
    joints=(
        *("pelvis", "spine1", "spine2", "neck", "head"),
        *("right_shoulder", "right_elbow", "right_wrist"),
        *("left_shoulder", "left_elbow", "left_wrist"),
        *("right_hip", "right_knee", "right_ankle", "right_heel", "right_foot"),
        *("left_hip", "left_knee", "left_ankle", "left_heel", "left_foot"),
    ),
    chains=(
        (0, 11, 12, 13, 14, 15),
        (0, 16, 17, 18, 19, 20),
        (0, 1, 2, 3, 4),
        (3, 5, 6, 7),
        (3, 8, 9, 10),
    ),
    parts={
        "torso": (0, 1, 2, 3, 4),
        "left_arm": (8, 9, 10),
        "right_arm": (5, 6, 7),
        "left_leg": (16, 17, 18, 19, 20),
        "right_leg": (11, 12, 13, 14, 15),
    },
    fps=12.5,
    metres=0.001,
    rig=Rig(
        "+y +y +y +y +x -y -y -x -y -y +x -y -y +z +z -x -y -y +z +z",
        leg=(17, 18),
        left_foot=(19, 20),
        right_foot=(14, 15),
        face=(11, 16, 5, 8),
        contact=0.05,
    ),
)
"""KIT-ML: 21 joints, millimetres, 12.5 frames a second, y up.

The sides are those of the constants of its features; the names of its own model, the Master Motor
Map, call them the other way round.
"""

H36M = Skeleton(
    "h36m",
    joints=(
        *("Hips", "Right_Hip", "Right_Knee", "Right_Foot", "Left_Hip", "Left_Knee", "Left_Foot"),
        *("Spine", "Thorax", "Neck/Nose", "Head"),
        *("Left_Shoulder", "Left_Elbow", "Left_Wrist"),
        *("Right_Shoulder", "Right_Elbow", "Right_Wrist"),
    ),
    chains=(
        (0, 1, 2, 3),
        (0, 4, 5, 6),
        (0, 7, 8, 9, 10),
        (8, 11, 12, 13),
        (8, 14, 15, 16),
    ),
    parts={
        "torso": (0, 7, 8, 9, 10),
        "left_arm": (11, 12, 13),
        "right_arm": (14, 15, 16),
        "left_leg": (4, 5, 6),
        "right_leg": (1, 2, 3),
    },
)
"""Human3.6M in 17 joints, named as llamafactory-multimodal's tags are."""

SKELETONS = {skeleton.name: skeleton for skeleton in (HUMANML3D, KIT_ML, H36M)}
"""Every skeleton by name."""
