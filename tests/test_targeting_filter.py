"""MM-Gen's last step: losses of answers, and what is kept by them."""

# ruff: noqa: E402 (what needs torch is imported after it is known to be there)

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, Image, List
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.schema import MESSAGE
from tests.models.store import ModelStore
from tests.photographs import file_of, opened, photograph

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("llguidance")

from mmgen_datasets.backends.huggingface import HuggingFace
from mmgen_datasets.targeting.answer_loss import Scorer, score
from mmgen_datasets.targeting.filtering import Keep, choose_by_chance, choose_by_loss
from mmgen_datasets.targeting.parts import kept_keys

FEATURES = Features({"messages": List(MESSAGE), "images": List(Image())})


def said(*words: str) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": text} for n, text in enumerate(words)]


def picture(seed: int, width: int = 40) -> dict[str, Any]:
    return {"bytes": file_of(photograph(width, 32, seed=seed), "PNG"), "path": None}


@pytest.fixture(scope="session")
def llava(tiny_models: ModelStore) -> HuggingFace:
    return HuggingFace(str(tiny_models.path("llava")), device="cpu", dtype="float32")


@pytest.fixture
def rows() -> Dataset:
    """Conversations with one picture, two, none, and two answers."""
    messages = [
        said("<image>\nWhat colour is the bus?", "It is red."),
        said("<image> and <image>: which is larger?", "The second one is larger."),
        said("How many are there?", "There are 3 of them."),
        said("<image>\nIs it a cat?", "No", "What is it?", "A dog under the table."),
    ]
    images = [[picture(0)], [picture(1), picture(2)], [], [picture(3, 80)]]
    return Dataset.from_dict({"messages": messages, "images": images}, FEATURES)


class TestLoss:
    def test_it_is_that_of_transformers_with_all_but_answers_masked(
        self, llava: HuggingFace, rows: Dataset, tmp_path: Path
    ) -> None:
        found = score(rows, Scorer(llava), tmp_path)
        model = transformers.LlavaForConditionalGeneration.from_pretrained(llava.place)
        processor = transformers.LlavaProcessor.from_pretrained(llava.place)
        plain = rows.cast_column("images", List(Image(decode=False)))
        for row, loss, tokens in zip(plain, found["loss"], found["loss_tokens"], strict=True):
            pictures = [opened(value["bytes"]).convert("RGB") for value in row["images"]]
            sums = [
                _reference(model, processor, row["messages"], number, pictures)
                for number in range(1, len(row["messages"]), 2)
            ]
            assert tokens == sum(count for _, count in sums)
            expected = sum(total for total, _ in sums) / tokens
            assert loss == pytest.approx(expected, abs=1e-4)

    def test_it_does_not_depend_on_what_stands_beside_it(
        self, llava: HuggingFace, rows: Dataset, tmp_path: Path
    ) -> None:
        together = score(rows, Scorer(llava, batch_size=4), tmp_path / "a")["loss"]
        alone = score(rows, Scorer(llava, batch_size=1), tmp_path / "b")["loss"]
        assert list(together) == pytest.approx(list(alone), abs=1e-4)

    def test_one_that_cannot_be_computed_has_its_reason(
        self, llava: HuggingFace, tmp_path: Path
    ) -> None:
        gone = {"bytes": None, "path": str(tmp_path / "gone.png")}
        broken = {"bytes": b"none", "path": None}
        pairs: list[tuple[Any, Any]] = [
            (said("<image> What?", "A dot"), [gone]),
            (said("<image> What?", "A dot"), [broken]),
            (said("<image> <image> What?", "A dot"), [picture(0)]),
            (said("What?", "A dot"), [picture(0)]),
            (said("What?"), []),
            (said("What?", "A dot " * 9000), []),
            (said("What?", "A dot"), []),
        ]
        columns = {"messages": [m for m, _ in pairs], "images": [i for _, i in pairs]}
        found = score(Dataset.from_dict(columns, FEATURES), Scorer(llava), tmp_path / "s")
        assert found["loss_error"] == [
            "a picture cannot be read",
            "a picture cannot be read",
            "a picture is missing",
            "there are more pictures than placeholders",
            "there is no answer",
            "the conversation is longer than the model's 8,192 tokens",
            None,
        ]
        assert [loss is None for loss in found["loss"]] == [True] * 6 + [False]

    def test_it_is_computed_once(self, llava: HuggingFace, rows: Dataset, tmp_path: Path) -> None:
        done: list[int] = []
        first = score(rows, Scorer(llava), tmp_path, done.append)
        again = score(rows, Scorer(llava), tmp_path, done.append)
        assert done == [4]
        assert list(again["loss"]) == list(first["loss"])
        with pytest.raises(RunError, match="side"):
            score(rows, Scorer(llava, max_image_side=8), tmp_path)

    def test_no_rows_are_no_losses(self, llava: HuggingFace, rows: Dataset, tmp_path: Path) -> None:
        assert list(score(rows.select([]), Scorer(llava), tmp_path)["loss"]) == []


def _reference(
    model: Any, processor: Any, messages: list[Any], number: int, pictures: list[Any]
) -> tuple[float, int]:
    """The summed loss of one answer by the labels of transformers, and its tokens."""
    prompt = processor.apply_chat_template(messages[:number], add_generation_prompt=True)
    answer = messages[number]["content"] + "<|im_end|>"
    given = {"images": pictures} if pictures else {}
    whole = processor(text=prompt + answer, return_tensors="pt", **given)
    count = len(processor.tokenizer(answer, add_special_tokens=False)["input_ids"])
    labels = torch.full_like(whole["input_ids"], -100)
    labels[0, -count:] = whole["input_ids"][0, -count:]
    with torch.inference_mode():
        return float(model(**whole, labels=labels).loss) * count, count


class TestKeep:
    def test_the_highest_are_kept_and_of_equals_the_lesser_id(self) -> None:
        ids, losses = ["d", "c", "b", "a"], [0.5, 2.0, 0.5, 1.0]
        assert choose_by_loss(ids, losses, Keep()) == [1, 3]
        assert choose_by_loss(ids, losses, Keep(num=3)) == [1, 2, 3]
        assert choose_by_loss(ids, losses, Keep("low-loss", num=1)) == [2]

    def test_rows_without_a_loss_do_not_count(self) -> None:
        assert choose_by_loss(list("abcd"), [None, 1.0, 2.0, None], Keep()) == [2]

    @given(st.lists(st.none() | st.floats(0, 100)), st.floats(0, 1))
    def test_none_that_is_kept_is_below_one_that_is_not(
        self, losses: list[float | None], share: float
    ) -> None:
        ids = [str(number) for number in range(len(losses))]
        chosen = choose_by_loss(ids, losses, Keep(share=share))
        known = [loss for loss in losses if loss is not None]
        kept = [loss for place in chosen if (loss := losses[place]) is not None]
        assert len(kept) == len(chosen) == math.floor(len(known) * share + 0.5)
        assert sorted(kept) == sorted(known)[len(known) - len(kept) :]

    @given(st.integers(0, 200), st.floats(0, 1), st.integers())
    def test_by_chance_is_the_same_for_a_seed(self, length: int, share: float, seed: int) -> None:
        keep = Keep("random", share, seed=seed)
        chosen = choose_by_chance(length, keep)
        assert chosen == choose_by_chance(length, keep) == sorted(set(chosen))
        assert len(chosen) == keep.count(length)

    def test_what_cannot_be_meant_is_refused(self) -> None:
        with pytest.raises(UsageError, match="'sas'"):
            Keep("sas")  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=r"1\.5"):
            Keep(share=1.5)


_FILL = """
import sys, time
from pathlib import Path
from datasets import Features, Value
from mmgen_datasets.targeting.parts import fill_parts, keep_parts
def rows():
    for number in range(1000):
        yield [{"key": str(number)}]
        time.sleep(0.01)
keep_parts(Path(sys.argv[1]), {})
fill_parts(Path(sys.argv[1]), Features({"key": Value("string")}), rows(), rows_per_part=2)
"""


def test_what_is_killed_has_lost_only_its_last_part(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    with subprocess.Popen([sys.executable, "-c", _FILL, str(folder)]) as process:
        while len(list(folder.glob("part-*.arrow"))) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    keys = kept_keys(folder)
    assert {str(number) for number in range(6)} <= keys
    assert keys == {str(number) for number in range(len(keys))}


_WITHOUT_TORCH = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Block())
from mmgen_datasets.cli import main
sys.exit(main(sys.argv[1:]))
"""


class TestCommands:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A data file with eight records, one of them with a picture that is not there."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pool").mkdir()
        samples = []
        for number in range(8):
            (tmp_path / "pool" / f"{number}.png").write_bytes(picture(number)["bytes"])
            turns = [
                {"from": "human", "value": "<image> How many?"},
                {"from": "gpt", "value": f"There are {number}"},
            ]
            samples.append({"id": number, "image_1": f"{number}.png", "conversations": turns})
        (tmp_path / "pool" / "7.png").unlink()
        content = {"image_folder": "pool", "dataset_description": "Counting", "len_samples": 8}
        (tmp_path / "data.json").write_text(json.dumps({**content, "samples": samples}))
        return tmp_path

    @pytest.mark.parametrize("by", ["high-loss", "low-loss", "random", "facility-location"])
    def test_filter_keeps_a_part_in_the_form_of_the_file(
        self, by: str, folder: Path, llava: HuggingFace, tiny_models: ModelStore
    ) -> None:
        models = ["--model", llava.place, "--clip-model", str(tiny_models.path("clip"))]
        assert main(["task", "filter", "data.json", "--by", by, "--out", "kept.json", *models]) == 0
        whole = json.loads((folder / "data.json").read_text())
        kept = json.loads((folder / "kept.json").read_text())
        expected = 4  # of eight, or of the seven that have a score
        assert (kept["len_samples"], len(kept["samples"])) == (expected, expected)
        assert kept["dataset_description"] == "Counting"
        for sample in kept["samples"]:
            assert ("loss" in sample) == by.endswith("loss")
            sample.pop("loss", None)
            assert sample in whole["samples"]

    def test_filter_keeps_llavas_list_a_list(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        samples = json.loads((folder / "data.json").read_text())["samples"]
        (folder / "list.json").write_text(json.dumps([*samples, {"id": "odd"}]))
        words = "task filter list.json --by random --num 3 --out kept.json"
        assert main(words.split()) == 0
        assert len(json.loads((folder / "kept.json").read_text())) == 3
        assert "record 8: the conversation is missing" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("words", "status", "told"),
        [
            ("filter data.json --by random --out kept.json", 0, ""),
            ("filter data.json --model m --out kept.json", 2, '"mmgen-datasets[hf]"'),
            ("create data.json --keyword bus --out task.json", 2, '"mmgen-datasets[clip]"'),
        ],
    )
    def test_without_torch_they_do_what_needs_none_and_else_name_the_extra(
        self, words: str, status: int, told: str, folder: Path
    ) -> None:
        command = [sys.executable, "-c", _WITHOUT_TORCH, "task", *words.split()]
        environment = {**os.environ, "USE_TORCH": "0"}  # or `datasets` would look for it
        done = subprocess.run(command, check=False, capture_output=True, env=environment)
        assert (done.returncode, told in done.stderr.decode()) == (status, True)

    @pytest.mark.parametrize("samples", [[], [{"id": "odd"}]])
    def test_a_file_without_conversations_is_refused(
        self, samples: list[Any], folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "none.json").write_text(json.dumps(samples))
        assert main("task filter none.json --by random --out kept.json".split()) == 2
        assert "none.json has no conversation" in capsys.readouterr().err

    def test_a_loss_needs_a_model(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main("task filter data.json --out kept.json".split()) == 2
        assert "--model" in capsys.readouterr().err

    def test_create_writes_a_task_file(
        self, folder: Path, tiny_models: ModelStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        clip = str(tiny_models.path("clip"))
        words = "task create data.json --keyword bus=coach,van --keyword snow --candidates pool"
        command = [*words.split(), "--out", "task.json", "--clip-model", clip]
        assert main(command) == 0
        task = json.loads((folder / "task.json").read_text())
        assert [group["keyword"] for group in task["subgroups"]] == ["bus", "snow"]
        paths = [path for group in task["subgroups"] for path in group["candidate_image_paths"]]
        assert sorted(paths) == [f"pool/{number}.png" for number in range(7)]
        printed = capsys.readouterr()
        assert "7 of 8 references" in printed.out
        assert "7.png: the file cannot be read" in printed.out
        assert "8 pictures looked at" in printed.err
        assert main([*command, "--retrieve", "random", "--num", "2"]) == 0
        assert "looked at" not in capsys.readouterr().err
        assert main(["task", "filter", "task.json", "--by", "random", "--out", "x.json"]) == 2

    def test_create_takes_candidates_from_a_source_with_their_licences(
        self, folder: Path, tiny_models: ModelStore
    ) -> None:
        root = Path(__file__).resolve().parent.parent
        words = "task create data.json --keyword bus --candidates coco2017 --split train[:4]"
        clip = ["--clip-model", str(tiny_models.path("clip")), "--out", "task.json"]
        where = ["--data-dir", str(root / "builders/sample/coco"), "--licence", "commercial"]
        assert main([*words.split(), *where, *clip]) == 0
        told: Any = Dataset.from_parquet("task.candidates.parquet")
        [group] = json.loads((folder / "task.json").read_text())["subgroups"]
        assert list(told["path"]) == group["candidate_image_paths"]
        assert all(terms["commercial"] for terms in told["license"])

    def test_create_refuses_what_cannot_be_done(
        self, folder: Path, tiny_models: ModelStore, capsys: pytest.CaptureFixture[str]
    ) -> None:
        start = ["task", "create", "data.json", "--keyword", "bus", "--out", "task.json"]
        start += ["--clip-model", str(tiny_models.path("clip"))]
        assert main([*start, "--retrieve", "text"]) == 2
        assert "--candidates" in capsys.readouterr().err
        assert main([*start, "--candidates", "pool", "--licence", "commercial"]) == 2
        assert "licences" in capsys.readouterr().err
        assert not (folder / "task.json").exists()
