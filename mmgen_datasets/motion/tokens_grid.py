"""Codes of every joint in every frame as text, in the styles of llamafactory-multimodal.

A skeleton of four joints in two parts, two frames of codes, as ``wBodyPart``::

    <|skel_start|><torso><skel_1><skel_4></torso><legs><skel_2><skel_3></legs><|frame_break|>...

The names of the styles, their tags and their sentences are those that its models were trained
with (``convert_skel_token.py``). Its sixth, ``coord_wJoint``, writes positions and no codes; see
`mmgen_datasets.motion.tokens_positions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mmgen_datasets.errors import RowError, UnknownNameError
from mmgen_datasets.motion.skeleton import H36M, Skeleton
from mmgen_datasets.motion.token_patterns import TokenPattern
from mmgen_datasets.motion.tokens import Codes, check_codes, first_motion, insist_same, unwrap

_TAGGED = "<{name}>{cells}</{name}>"
_HEADER = (
    "There are {total} %s in total. "
    "Here are the skeleton tokens for {parts} body parts in each frame:\n"
)


@dataclass(frozen=True)
class Style:
    """How the cells of a frame, and the frames, are put together."""

    summary: str
    groups: Literal["frame", "part", "joint"] = "frame"
    """What is put together: all joints of a frame, those of a part, or each alone."""
    group: str = "{cells}"
    between: str = ""
    frame: str = "{groups}"
    frames: str | None = None
    """What stands between two frames; null for the frame break of the pattern."""
    header: str = ""


def _textual(summary: str, frame: str, header: str = "") -> Style:
    return Style(
        summary,
        groups="part",
        group="{name}: {cells}.",
        between=" ",
        frame=frame + " {number}: {groups}",
        frames="\n",
        header=header,
    )


STYLES: dict[str, Style] = {
    "woBodyPart_woFramebreak": Style("codes and nothing else", frames=""),
    "woBodyPart": Style("the codes of a frame, and a break between frames"),
    "wBodyPart": Style("tags around the codes of each body part", "part", _TAGGED),
    "wTextualBodyPart_SplitByFrame": _textual(
        "a line for each frame with the names of the parts", "Frame", _HEADER % "frames"
    ),
    "wTextualBodyPart_SplitByFrame_history": _textual(
        "the same of frames that are given", "History frame"
    ),
    "wTextualBodyPart_SplitByFrame_future": _textual(
        "the same of frames that are asked for", "Future frame", _HEADER % "future frames"
    ),
    "wJoint": Style("tags around the code of each joint", "joint", _TAGGED),
}
"""The styles for codes, by name."""


def write_grid(
    codes: Codes, how: TokenPattern, style: str = "wBodyPart", skeleton: Skeleton = H36M
) -> str:
    """Write codes of joints, with begin and end.

    Args:
        codes: (T', J).
        how: the pattern of a code.
        style: one of `STYLES`.
        skeleton: names joints and parts.

    Raises:
        UnknownNameError: no such style.
        RowError: the codes have another shape, or the codebook has no such code.
    """
    chosen = find_style(style)
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] != skeleton.num_joints:
        raise RowError(
            f"codes of shape {codes.shape} are not those of {skeleton.num_joints} joints",
            "give an array (T', J), and the skeleton that it is of",
        )
    check_codes(codes.reshape(-1), how.num_codes)
    cells = [[how.token(code) for code in frame] for frame in codes.tolist()]
    return how.wrap(put_together(cells, chosen, skeleton, how.frame_break))


def read_grid(
    text: str, how: TokenPattern, style: str = "wBodyPart", skeleton: Skeleton = H36M
) -> Codes:
    """Read what `write_grid` wrote with the same arguments, and nothing else: (T', J).

    Raises:
        UnknownNameError: no such style.
        RowError: what is wrong, or at which character the text is something else.
    """
    numbers = check_codes(how.numbers(unwrap(text, how)), how.num_codes)
    if len(numbers) % skeleton.num_joints:
        raise RowError(
            f"{len(numbers)} codes make no whole frames of {skeleton.num_joints} joints",
            "read it with the skeleton that it was written with",
        )
    order = [joint for _, joints in groups_of(find_style(style), skeleton) for joint in joints]
    codes = np.empty((len(numbers) // skeleton.num_joints, skeleton.num_joints), np.int64)
    codes[:, order] = np.reshape(numbers, codes.shape)
    insist_same(text, write_grid(codes, how, style, skeleton))
    return codes


def find_grid(
    reply: str, how: TokenPattern, style: str = "wBodyPart", skeleton: Skeleton = H36M
) -> Codes:
    """Read the first skeleton in what a model replied; words may stand before and after it.

    Raises:
        UnknownNameError: no such style.
        RowError: there is none, or it is none that `write_grid` writes.
    """
    return read_grid(first_motion(reply, how), how, style, skeleton)


def tags(style: str, skeleton: Skeleton = H36M) -> list[str]:
    """The tags of a style, for `mmgen_datasets.motion.tokens.special_tokens`.

    Example:
        >>> tags("wBodyPart")[:3]
        ['<torso>', '</torso>', '<left_arm>']
    """
    chosen = find_style(style)
    if chosen.group != _TAGGED:
        return []
    names = (name for name, _ in groups_of(chosen, skeleton))
    return [tag for name in names for tag in (f"<{name}>", f"</{name}>")]


def find_style(name: str) -> Style:
    """The style of a name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in STYLES:
        raise UnknownNameError(
            f"no style of skeleton tokens is called {name!r}", f"use {', '.join(STYLES)}"
        )
    return STYLES[name]


def groups_of(style: Style, skeleton: Skeleton) -> list[tuple[str, tuple[int, ...]]]:
    """What a style puts together, in the order in which it stands: a name, and joints."""
    if style.groups == "part":
        return list(skeleton.parts.items())
    if style.groups == "joint":
        return [(name, (joint,)) for joint, name in enumerate(skeleton.joints)]
    return [("", tuple(range(skeleton.num_joints)))]


def put_together(
    cells: Sequence[Sequence[str]], style: Style, skeleton: Skeleton, frame_break: str
) -> str:
    """Put the cells of frames, one for each joint, together as a style says."""
    groups = groups_of(style, skeleton)
    frames = []
    for number, frame in enumerate(cells, 1):
        texts = (
            style.group.format(name=name, cells="".join(frame[joint] for joint in joints))
            for name, joints in groups
        )
        frames.append(style.frame.format(number=number, groups=style.between.join(texts)))
    header = style.header.format(total=len(frames), parts=len(groups))
    return header + (frame_break if style.frames is None else style.frames).join(frames)
