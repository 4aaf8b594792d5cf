"""What is read off clips, and what is asked and said of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from mmgen_datasets import Scripted, export, generate, load_recipe
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.grounded import answer
from mmgen_datasets.motion.facts import Facts, facts_of_joints, read_facts
from mmgen_datasets.motion.facts_column import facts_of, with_facts
from mmgen_datasets.motion.features import joints_to_features
from mmgen_datasets.motion.skeleton import HUMANML3D, KIT_ML, Skeleton
from mmgen_datasets.motion.wording import direction, distance, fact_lines, times, turn
from mmgen_datasets.prompts.context import chat_for
from mmgen_datasets.schema import SAMPLE, conversation_features, sample_features
from tests.motion.gaits import Gait, clip, move

MOTION = [name for name in FAMILIES if name.startswith("motion_")]


def facts(how: Gait, num_frames: int = 80, skeleton: Skeleton = HUMANML3D) -> Facts:
    joints = move(how, num_frames=num_frames, skeleton=skeleton)
    return facts_of_joints(joints, skeleton, skeleton.fps or 0)


def are_alike(some: Facts, others: Facts, within: float) -> bool:
    """Whether facts are the same, numbers up to a share of them."""
    pairs = ((value, others.row()[name]) for name, value in some.row().items())
    return all(
        a == pytest.approx(b, rel=within, abs=within) if isinstance(b, float) else a == b
        for a, b in pairs
    )


def walked(num_frames: int, speed: float) -> float:
    """How far a figure goes that begins at rest: see `tests.motion.gaits`."""
    return speed * (num_frames / 20 - 0.6)


@pytest.mark.parametrize("speed", [0.5, 1.0, 1.5])
def test_the_way_is_as_long_as_the_figure_goes(speed: float) -> None:
    found = facts(Gait("walk", swing=0.4, speed=speed))
    assert found.path == pytest.approx(walked(80, speed), rel=0.08)
    assert found.displacement == pytest.approx(walked(80, speed), rel=0.05)
    assert found.bearing == pytest.approx(0, abs=5)
    assert found.seconds == 4.0


@pytest.mark.parametrize("skeleton", [HUMANML3D, KIT_ML])
@pytest.mark.parametrize("rate", [-1.2, -0.4, 0.4, 1.2])
def test_turns_to_the_left_are_more_than_nothing(rate: float, skeleton: Skeleton) -> None:
    frames = round(4 * (skeleton.fps or 0))
    found = facts(Gait("turn", turn=rate), frames, skeleton)
    assert found.turned == pytest.approx(np.degrees(walked(80, rate)), abs=6)


def test_a_whole_turn_and_more_is_added_up() -> None:
    assert facts(Gait("turn", turn=2.5), 160).turned == pytest.approx(
        np.degrees(walked(160, 2.5)), abs=8
    )


def test_who_goes_backwards_is_behind() -> None:
    found = facts(Gait("walk", swing=0.3, speed=-1.0))
    assert found.bearing is not None
    assert abs(found.bearing) == pytest.approx(180, abs=5)


def test_sides_are_those_of_the_person_wherever_they_face() -> None:
    joints = clip("turn", 1, num_frames=81)
    found = facts_of_joints(joints, HUMANML3D, 20)
    cosine, sine = np.cos(2.0), np.sin(2.0)
    turned = joints @ np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
    again = facts_of_joints(turned + np.array([3, 0, -5]), HUMANML3D, 20)
    assert are_alike(again, found, 1e-6)
    assert found.bearing is not None and found.bearing > 0  # it turns to the left


def stepping(feet: str, skeleton: Skeleton = HUMANML3D) -> Any:
    """A figure that stands and puts one foot ahead after another, half a second each."""
    fps = skeleton.fps or 0
    joints = move(Gait("idle"), num_frames=round(fps * (2 + len(feet))), skeleton=skeleton).copy()
    assert skeleton.rig is not None
    for number, foot in enumerate(feet):
        leg = skeleton.rig.left_foot if foot == "L" else skeleton.rig.right_foot
        start, stop = round(fps * (1 + number)), round(fps * (1.5 + number))
        way = np.clip((np.arange(len(joints)) - start) / (stop - start), 0, 1)
        joints[:, list(leg), 2] += 0.8 * way[:, None] / skeleton.metres
    return joints


@pytest.mark.parametrize("skeleton", [HUMANML3D, KIT_ML])
@pytest.mark.parametrize(
    ("feet", "first"), [("L", "left"), ("RL", "right"), ("LR", "left"), ("", None)]
)
def test_the_first_foot_is_the_one_that_moves_first(
    feet: str, first: str | None, skeleton: Skeleton
) -> None:
    found = facts_of_joints(stepping(feet, skeleton), skeleton, skeleton.fps or 0)
    assert found.first_foot == first


def test_no_foot_is_first_where_both_move_or_one_does_from_the_beginning() -> None:
    both = stepping("L") + 0.0
    both[:, [8, 11]] += both[:, [7, 10]] - both[:1, [7, 10]]
    assert facts_of_joints(both, HUMANML3D, 20).first_foot is None
    assert facts_of_joints(stepping("L")[22:], HUMANML3D, 20).first_foot is None


@pytest.mark.parametrize("jumps", [0, 1, 3])
def test_jumps_are_counted(jumps: int) -> None:
    joints = move(Gait("idle"), num_frames=100).copy()
    for number in range(jumps):
        start = 15 + 25 * number
        joints[start : start + 10, :, 1] += 0.4 * np.sin(np.linspace(0, np.pi, 10))[:, None]
    assert facts_of_joints(joints, HUMANML3D, 20).jumps == jumps


def test_who_climbs_does_not_jump() -> None:
    joints = move(Gait("idle"), num_frames=100).copy()
    joints[20:, :, 1] += 0.5
    assert facts_of_joints(joints, HUMANML3D, 20).jumps == 0
    joints[80:, :, 1] -= 0.5
    assert facts_of_joints(joints, HUMANML3D, 20).jumps == 0


@pytest.mark.parametrize("skeleton", [HUMANML3D, KIT_ML])
@pytest.mark.parametrize("action", ["idle", "walk", "turn", "jump"])
@pytest.mark.parametrize("strict", [True, False])
def test_features_tell_what_joints_tell(action: str, skeleton: Skeleton, strict: bool) -> None:
    joints = clip(action, 2, num_frames=81, skeleton=skeleton)
    fps = skeleton.fps or 0
    found = read_facts(joints_to_features(joints, skeleton, strict=strict), skeleton, fps)
    wanted = facts_of_joints(joints[:-1], skeleton, fps)
    assert are_alike(found, wanted, 0.01)


@pytest.mark.parametrize(
    "motion", [None, np.zeros((1, 263)), np.zeros((9, 12)), np.full((9, 263), np.nan)]
)
def test_a_clip_that_tells_nothing_has_no_facts(motion: Any) -> None:
    assert facts_of(motion) is None


@pytest.mark.parametrize("turned", np.linspace(-720, 720, 97))
def test_words_are_never_far_from_the_numbers(turned: float) -> None:
    said = turn(turned)
    if said and (number := re.search(r"\d+", said)):
        assert abs(int(number[0]) - abs(turned)) <= 22.5
        assert said.endswith("left" if turned > 0 else "right")
    way = distance(abs(turned) / 100)
    if way and (found := re.search(r"[\d.]+", way)):
        assert abs(float(found[0]) - abs(turned) / 100) <= 0.25


def test_eight_directions_go_round_to_the_left() -> None:
    words = [direction(angle) for angle in range(0, 360, 45)]
    assert words[:3] == ["ahead", "ahead and to the left", "to the left"]
    assert len(set(words)) == 8
    assert [direction(angle - 360) for angle in range(0, 360, 45)] == words
    assert direction(20) is None


def row(**columns: Any) -> dict[str, Any]:
    known = {
        **{"seconds": 4.0, "path": 3.1, "displacement": 3.0, "bearing": 91.0},
        **{"turned": -92.0, "first_foot": "left", "jumps": 2, "rise": 0.3},
    }
    return known | columns


def sample(**columns: Any) -> dict[str, Any]:
    """A clip about which all families may ask."""
    nothing: dict[str, Any] = dict.fromkeys(SAMPLE)
    return {**nothing, "id": "000021", "source": "humanml3d", "facts": row(**columns)}


ANSWERS = {
    "motion_direction": "to the left",
    "motion_distance": "about 3 metres",
    "motion_duration": "4.0 seconds",
    "motion_first_foot": "left foot",
    "motion_jumps": "twice",
    "motion_turn": "about 90 degrees to the right",
}


@pytest.mark.parametrize("family", MOTION)
class TestEveryFamily:
    def exchanges(self, family: str, **columns: Any) -> list[Any]:
        found = [answer(sample(**columns), families=[family], seed=seed) for seed in range(100)]
        return [exchange for some in found for exchange in some]

    def test_it_says_what_the_facts_say(self, family: str) -> None:
        exchanges = self.exchanges(family)
        assert len(exchanges) == 100
        assert all(ANSWERS[family] in exchange.answer for exchange in exchanges)

    def test_it_asks_in_four_ways_and_answers_in_whole_sentences(self, family: str) -> None:
        exchanges = self.exchanges(family)
        assert len({exchange.question for exchange in exchanges}) >= 4
        assert len({exchange.answer for exchange in exchanges}) >= 3
        for exchange in exchanges:
            assert re.fullmatch(r"[A-Z][^{}]*[a-z][?.]", exchange.question)
            assert re.fullmatch(r"[A-Z0-9][^{}]*[a-z]\.", exchange.answer)

    def test_it_does_not_give_itself_away(self, family: str) -> None:
        for exchange in self.exchanges(family):
            assert ANSWERS[family] not in exchange.question or "right" in exchange.question

    def test_it_asks_nothing_of_a_picture(self, family: str) -> None:
        assert answer({**sample(), "facts": None}, families=[family]) == []
        without = {k: v for k, v in sample().items() if k != "facts"}
        assert answer(without, families=[family]) == []


@pytest.mark.parametrize(
    ("family", "columns", "words"),
    [
        ("motion_direction", {"bearing": None}, None),
        ("motion_direction", {"bearing": 67.0}, None),
        ("motion_distance", {"path": 0.3}, None),
        ("motion_distance", {"path": 0.05}, "spot"),
        ("motion_turn", {"turned": 30.0}, None),
        ("motion_turn", {"turned": 3.0}, "same way|at first|almost nothing"),
        ("motion_first_foot", {"first_foot": None}, None),
        ("motion_jumps", {"jumps": 0}, "[Nn]ever|Not once"),
    ],
)
def test_what_is_not_settled_is_not_asked_and_nothing_is_said_in_words(
    family: str, columns: dict[str, Any], words: str | None
) -> None:
    exchanges = answer(sample(**columns), families=[family])
    assert bool(exchanges) == (words is not None)
    for exchange in exchanges:
        assert re.search(str(words), exchange.answer)


def clips() -> Dataset:
    """Three clips with features and captions."""
    rows = []
    for number, action in enumerate(("walk", "turn", "jump")):
        nothing: dict[str, Any] = {
            name: [] if isinstance(feature, list) or "List" in str(type(feature)) else None
            for name, feature in SAMPLE.items()
        }
        motion = joints_to_features(clip(action, number, num_frames=81))
        own = {"id": f"{number:06d}", "source": "humanml3d", "split": "train"}
        rows.append(
            {**nothing, **own, "captions": [f"a person does a {action}."], "motion": motion}
        )
    return Dataset.from_list(rows, features=sample_features("motion"))


def test_clips_get_their_facts_once() -> None:
    found = with_facts(clips())
    assert [round(row["seconds"], 2) for row in found["facts"]] == [4.0, 4.0, 4.0]
    assert with_facts(clips())._fingerprint == with_facts(clips())._fingerprint
    assert with_facts(found) is found
    assert found.select_columns(list(clips().features)).features == clips().features
    turned_round = with_facts(clips().select([2, 0]))
    assert turned_round["facts"] == [found[2]["facts"], found[0]["facts"]]
    assert turned_round["id"] == ["000002", "000000"]
    assert len(generate(clips().select([]))) == 0
    bare = clips().remove_columns("motion")
    assert with_facts(bare) is bare


def test_computed_conversations_about_motion_are_exported_with_it(tmp_path: Path) -> None:
    conversations = generate(clips())
    assert conversations.features == conversation_features("motion")
    assert conversations["error"] == [None] * 3
    first = conversations[0]["messages"][0]["content"]
    assert first.startswith("<motion>\n")
    families = {name for row in conversations["provenance"] for name in row["families"]}
    assert families <= set(MOTION) and len(families) >= 4
    assert export(conversations, "sharegpt", tmp_path).conversations == 3
    assert len(list((tmp_path / "motions").glob("*.npy"))) == 3


def test_a_model_is_told_captions_and_facts() -> None:
    described = with_facts(clips())[0]
    for task in load_recipe("motion").tasks:
        text = chat_for(task, described)[-1].text
        assert text.splitlines()[0] == "a person does a walk."
        assert text.splitlines()[2] == "The clip lasts 4.0 seconds."
        assert "over the ground" in text


def test_what_is_said_of_a_part_is_told_with_its_time() -> None:
    part = {"text": "he waves. ", "tokens": [], "start_s": 1.5, "end_s": 4.0}
    task = load_recipe("motion").tasks[0]
    text = chat_for(task, {**sample(), "captions": ["x"], "descriptions": [part]})[-1].text
    assert "From 1.5 to 4.0 seconds: he waves.\nThe clip lasts" in text
    own = {**sample(), "captions": ["he waves."], "descriptions": [part]}
    own["clip"] = {"recording": "000020", "start": 30, "end": 80, "stride": 1}
    assert "From" not in chat_for(task, own)[-1].text


def test_a_model_writes_conversations_about_motion(tmp_path: Path) -> None:
    reply = "Question:\nWhat happens?\n===\nAnswer:\nSomebody walks."
    backend = Scripted(reply)
    conversations = generate(
        clips(), "motion", backend=backend, journal=tmp_path / "journal.sqlite"
    )
    assert conversations["error"] == [None] * 9
    assert {row["kind"] for row in conversations} == {"conversation", "detail", "complex_reasoning"}


def test_lines_say_only_what_is_settled() -> None:
    lines = fact_lines(row(path=0.3, bearing=None, turned=30.0, first_foot=None, jumps=0))
    assert lines == ["The clip lasts 4.0 seconds.", "Both feet leave the ground not once."]
    assert fact_lines(None) == []
    assert times(11) == "11 times"
