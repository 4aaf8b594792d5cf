"""Rotations as quaternions (w, x, y, z), and as the first two columns of their matrix.

Every function takes arrays of any leading shape, which broadcast, and keeps their float type. The
order of operations is that of `common/quaternion.py` of EricGuo5513/HumanML3D, so that float32
comes out as there, but for the last bits, which torch rounds differently from one processor to
another. The six numbers are those of Zhou et al., "On the Continuity of Rotation
Representations in Neural Networks", CVPR 2019.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mmgen_datasets.motion.skeleton import Floats


def multiply(q: Floats, r: Floats) -> Floats:
    """The rotation that does `r` first and `q` then."""
    a, b, c, d = _parts(q)
    w, x, y, z = _parts(r)
    return np.stack(
        [
            w * a - x * b - y * c - z * d,
            w * b + x * a - y * d + z * c,
            w * c + x * d + y * a - z * b,
            w * d - x * c + y * b + z * a,
        ],
        axis=-1,
    )


def inverse(q: Floats) -> Floats:
    """The rotation back."""
    return q * np.array([1, -1, -1, -1], q.dtype)


def rotate(q: Floats, v: Floats) -> Floats:
    """Turn vectors.

    Example:
        >>> quarter_about_y = np.array([0.5**0.5, 0, 0.5**0.5, 0])
        >>> rotate(quarter_about_y, np.array([0.0, 0.0, 2.0])).round(6)[0]
        np.float64(2.0)
    """
    axis = q[..., 1:]
    once = cross(axis, v)
    return v + 2 * (q[..., :1] * once + cross(axis, once))


def between(a: Floats, b: Floats) -> Floats:
    """The shortest rotation that turns one direction into another.

    It is NaN where they are opposite, as any axis across them would do.
    """
    lengths = np.sqrt(_sum(a * a) * _sum(b * b))
    return normalised(np.concatenate([lengths + _sum(a * b), cross(a, b)], axis=-1))


def cross(a: Floats, b: Floats) -> Floats:
    """The vector product; unlike `numpy.cross` it does nothing else, and is faster."""
    x, y, z = _parts(a)
    u, v, w = _parts(b)
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=-1)


def normalised(v: Floats) -> Floats:
    """Vectors of length 1; NaN where there is no length."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return v / np.sqrt(_sum(v * v))


def about_y(half: Floats) -> Floats:
    """Turn about y, given half the angle in radians: (...) to (..., 4)."""
    none = np.zeros_like(half)
    return np.stack([np.cos(half), none, np.sin(half), none], axis=-1)


def to_matrix(q: Floats) -> Floats:
    """Rotation matrices (..., 3, 3)."""
    r, i, j, k = _parts(q)
    s = 2 / _sum(q * q)[..., 0]
    rows = [
        [1 - s * (j * j + k * k), s * (i * j - k * r), s * (i * k + j * r)],
        [s * (i * j + k * r), 1 - s * (i * i + k * k), s * (j * k - i * r)],
        [s * (i * k - j * r), s * (j * k + i * r), 1 - s * (i * i + j * j)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def to_six(q: Floats) -> Floats:
    """The first two columns of the rotation matrices: (..., 6)."""
    matrix = to_matrix(q)
    return np.concatenate([matrix[..., 0], matrix[..., 1]], axis=-1)


def from_six(six: Floats) -> Floats:
    """Rotation matrices (..., 3, 3) from two columns that need not be quite at right angles."""
    x = normalised(six[..., :3])
    z = normalised(cross(x, six[..., 3:]))
    return np.stack([x, cross(z, x), z], axis=-1)


def _parts(v: Floats) -> Any:
    return tuple(v[..., i] for i in range(v.shape[-1]))


def _sum(v: Floats) -> Floats:
    """The sum of the last axis, which stays, from left to right."""
    total: Any = v[..., 0]
    for i in range(1, v.shape[-1]):
        total = total + v[..., i]
    return np.asarray(total)[..., None]
