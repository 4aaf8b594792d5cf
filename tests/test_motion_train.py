"""Training a tokenizer: what it learns, and that it can be cut off."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mmgen_datasets.errors import UsageError  # noqa: E402
from mmgen_datasets.motion.features import joints_to_features  # noqa: E402
from mmgen_datasets.motion.quantize import RULES  # noqa: E402
from mmgen_datasets.motion.report import judge  # noqa: E402
from mmgen_datasets.motion.statistics import statistics_of  # noqa: E402
from mmgen_datasets.motion.tokenizer_codec import MotionCodec  # noqa: E402
from mmgen_datasets.motion.train import Lesson, train  # noqa: E402
from mmgen_datasets.motion.train_settings import TrainSettings  # noqa: E402
from tests.motion.gaits import ACTIONS, clip  # noqa: E402

SMALL = {"num_codes": 16, "code_width": 8, "width": 16, "depth": 1}
HOW = TrainSettings(num_steps=6, batch=4, window=16, warm_up=2, save_every=3)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def lesson(**settings: Any) -> Lesson:
    random = np.random.default_rng(0)
    clips = [random.normal(size=(20 + n, 263)).astype(np.float32) for n in range(5)]
    return Lesson(
        "vqvae", SMALL | settings, clips, np.zeros(263, np.float32), np.ones(263, np.float32)
    )


def state(codec: MotionCodec) -> dict[str, Any]:
    network: Any = codec.network
    return {name: value.tolist() for name, value in network.state_dict().items()}


@pytest.mark.parametrize("rule", RULES)
def test_training_that_was_cut_off_ends_as_one_that_was_not(rule: str, tmp_path: Path) -> None:
    whole = train(lesson(quantizer=rule), tmp_path / "whole", HOW)
    train(lesson(quantizer=rule), tmp_path / "cut", replace(HOW, num_steps=3))
    resumed = train(lesson(quantizer=rule), tmp_path / "cut", HOW)
    assert state(resumed) == state(whole)
    logs = [(tmp_path / name / "training.jsonl").read_text() for name in ("whole", "cut")]
    assert logs[0] == logs[1]
    assert [json.loads(line)["step"] for line in logs[0].splitlines()] == [1, 2, 3, 4, 5, 6]


def test_training_that_was_killed_goes_on_after_its_checkpoint(tmp_path: Path) -> None:
    def stop(step: Any) -> None:
        if step.step == 5:
            raise KeyboardInterrupt

    whole = train(lesson(), tmp_path / "whole", HOW)
    with pytest.raises(KeyboardInterrupt):
        train(lesson(), tmp_path / "cut", HOW, watch=stop)
    seen: list[int] = []
    resumed = train(lesson(), tmp_path / "cut", HOW, watch=lambda step: seen.append(step.step))
    assert seen == [4, 5, 6]
    assert state(resumed) == state(whole)


def test_a_checkpoint_keeps_the_codebook(tmp_path: Path) -> None:
    """One more step moves it a little, and does not begin it anew."""
    before = train(lesson(), tmp_path, HOW).network.quantizer.vectors.clone()
    after = train(lesson(), tmp_path, replace(HOW, num_steps=7)).network.quantizer
    alive = after.code_count >= 1
    assert alive.any()
    assert (after.vectors - before)[alive].abs().median() < 0.1 * before.std()


def test_the_seed_alone_decides(tmp_path: Path) -> None:
    torch.manual_seed(1)
    chance = torch.get_rng_state()
    one = train(lesson(), tmp_path / "one", HOW)
    assert torch.equal(torch.get_rng_state(), chance)
    torch.manual_seed(2)
    assert state(train(lesson(), tmp_path / "two", HOW)) == state(one)
    assert state(train(lesson(), tmp_path / "three", replace(HOW, seed=5))) != state(one)


def test_what_was_trained_is_what_is_saved(tmp_path: Path) -> None:
    codec = train(lesson(), tmp_path, HOW)
    assert state(MotionCodec.from_pretrained(tmp_path)) == state(codec)


def test_grids_are_trained_on_joints(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    clips = [random.normal(size=(20, 17, 3)).astype(np.float32) for _ in range(3)]
    network = {"num_codes": 16, "code_width": 8, "widths": [32, 32]}
    joints = Lesson(
        "grid_vqvae", network, clips, np.zeros((17, 3), np.float32), np.ones((17, 3), np.float32)
    )
    how = replace(HOW, num_steps=2, loss="mpjpe", commit=0.5)
    codec = train(joints, tmp_path, how)
    assert len(codec.encode(clips)) == 3


def test_other_training_is_not_gone_on_with(tmp_path: Path) -> None:
    train(lesson(), tmp_path, HOW)
    with pytest.raises(UsageError, match=r"rate was 0\.001, and is 0\.1"):
        train(lesson(), tmp_path, replace(HOW, rate=0.1))
    with pytest.raises(UsageError, match="width was 16, and is 32"):
        train(lesson(width=32), tmp_path, HOW)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"window": 64}, "none has 64 frames, the longest has 24"),
        ({"window": 18}, "the window is 18 frames"),
        ({"loss": "l7"}, "loss is 'l7'"),
        ({"batch": 0}, "batch is 0"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    settings: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=problem):
        train(lesson(), tmp_path, replace(HOW, **settings))


def test_the_rate_warms_up_and_falls() -> None:
    """T2M-GPT: rate * (step + 1) / 1001 while the step is below 1,000."""
    how = TrainSettings(rate=1.0, warm_up=1000, milestones=(5000,))
    assert [how.rate_at(step) for step in (0, 499, 1000, 4999, 5000)] == pytest.approx(
        [1 / 1001, 500 / 1001, 1, 1, 0.05]
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_small_net_learns_gaits_in_minutes(tmp_path: Path) -> None:
    """On figures it has not seen; the mean pose of those that it has is 90 mm away."""
    every = {
        part: {
            f"{action}-{seed}": joints_to_features(clip(action, seed, num_frames=101), strict=False)
            for seed in seeds
            for action in ACTIONS
        }
        for part, seeds in (("train", range(40)), ("test", range(1000, 1010)))
    }
    clips = [*every["train"].values()]
    found = statistics_of(clips)
    network = {"num_codes": 128, "code_width": 128, "width": 128}
    taught = Lesson("vqvae", network, clips, found.mean, found.std)
    judgement = judge(train(taught, tmp_path, TrainSettings(num_steps=600)), every["test"])
    assert judgement.errors.local is not None
    assert judgement.errors.local < 45
    assert judgement.usage.alive > 64
