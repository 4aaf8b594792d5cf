"""Measure the features of motion against the same computed frame by frame.

    python -m scripts.bench.motion_features --clips 32 --frames 120 --rounds 3

The other way is the algorithm of HumanML3D written as it is told: a frame after another, in each a
bone after another, with NumPy for vectors of three and four. Clips are synthetic and all of one
length. CPU is user and system time of this process; a round does every way once, and the figures
are medians of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mmgen_datasets.motion.features import joints_to_features
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import HUMANML3D, Floats, Skeleton
from tests.motion.gaits import ACTIONS, clip

SIGMA, RADIUS = 20, 80


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=32)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    clips = [
        clip(ACTIONS[n % len(ACTIONS)], n, num_frames=options.frames) for n in range(options.clips)
    ]
    batch = np.stack(clips)
    few = clips[: max(1, options.clips // 16)]
    rows = joints_to_features(batch)
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "features, frame by frame": (len(few), lambda: [by_frames(joints) for joints in few]),
        "features, clip by clip": (len(clips), lambda: [joints_to_features(x) for x in clips]),
        "features, all at once": (len(clips), lambda: joints_to_features(batch)),
        "features, corrected": (len(clips), lambda: joints_to_features(batch, strict=False)),
        "joints, frame by frame": (len(few), lambda: [joints_by_frames(x) for x in rows[:2]]),
        "joints, clip by clip": (len(clips), lambda: [features_to_joints(x) for x in rows]),
        "joints, all at once": (len(clips), lambda: features_to_joints(rows)),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(options.rounds):
        for way, (number, work) in ways.items():
            start = time.process_time()
            work()
            taken[way].append((time.process_time() - start) / (number * options.frames))
    for way, times in taken.items():
        median = statistics.median(times)
        slow = statistics.median(taken[f"{way.split(',')[0]}, frame by frame"])
        print(f"{way:26} {1e6 * median:9.1f} us a frame {slow / median:9.1f} times as fast")


def by_frames(joints: Floats, skeleton: Skeleton = HUMANML3D) -> Floats:
    """The published features, without another person's bones: (T, J, 3) to (T - 1, 263)."""
    rig = skeleton.rig
    assert rig
    num_frames, up = len(joints), np.array([0.0, 1.0, 0.0])
    stage = [np.array(frame, np.float64) for frame in joints]
    floor = min(joint[1] for frame in stage for joint in frame)
    right, left, right_shoulder, left_shoulder = rig.face
    start = stage[0][0] * np.array([1, 0, 1]) + floor * up
    hips = stage[0][right] - stage[0][left]
    shoulders = stage[0][right_shoulder] - stage[0][left_shoulder]
    turn = _between(np.cross(up, _unit(hips + shoulders)))
    stage = [np.array([_turned(turn, joint - start) for joint in frame]) for frame in stage]

    forward = []
    for frame in stage:
        hips = frame[left] - frame[right]
        shoulders = frame[right_shoulder] - frame[left_shoulder]
        forward.append(np.cross(up, _unit(hips + shoulders)))
    weights = [np.exp(-0.5 * (i / SIGMA) ** 2) for i in range(-RADIUS, RADIUS + 1)]
    heading = [np.array([1.0, 0.0, 0.0, 0.0])]
    for t in range(1, num_frames):
        around = [
            weight * forward[min(max(t + i, 0), num_frames - 1)]
            for i, weight in zip(range(-RADIUS, RADIUS + 1), weights, strict=True)
        ]
        heading.append(_between(sum(around, np.zeros(3)) / sum(weights)))

    rows = []
    for t in range(num_frames - 1):
        now, then = stage[t], stage[t + 1]
        root = now[0] * np.array([1, 0, 1])
        spin = _product(heading[t + 1], _back(heading[t]))
        way = _turned(heading[t + 1], then[0] - now[0])
        here = [_turned(heading[t], joint - root) for joint in now]
        columns = {}
        for chain in skeleton.chains:
            so_far = heading[t]
            for above, joint in pairwise(chain):
                bone = _rotation(rig.axes[joint], _unit(now[joint] - now[above]))
                local = _product(_back(so_far), bone)
                so_far = _product(so_far, local)
                matrix = np.array([_turned(local, axis) for axis in np.eye(3)])
                columns[joint] = matrix[:2].reshape(-1)
        steps = [_turned(heading[t], b - a) for a, b in zip(now, then, strict=True)]
        feet = [*rig.left_foot, *rig.right_foot]
        rows.append(
            np.concatenate(
                [
                    [np.arcsin(spin[2]), way[0], way[2], here[0][1]],
                    *here[1:],
                    *(columns[joint] for joint in range(1, skeleton.num_joints)),
                    *steps,
                    [float(((then[j] - now[j]) ** 2).sum() < rig.contact) for j in feet],
                ]
            )
        )
    return np.array(rows)


def joints_by_frames(features: Floats, num_joints: int = HUMANML3D.num_joints) -> Floats:
    """Joints from the positions among the features: (T, 263) to (T, J, 3)."""
    angle, place, frames = 0.0, np.zeros(3), []
    for t, row in enumerate(features):
        if t:
            angle += features[t - 1][0]
        turn = np.array([np.cos(angle), 0.0, -np.sin(angle), 0.0])
        if t:
            place = place + _turned(turn, np.array([features[t - 1][1], 0, features[t - 1][2]]))
        positions = row[4 : 4 + 3 * (num_joints - 1)].reshape(-1, 3)
        root = np.array([place[0], row[3], place[2]])
        frames.append([root, *(_turned(turn, joint) + place for joint in positions)])
    return np.array(frames)


def _unit(v: Floats) -> Floats:
    return np.asarray(v / np.sqrt((v * v).sum()))


def _between(forward: Floats) -> Floats:
    """The rotation that makes who looks there look along +z."""
    return _rotation(forward, np.array([0.0, 0.0, 1.0]))


def _rotation(a: Floats, b: Floats) -> Floats:
    w = np.sqrt((a * a).sum() * (b * b).sum()) + (a * b).sum()
    return _unit(np.concatenate([[w], np.cross(a, b)]).astype(np.float64))


def _turned(q: Floats, v: Floats) -> Floats:
    once = np.cross(q[1:], v)
    return np.asarray(v + 2 * (q[0] * once + np.cross(q[1:], once)))


def _back(q: Floats) -> Floats:
    return np.asarray(q * np.array([1, -1, -1, -1]))


def _product(q: Floats, r: Floats) -> Floats:
    vector = q[0] * r[1:] + r[0] * q[1:] + np.cross(q[1:], r[1:])
    return np.concatenate([[q[0] * r[0] - (q[1:] * r[1:]).sum()], vector])


if __name__ == "__main__":
    main()
