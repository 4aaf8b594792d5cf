"""What a page holds of pictures, clips, recordings and videos."""

from __future__ import annotations

import base64
import gzip
import json
import math
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

import mmgen_datasets as mmgen
from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import H36M
from mmgen_datasets.picture import thumbnail
from mmgen_datasets.report.motions import pack_clip, pack_motion
from mmgen_datasets.report.payload import payload_of
from mmgen_datasets.report.recordings import ROOM, left_out, sizes_of
from mmgen_datasets.report.write import write_report
from tests.motion.cameras import camera
from tests.photographs import file_of, opened, photograph, turned
from tests.report_runs import (
    changed,
    motion_run,
    sample_run,
    several_run,
    skeleton_run,
    sound_run,
    video_run,
)
from tests.sounds import file_of as file_of_sound
from tests.sounds import tone
from tests.test_report import chunks_of
from tests.videos import webm


def test_pictures_that_are_gone_are_named_in_the_page(tmp_path: Path) -> None:
    there = tmp_path / "x.jpg"
    there.write_bytes(file_of(photograph(64, 48)))

    def gone(place: int, row: dict[str, Any]) -> dict[str, Any]:
        here = [None, {"bytes": None, "path": str(there)}, {"bytes": b"!", "path": None}]
        return row | {"image": here[place]} if place < len(here) else row

    folder = changed(sample_run(tmp_path / "run"), gone)
    there.unlink()
    write_report(folder)
    lines = chunks_of(folder / "report.html")["media-0"].split("\n")
    assert [line.partition(":")[0] for line in lines[:4]] == ["none", "note", "note", "data"]
    assert str(tmp_path) not in "".join(lines)


@pytest.mark.parametrize("with_first", [True, False])
def test_all_pictures_of_a_row_are_in_the_page_in_their_order(
    tmp_path: Path, with_first: bool
) -> None:
    others = [file_of(photograph(*size)) for size in ((64, 48), (30, 60))]
    run = several_run(tmp_path / "run", [*others, b"no picture"], with_first=with_first)
    several, one, text, gone = (line.split("|") for line in lines_of(run)[:4])
    sizes = [opened(base64.b64decode(word.partition(",")[2])).size for word in several[:3]]
    assert sizes[1:] == [(64, 48), (30, 60)]
    assert several[3].startswith("note:")
    assert several[4:] == text == gone == ["none:"]
    assert [word.partition(",")[0] for word in one] == ["data:image/webp;base64"]
    assert payload_of(run).overview["media"] == ["image"]


def test_motions_are_joints_to_half_a_centimetre(tmp_path: Path) -> None:
    folder = motion_run(tmp_path / "run")
    write_report(folder)
    words = chunks_of(folder / "report.html")["media-0"].split("\n")
    motions = mmgen.load_run(folder).with_format("numpy")["motion"]
    for word, features in zip(words, motions, strict=True):
        head, _, body = gzip.decompress(base64.b64decode(word.removeprefix("joints:"))).partition(
            b"\n"
        )
        told = json.loads(head)
        joints = features_to_joints(np.asarray(features))[::2]
        differences = np.frombuffer(body, "<i2").reshape(told["shape"])
        assert told["fps"] == 10
        assert np.abs(differences.cumsum(0) * told["step"] - joints).max() <= 0.00251


@pytest.mark.parametrize(
    "features", [np.zeros((0, 263)), np.zeros((4, 7)), np.full((4, 263), np.nan)]
)
def test_what_is_no_motion_is_refused(features: Any) -> None:
    with pytest.raises(UsageError):
        pack_motion(features.astype(np.float32))


def lines_of(folder: Path) -> list[str]:
    """What the page holds of each sample."""
    write_report(folder)
    return [unquote(line) for line in chunks_of(folder / "report.html")["media-0"].split("\n")]


def test_recordings_are_in_the_page_where_they_are_small(tmp_path: Path) -> None:
    small, large = (file_of_sound(tone(s, 16_000), 16_000) for s in (0.5, 70))
    lines = lines_of(sound_run(tmp_path / "run", [small, large, None, b"what is this?"]))
    assert base64.b64decode(lines[0].removeprefix("data:audio/wav;base64,")) == small
    assert lines[1:4] == [
        "note:the recording has 2.2 MB; this page holds those of up to 2 MB",
        "none:",
        "note:the recording is in a format that browsers do not play",
    ]


def test_videos_are_in_the_page_where_they_are_small_and_browsers_play_them(
    tmp_path: Path,
) -> None:
    small, mp4 = webm(["red"]), b"\0\0\0\x20ftypisom" + bytes(24)
    others = [b"\0\0\0\x20ftypqt  " + bytes(24), bytes(11_000_000), None]
    lines = lines_of(video_run(tmp_path / "run", [small, mp4, *others]))
    assert base64.b64decode(lines[0].removeprefix("data:video/webm;base64,")) == small
    assert base64.b64decode(lines[1].removeprefix("data:video/mp4;base64,")) == mp4
    assert lines[2:5] == [
        "note:the video is in a format that browsers do not play",
        "note:the video has 11 MB; this page holds those of up to 10 MB",
        "none:",
    ]


@given(st.lists(st.none() | st.integers(0, 12_000_000), max_size=40))
def test_a_page_holds_no_more_than_there_is_room_for(sizes: list[int | None]) -> None:
    reasons = left_out(sizes, "video")
    room = ROOM["video"]
    needed = [room.each if size is None else size for size in sizes]
    held = [size for size, why in zip(needed, reasons, strict=True) if why is None]
    assert sum(held) <= room.all
    for place, (size, why) in enumerate(zip(needed, reasons, strict=True)):
        before = sum(n for n, w in zip(needed[:place], reasons, strict=False) if w is None)
        assert (why is None) is (size <= room.each and before + size <= room.all)


def test_files_count_by_their_size_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.webm").write_bytes(bytes(40))
    column = Dataset.from_dict(
        {
            "video": [
                {"bytes": bytes(7), "path": None},
                {"bytes": None, "path": str(tmp_path / "a.webm")},
                {"bytes": None, "path": "zip://a.webm::b.zip"},
                None,
            ]
        }
    )
    assert list(sizes_of(column, "video")) == [7, 40, None, None]


def test_a_size_that_nobody_knows_is_not_told() -> None:
    *held, last = left_out([None] * 7, "video")
    assert held == [None] * 6
    assert last == "this page holds the first 60 MB of videos"


def clips_of(folder: Path) -> list[tuple[dict[str, Any], Any]]:
    """What is told of each clip in a page, and its joints."""
    found = []
    for word in lines_of(folder):
        head, _, body = gzip.decompress(base64.b64decode(word.removeprefix("joints:"))).partition(
            b"\n"
        )
        told = json.loads(head)
        found.append((told, np.frombuffer(body, "<i2").reshape(told["shape"]).cumsum(0)))
    return found


def test_joints_of_skeletons_come_from_the_source(tmp_path: Path) -> None:
    folder = skeleton_run(
        tmp_path / "run", joint_type="joint3d_cam_rootrel_meter", num_frames=16, data_stride=14
    )
    overview = payload_of(folder).overview
    assert overview["media"] == ["joints"]
    samples = run_samples(folder)
    clips = clips_of(folder)
    assert len(clips) == len(samples) == 2
    for (told, steps), sample in zip(clips, samples, strict=True):
        joints = np.array(sample["joints"])[::2]
        off = steps * told["step"] - (joints - joints[0, 0])
        assert np.abs(off).max() <= told["step"] / 2 + 1e-6 < 0.01
        assert told["chains"] == [list(chain) for chain in H36M.chains]
        assert (told["fps"], told["seconds"], told["frames"]) == (12.5, 0.64, 16)


def test_joints_that_point_down_are_turned_over(tmp_path: Path) -> None:
    folder = skeleton_run(tmp_path / "run", joints=camera(30) * [1, -1, -1])
    [(_, steps)] = clips_of(folder)
    head, foot = 10, 3
    assert (steps[:, head, 1] > steps[:, foot, 1]).all()


def packed_clip(num_joints: int, **told: Any) -> Any:
    """What the page is told of a clip of so many joints."""
    joints = np.random.default_rng(0).random((3, num_joints, 3)).tolist()
    packed = pack_clip({name: pa.scalar(v) for name, v in {"joints": joints, **told}.items()})
    return json.loads(gzip.decompress(base64.b64decode(packed)).partition(b"\n")[0])


@pytest.mark.parametrize(("num_joints", "name"), [(5, None), (3, "h36m"), (22, "mine")])
def test_a_skeleton_that_nobody_knows_is_dots(num_joints: int, name: str | None) -> None:
    told = packed_clip(num_joints, skeleton=name)
    assert told["chains"] == [[joint] for joint in range(num_joints)]


@pytest.mark.parametrize("fps", [None, 0.0, -5.0, math.nan, math.inf])
def test_a_clip_that_tells_no_pace_is_shown_at_a_usual_one(fps: float | None) -> None:
    told = packed_clip(5, fps=fps)
    assert (told["fps"], told["seconds"]) == (12.5, None)


@pytest.mark.parametrize(
    ("joints", "problem"),
    [
        ([], "no frame"),
        (None, "no frame"),
        ([[[0.0, 1, 2]], [[0.0, 1, 2], [1, 1, 1]]], "different joints"),
        ([[], []], "no joint"),
        ([None, None], "no joint"),
        ([[[0.0, math.nan, 2]]], "not finite"),
        ([[[math.inf, 1, 2]], [[math.inf, 1, 2]]], "not finite"),
        ([[[0.0, None, 2]]], "not finite"),
    ],
)
def test_joints_that_cannot_be_drawn_are_told(joints: Any, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        pack_clip({"joints": pa.scalar(joints, pa.list_(pa.list_(pa.list_(pa.float32(), 3))))})


def test_a_thumbnail_is_upright_small_and_bare() -> None:
    small = opened(thumbnail(file_of(photograph(640, 480), exif=turned()), 320))
    assert small.size == (240, 320)
    assert not small.getexif()
    assert opened(thumbnail(file_of(photograph(64, 48)), 320)).size == (64, 48)
    with pytest.raises(RowError):
        thumbnail(b"no picture", 320)
