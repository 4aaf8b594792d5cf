"""Skeletons with codes to folders and JSONL, as llamafactory-multimodal reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from mmgen_datasets import load_dataset
from mmgen_datasets.errors import UnknownNameError, UsageError
from mmgen_datasets.motion.codes_files_skeleton import write_skeletons
from mmgen_datasets.motion.tasks_skeleton import STYLE_OF, SkeletonTask, ask, load_templates
from mmgen_datasets.motion.token_patterns import pattern
from mmgen_datasets.motion.tokens_grid import find_grid, tags
from tests.motion.cameras import camera

HOW = pattern("skel", 4096)


def codes_of(row: int) -> Any:
    """Made-up codes of a clip: 4 steps of 17 joints."""
    return (np.arange(68).reshape(4, 17) + 100 * row).tolist()


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Three clips of two recordings, with texts and pictures."""
    folder = tmp_path_factory.mktemp("skeletons")
    cam = camera(24)
    np.savez(
        folder / "train.npz",
        joint3d_image=np.concatenate([cam[..., :2] / 8 + 400, cam[..., 2:] - cam[:, :1, 2:]], -1),
        source=["S1"] * 16 + ["S5"] * 8,
        image_size=np.tile([1000, 1002], (24, 1)),
        bbox=np.tile([300, 200, 600, 700], (24, 1)),
        factor_2_5d=np.full(24, 4.2),
        image_files=[f"S1/{number:06d}.jpg" for number in range(24)],
        captions=["a person walks."],
    )
    rows: Dataset = load_dataset(
        "skeletons",
        data_dir=str(folder),
        split="train",
        num_frames=8,
        joint_type="joint3d_image_affined_normed",
    )
    return rows.add_column("codes", [codes_of(row) for row in range(3)])


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]


def values(record: dict[str, Any]) -> tuple[str, str]:
    human, gpt = record["conversations"]
    assert (human["from"], gpt["from"]) == ("human", "gpt")
    return human["value"], gpt["value"]


def test_a_video_is_answered_with_a_skeleton(clips: Dataset, tmp_path: Path) -> None:
    written = write_skeletons(clips, tmp_path, SkeletonTask(HOW), frames="../h36m", code_dim=2048)
    assert written.records == 3
    first = records(tmp_path)[0]
    assert values(first)[0].count("<video>") == 1
    assert values(first)[1] == "<skeleton>"
    assert first["videos"] == [[f"../h36m/S1/{number:06d}.jpg" for number in range(8)]]
    assert first["skeletons"] == ["train/skeleton_code/skeletons_000000_slice0_8.npy"]


def test_the_arrays_have_the_form_of_the_field(clips: Dataset, tmp_path: Path) -> None:
    write_skeletons(clips, tmp_path, SkeletonTask(HOW), code_dim=2048)
    name = "skeletons_000001_slice8_16.npy"
    found = {path.parent.name: np.load(path) for path in tmp_path.rglob(name)}
    assert {key: (array.dtype, array.shape) for key, array in found.items()} == {
        "skeleton_code": (np.int64, (4, 17)),
        "skeleton_quant_shape": (np.int64, (3,)),
        "skeleton_pose3d": (np.float32, (8, 17, 3)),
        "norm_scale": (np.float32, (8, 3)),
        "norm_transl": (np.float32, (8, 3)),
        "affine_trans": (np.float32, (8, 2, 3)),
        "affine_trans_inv": (np.float32, (8, 2, 3)),
        "factor_2_5d": (np.float32, (8,)),
    }
    assert found["skeleton_code"].tolist() == codes_of(1)
    assert found["skeleton_quant_shape"].tolist() == [2048, 4, 17]


def test_the_future_is_the_clip_that_follows_in_the_same_recording(
    clips: Dataset, tmp_path: Path
) -> None:
    written = write_skeletons(clips, tmp_path, SkeletonTask(HOW, "SkelPred"))
    [record] = records(tmp_path)
    assert values(record)[0].count("<skeleton>") == 1
    assert [Path(path).name for path in record["skeletons"]] == [
        "skeletons_000000_slice0_8.npy",
        "skeletons_000001_slice8_16.npy",
    ]
    assert written.left_out == {"no clip follows on it in the same recording": 2}
    assert record["videos"] == []


def test_words_are_answered_with_a_skeleton(clips: Dataset, tmp_path: Path) -> None:
    write_skeletons(clips, tmp_path, SkeletonTask(HOW, "Text2Skel"))
    assert all("a person walks." in values(record)[0] for record in records(tmp_path))


@pytest.mark.parametrize("template", STYLE_OF)
@pytest.mark.parametrize("task", load_templates())
def test_tokens_can_stand_in_the_text(
    task: str, template: str, clips: Dataset, tmp_path: Path
) -> None:
    settings = SkeletonTask(HOW, task, template)
    write_skeletons(clips, tmp_path, settings, tokens_inline=True)
    first = records(tmp_path)[0]
    asked, answered = values(first)
    style = settings.token_style
    is_textual = task == "SkelPred" and style.startswith("wTextual")
    wanted = find_grid(answered, HOW, style + ("_future" if is_textual else ""))
    assert wanted.tolist() == codes_of(1 if task == "SkelPred" else 0)
    if task == "SkelPred":
        given = find_grid(asked, HOW, style + ("_history" if is_textual else ""))
        assert given.tolist() == codes_of(0)
    assert "<skeleton>" not in asked + answered
    assert "{" not in asked
    assert first["skeletons"] == []
    assert list(tmp_path.rglob("*.npy")) == []


@pytest.mark.parametrize("template", STYLE_OF)
@pytest.mark.parametrize("task", load_templates())
def test_every_wording_can_be_filled_in(task: str, template: str, clips: Dataset) -> None:
    wordings = load_templates()[task][template]
    assert len(set(wordings)) == len(wordings)
    seen = {
        asked.question
        for seed in range(40)
        for asked in ask(clips, SkeletonTask(HOW, task, template, seed=seed))
        if not asked.error
    }
    assert len(seen) == len(wordings)
    marks = {"Vid2Skel": ("<video>", 1), "SkelPred": ("<skeleton>", 1), "Text2Skel": ("{", 0)}
    mark, count = marks[task]
    assert all(question.count(mark) == count for question in seen)


def test_the_form_is_told_where_the_template_says_so(clips: Dataset) -> None:
    [first, *_] = ask(clips, SkeletonTask(HOW, "Vid2Skel", "BodypartAwareExplicit"))
    assert "<torso>…</torso><left_arm>…</left_arm>" in first.question
    assert "<|frame_break|>" in first.question
    [first, *_] = ask(clips, SkeletonTask(HOW, "SkelPred", "BodypartAwareExplicit_text"))
    assert "Future frame 1: torso: …. left_arm: …." in first.question


def test_a_trainer_finds_the_splits_and_the_tokens(clips: Dataset, tmp_path: Path) -> None:
    settings = SkeletonTask(HOW, template="bodypart_aware")
    write_skeletons(clips, tmp_path, settings)
    test = clips.remove_columns("split").add_column("split", ["test"] * 3)
    write_skeletons(test, tmp_path, settings)
    columns = {"messages": "conversations", "videos": "videos", "skeletons": "skeletons"}
    assert json.loads((tmp_path / "dataset_info.json").read_text()) == {
        f"vid2skel_{split}": {
            "file_name": f"{split}.jsonl",
            "formatting": "sharegpt",
            "columns": columns,
        }
        for split in ("train", "test")
    }
    tokens = (tmp_path / "special_tokens.txt").read_text().splitlines()
    assert tokens[4096:] == [
        "<|skel_start|>",
        "<|skel_end|>",
        "<|frame_break|>",
        *tags("wBodyPart"),
    ]


def test_what_a_clip_does_not_allow_is_counted(clips: Dataset, tmp_path: Path) -> None:
    without = clips.remove_columns("frame_files").add_column("frame_files", [[], [], ["a.jpg"]])
    written = write_skeletons(without, tmp_path, SkeletonTask(HOW))
    assert written.left_out == {"there are no pictures of its frames": 2}
    empty = clips.remove_columns("codes").add_column("codes", [None] * 3)
    with pytest.raises(UsageError, match=r"the clip has no codes \(3 clips\)"):
        write_skeletons(empty, tmp_path / "other", SkeletonTask(HOW))
    assert not (tmp_path / "other" / "train.jsonl").exists()
    told = empty.add_column("codes_error", ["7 frames are too few"] * 3)
    with pytest.raises(UsageError, match="7 frames are too few"):
        write_skeletons(told, tmp_path / "other", SkeletonTask(HOW))


def test_names_that_do_not_exist_are_refused(clips: Dataset, tmp_path: Path) -> None:
    for names in (("Skel2Vid",), ("Vid2Skel", "simpel"), ("Vid2Skel", "simple", "x")):
        with pytest.raises(UnknownNameError):
            SkeletonTask(HOW, *names)
    with pytest.raises(UsageError, match="no column 'codes'"):
        write_skeletons(clips.remove_columns("codes"), tmp_path, SkeletonTask(HOW))
