"""Synthetic motion: clips of a stick figure that idles, walks, turns, jumps or waves.

Made by formulas with numbers of our own; no recorded motion is behind them. A clip depends on its
action, seed, length and skeleton alone. Bones swing about the figure's own left-right axis and
sway about its front-back axis, so that their lengths never change.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mmgen_datasets.motion.skeleton import H36M, HUMANML3D, KIT_ML, Skeleton

Floats = npt.NDArray[np.float64]

ACTIONS = ("idle", "walk", "turn", "jump", "wave")

_FPS = 20.0
_STILL_S = 0.4  # a clip begins at rest, so that its first frame says where the figure faces

_OFFSETS: dict[str, str] = {
    # From the joint each hangs on, in centimetres: left, up, forward. The figure faces +z.
    HUMANML3D.name: "0 0 0, 9 -8 1, -9 -8 1, 0 12 -1, 1 -40 0, -1 -40 0, 0 14 1, 0 -41 -2, "
    "0 -41 -2, 0 6 2, 0 -6 13, 0 -6 13, 0 21 -3, 8 12 -2, -8 12 -2, 0 9 5, 11 3 -1, -11 3 -1, "
    "3 -26 -1, -3 -26 -1, 1 -25 2, -1 -25 2",
    KIT_ML.name: "0 0 0, 0 10 -1, 0 18 1, 0 20 -2, 1 15 4, "
    "-18 -2 -1, -3 -27 -1, -1 -25 2, 18 -2 -1, 3 -27 -1, 1 -25 2, "
    "-9 -7 1, -1 -41 0, 0 -40 -2, 0 -6 -4, 0 -2 17, 9 -7 1, 1 -41 0, 0 -40 -2, 0 -6 -4, 0 -2 17",
    H36M.name: "0 0 0, -11 -6 1, -1 -41 0, 0 -42 -2, 11 -6 1, 1 -41 0, 0 -42 -2, "
    "0 23 -1, 0 25 1, 0 10 5, 0 11 -3, 15 -1 -1, 4 -27 -1, 1 -25 2, -15 -1 -1, -4 -27 -1, -1 -25 2",
}

_HINGES: dict[str, dict[str, tuple[str, ...]]] = {
    # How many bones of a limb, from its middle outwards, follow which angle.
    HUMANML3D.name: {
        "leg": ("hip", "thigh", "shin", "foot"),
        "arm": ("collar", "collar", "arm", "elbow"),
    },
    KIT_ML.name: {
        "leg": ("hip", "thigh", "shin", "foot", "foot"),
        "arm": ("collar", "arm", "elbow"),
    },
    H36M.name: {"leg": ("hip", "thigh", "shin"), "arm": ("collar", "arm", "elbow")},
}


@dataclass(frozen=True)
class Gait:
    """What a figure does; angles in radians, times in seconds."""

    action: str
    size: float = 1.0
    speed: float = 0.0
    """Metres a second, forwards."""
    turn: float = 0.0
    """Radians a second, to the left."""
    cadence: float = 1.7
    """Steps of one leg, jumps or waves a second, half of it for legs."""
    swing: float = 0.0
    """How far thighs swing, and arms less."""
    hop: float = 0.0
    """How high the feet leave the ground, in metres."""
    wave: float = 0.0
    """How far the right arm is lifted, 0..1."""
    phase: float = 0.0
    lean: float = 0.05
    """Of the spine, forwards."""


def gait(action: str, seed: int) -> Gait:
    """Choose the numbers of an action."""
    random = np.random.default_rng([ACTIONS.index(action), seed])
    pace = random.uniform(0.7, 1.3)
    common = {
        "size": random.uniform(0.9, 1.1),
        "phase": random.uniform(0, 2 * np.pi),
        "lean": random.uniform(0.0, 0.12),
        "cadence": 1.7 * pace,
    }
    side = random.choice([-1.0, 1.0])
    own: dict[str, dict[str, float]] = {
        "idle": {"swing": 0.01, "cadence": 0.4},
        "walk": {"swing": 0.45 * pace, "speed": 1.2 * pace, "turn": random.uniform(-0.15, 0.15)},
        "turn": {"swing": 0.2, "speed": 0.3 * pace, "turn": side * random.uniform(0.8, 1.6)},
        "jump": {"hop": random.uniform(0.15, 0.35), "cadence": 0.8 * pace},
        "wave": {"wave": random.uniform(0.8, 1.0), "cadence": pace},
    }
    return Gait(action, **{**common, **own[action]})


def clip(
    action: str, seed: int = 0, *, num_frames: int = 80, skeleton: Skeleton = HUMANML3D
) -> Floats:
    """Make a clip: joints (T, J, 3) in the skeleton's unit, y up, at its frames a second."""
    return move(gait(action, seed), num_frames=num_frames, skeleton=skeleton)


def move(how: Gait, *, num_frames: int = 80, skeleton: Skeleton = HUMANML3D) -> Floats:
    """Let a figure move for some frames; see `clip`."""
    seconds = np.arange(num_frames) / (skeleton.fps or _FPS)
    going = np.clip((seconds - _STILL_S) / 0.4, 0, 1)  # from rest to full speed
    step = np.concatenate([[0.0], np.cumsum(going[1:] * np.diff(seconds))])
    heading = how.turn * step
    angles = _angles(how, step, going)
    joints = _pose(skeleton, angles, heading, how.size)
    way = np.cumsum(
        how.speed * np.diff(step, prepend=0.0) * np.array([np.sin(heading), np.cos(heading)]), 1
    )
    hop = how.hop * going * np.maximum(0, np.sin(2 * np.pi * how.cadence * step)) ** 2
    joints[..., 0] += way[0][:, None]
    joints[..., 1] += (hop - joints[..., 1].min(1))[:, None]  # the lowest joint is on the ground
    joints[..., 2] += way[1][:, None]
    return joints / skeleton.metres


def _angles(how: Gait, step: Floats, going: Floats) -> dict[str, tuple[Floats, Floats]]:
    """The swing forwards and the sway to the left of each bone, at each frame."""
    turns = 2 * np.pi * how.cadence * step
    crouch = 0.5 * np.minimum(1, 4 * how.hop) * going * (1 - np.cos(turns)) / 2
    none = np.zeros_like(step)
    breath = 0.02 * np.sin(2 * np.pi * 0.3 * step + how.phase)
    spine = how.lean + breath + crouch / 2
    angles = {"torso": (-spine, 0.3 * breath), "collar": (-spine, breath)}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        pace = sign * np.sin(turns / 2 + how.phase)
        thigh = going * how.swing * pace + crouch
        knee = going * how.swing * (1 + sign * np.cos(turns / 2 + how.phase)) / 2 + 2 * crouch
        lift = how.wave * going * (side == "right")
        arm = -0.6 * going * how.swing * pace + 0.4 * crouch
        angles |= {
            f"{side}_hip": (none, 0.05 * going * how.swing * pace),
            f"{side}_thigh": (thigh, 0.03 * sign * going),
            f"{side}_shin": (thigh - knee, none),
            f"{side}_foot": (0.3 * (thigh - knee), none),
            f"{side}_arm": (arm, sign * (0.08 + 2.0 * lift)),
            f"{side}_elbow": (
                arm + 0.2 + 0.3 * going * how.swing,
                sign * lift * (2.6 + 0.4 * np.sin(turns)),
            ),
        }
    return angles


def _pose(
    skeleton: Skeleton, angles: dict[str, tuple[Floats, Floats]], heading: Floats, size: float
) -> Floats:
    rest = np.array([[float(x) for x in row.split()] for row in _OFFSETS[skeleton.name].split(",")])
    joints = np.zeros((len(heading), skeleton.num_joints, 3))
    hinges = _bones(skeleton)
    for chain in skeleton.chains:
        for above, joint in pairwise(chain):
            swing, sway = angles[hinges[joint]]
            bone = _turned(rest[joint] * size / 100, swing, sway, heading)
            joints[:, joint] = joints[:, above] + bone
    return joints


def _bones(skeleton: Skeleton) -> dict[int, str]:
    """The angle that the bone to each joint follows."""
    bones = dict.fromkeys(range(skeleton.num_joints), "torso")
    for part, joints in skeleton.parts.items():
        side, _, limb = part.partition("_")
        if not limb:
            continue
        names = _HINGES[skeleton.name][limb]
        for joint, name in zip(joints, names[-len(joints) :], strict=True):
            bones[joint] = "collar" if name == "collar" else f"{side}_{name}"
    return bones


def _turned(offset: Floats, swing: Floats, sway: Floats, heading: Floats) -> Floats:
    """Turn an offset about x by swing, then about z by sway, then about y by heading: (T, 3)."""
    x, y, z = offset
    y, z = y * np.cos(swing) + z * np.sin(swing), z * np.cos(swing) - y * np.sin(swing)
    x, y = x * np.cos(sway) - y * np.sin(sway), x * np.sin(sway) + y * np.cos(sway)
    return np.stack(
        [x * np.cos(heading) + z * np.sin(heading), y, z * np.cos(heading) - x * np.sin(heading)],
        -1,
    )
