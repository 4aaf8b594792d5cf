"""`generate`: samples in, conversations out, whoever answers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Image

from mmgen_datasets import (
    OpenAI,
    Scripted,
    UsageError,
    build_requests,
    generate,
    load_dataset,
    load_recipe,
)
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.request_row import REQUEST
from mmgen_datasets.generation.requests import pending
from mmgen_datasets.schema import SAMPLE, conversation_features
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import serve


def test_grounded_needs_no_backend_and_answers_for_every_sample(samples: Dataset) -> None:
    conversations = generate(samples)
    assert conversations.features == conversation_features("image")
    assert conversations["sample_id"] == samples["id"]
    assert set(conversations["kind"]) == {"grounded"}


def test_the_same_seed_gives_the_same_rows_and_another_one_others(samples: Dataset) -> None:
    first, again, other = (generate(samples, seed=seed)["messages"] for seed in (1, 1, 2))
    assert list(first) == list(again) != list(other)


def test_a_row_does_not_depend_on_its_neighbours(samples: Dataset) -> None:
    whole = generate(samples)["messages"]
    part = generate(samples.select(range(5, 9)))["messages"]
    assert list(part) == list(whole)[5:9]


def test_messages_alternate_and_the_picture_stands_once_in_front(samples: Dataset) -> None:
    for row in generate(samples).remove_columns("image"):
        if row["error"] is None:
            roles = [message["role"] for message in row["messages"]]
            assert roles == ["user", "assistant"] * (len(roles) // 2)
            texts = [message["content"] for message in row["messages"]]
            assert texts[0].startswith("<image>\n")
            assert sum(text.count("<image>") for text in texts) == 1


def test_pictures_are_passed_through_untouched(samples: Dataset) -> None:
    conversations = generate(samples).cast_column("image", Image(decode=False))
    before = samples.cast_column("image", Image(decode=False))
    assert conversations["image"] == before["image"]


def test_every_row_carries_the_licence_and_credit_of_its_sample(samples: Dataset) -> None:
    conversations = generate(samples)
    assert list(conversations["license"]) == list(samples["license"])
    assert list(conversations["credit"]) == list(samples["credit"])


def test_samples_without_pictures_get_no_placeholder(samples: Dataset) -> None:
    [row] = generate(samples.remove_columns("image").select([0]))
    assert "<image>" not in row["messages"][0]["content"]


def test_a_recipe_is_asked_of_every_sample_in_order(samples: Dataset, tmp_path: Path) -> None:
    backend = Scripted(function=f"{__name__}:fitting")
    conversations = generate(
        samples.select(range(3)), "llava", backend=backend, journal=tmp_path / "j"
    )
    assert [row["id"] for row in conversations.remove_columns("image")] == [
        f"coco2017-{sample}-{task}"
        for sample in samples["id"][:3]
        for task in ("conversation", "detail", "complex_reasoning")
    ]
    assert set(conversations["error"]) == {None}


def test_provenance_says_who_answered_what(samples: Dataset, tmp_path: Path) -> None:
    with serve() as server:
        backend = OpenAI("some-model", server.url)
        [row] = generate(
            samples.select([0]), "llava", backend=backend, journal=tmp_path / "j"
        ).select([0])
    made = row["provenance"]
    assert (made["recipe"], made["recipe_sha256"]) == ("llava", load_recipe("llava").sha256)
    assert (made["backend"], made["model"]) == (server.url, "some-model")
    assert made["prompt_tokens"] > 0 and made["completion_tokens"] > 0
    assert made["finish_reason"] == "stop"
    assert made["created_at"].startswith("20")


def test_a_second_call_asks_nothing(samples: Dataset, tmp_path: Path) -> None:
    with serve() as server:
        backend = OpenAI("any", server.url)
        first = generate(samples, "llava", backend=backend, journal=tmp_path / "j")
        asked = server.stats["received"]
        second = generate(samples, "llava", backend=backend, journal=tmp_path / "j")
        assert server.stats["received"] == asked
    assert first.to_list() == second.to_list()


def test_another_model_or_sampling_or_text_is_another_question(
    samples: Dataset, tmp_path: Path
) -> None:
    one = samples.select([0])
    with serve() as server:
        calls = [("llava", "a"), ("llava", "b"), ("llava-small", "a"), ("llava", "a")]
        for recipe, model in calls:
            generate(one, recipe, backend=OpenAI(model, server.url), journal=tmp_path / "j")
        assert server.stats["received"] == 9, "the fourth call is the first again"


def fitting(request: Request) -> str:
    """What each task of the recipe asks for: some want turns, one a single answer."""
    wants_turns = any("===" in turn.text for turn in request.chat)
    return "Question: What is it?\n===\nAnswer: A drawing." if wants_turns else "A drawing."


def refuse_some(request: Request) -> str:
    if int(request.key, 16) % 2:
        raise RowError("the model refused")
    return "Question: What is it?\n===\nAnswer: A drawing."


def cut_short(request: Request) -> Reply:
    return Reply("Question: What is it?\n===\nAnswer: A dr", "length", 10, 6)


def with_a_placeholder(request: Request) -> str:
    return "Question: What is in <image>?\n===\nAnswer: A drawing."


def out_of_form(request: Request) -> str:
    return "I would rather not."


def task(name: str) -> Any:
    recipe = load_recipe("llava")
    return recipe.model_copy(update={"tasks": tuple(t for t in recipe.tasks if t.name == name)})


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("cut_short", "the reply was cut short"),
        ("with_a_placeholder", "the reply contains the placeholder <image>"),
        ("out_of_form", "turn"),
    ],
)
def test_a_reply_that_is_of_no_use_is_an_error_in_its_row(
    samples: Dataset, tmp_path: Path, function: str, reason: str
) -> None:
    backend = Scripted(function=f"{__name__}:{function}")
    rows = generate(
        samples.select([0]), task("conversation"), backend=backend, journal=tmp_path / "j"
    )
    [row] = rows.remove_columns("image")
    assert row["messages"] == []
    assert reason in row["error"]


def test_refusals_are_rows_beside_answers(samples: Dataset, tmp_path: Path) -> None:
    backend = Scripted(function=f"{__name__}:refuse_some")
    rows = generate(samples, task("conversation"), backend=backend, journal=tmp_path / "j")
    assert set(rows["error"]) == {None, "the model refused"}
    assert rows["sample_id"] == samples["id"]


def test_requests_can_be_read_before_they_are_sent(samples: Dataset) -> None:
    requests = build_requests(samples.select([0]), load_recipe("llava"))
    assert requests.features == REQUEST
    chat = requests[0]["chat"]
    assert [turn["role"] for turn in chat][:2] == ["system", "user"]
    assert samples[0]["captions"][0].strip() in chat[-1]["parts"][-1]["text"]
    assert requests[0]["prompt_tokens"] > 100


def test_a_vision_recipe_sends_the_bytes_of_the_file(samples: Dataset, tmp_path: Path) -> None:
    path = samples.cast_column("image", Image(decode=False))[0]["image"]["path"]
    with serve() as server:
        backend = OpenAI("any", server.url)
        generate(samples.select([0]), "llava-vision", backend=backend, journal=tmp_path / "j")
        content = server.requests[0].json["messages"][-1]["content"]
    [picture] = [part for part in content if part["type"] == "image_url"]
    header, _, payload = picture["image_url"]["url"].partition(",")
    assert header == "data:image/jpeg;base64"
    assert len(payload) == (len(Path(path).read_bytes()) + 2) // 3 * 4


def test_a_picture_that_is_missing_or_broken_is_an_error_in_its_row(
    samples: Dataset, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 and no more")
    rows = samples.cast_column("image", Image(decode=False)).select(range(3)).to_list()
    rows[0]["image"] = None
    rows[1]["image"] = {"bytes": None, "path": str(broken)}
    spoiled = Dataset.from_list(rows, features=samples.features)
    with serve() as server:
        backend = OpenAI("any", server.url)
        result = generate(spoiled, "llava-vision", backend=backend, journal=tmp_path / "j")
        assert server.stats["received"] == 3
    errors = result.remove_columns("image")["error"]
    assert errors[0] == "the picture is not on disk"
    assert "not a readable picture (16 bytes)" in errors[3]
    assert errors[6] is None


def test_a_sample_that_says_nothing_is_not_asked_about(samples: Dataset) -> None:
    rows = samples.cast_column("image", Image(decode=False)).select([0]).to_list()
    rows[0] |= {"captions": [], "objects": []}
    mute = Dataset.from_list(rows, features=samples.features)
    requests = build_requests(mute, load_recipe("llava"))
    assert requests[0]["error"] == "the sample has nothing of captions, boxes"


def test_embedded_pictures_are_read_as_well(samples: Dataset, tmp_path: Path) -> None:
    rows = samples.cast_column("image", Image(decode=False)).select([0]).to_list()
    data = Path(rows[0]["image"]["path"]).read_bytes()
    rows[0]["image"] = {"bytes": data, "path": "x.jpg"}
    embedded = Dataset.from_list(rows, features=samples.features)
    part = build_requests(embedded, load_recipe("llava-vision"))[0]["chat"][-1]["parts"]
    digests = [p["digest"] for p in part if p["kind"] == "image"]
    assert digests == [hashlib.sha256(data).hexdigest()]


@pytest.mark.parametrize("recipe", ["grounded", "llava"])
def test_no_samples_give_no_conversations(samples: Dataset, recipe: str, tmp_path: Path) -> None:
    backend = Scripted() if recipe == "llava" else None
    none = generate(samples.select([]), recipe, backend=backend, journal=tmp_path / "j")
    assert (len(none), none.features) == (0, conversation_features("image"))


def test_the_format_of_the_samples_does_not_matter(samples: Dataset, tmp_path: Path) -> None:
    for recipe, backend in (("grounded", None), ("llava", Scripted())):
        plain, formatted = (
            generate(table, recipe, backend=backend, journal=tmp_path / "j")
            for table in (samples, samples.with_format("numpy"))
        )
        assert plain["messages"] == formatted.with_format(None)["messages"]


def test_a_picture_that_was_mended_is_asked_about(samples: Dataset, tmp_path: Path) -> None:
    """Nothing that was found out about the broken file is remembered of the new one."""
    path = tmp_path / "a.jpg"
    whole = Path(samples.cast_column("image", Image(decode=False))[0]["image"]["path"]).read_bytes()
    rows = samples.cast_column("image", Image(decode=False)).select([0]).to_list()
    rows[0]["image"] = {"bytes": None, "path": str(path)}
    path.write_bytes(whole[:100])
    spoiled = Dataset.from_list(rows, features=samples.features)
    spoiled.save_to_disk(tmp_path / "kept")
    kept = Dataset.load_from_disk(tmp_path / "kept")
    kept = kept.map(
        lambda row: {"image": {"bytes": None, "path": str(path)}}, features=kept.features
    )
    before = build_requests(kept, load_recipe("llava-vision"))
    path.write_bytes(whole)
    after = build_requests(kept, load_recipe("llava-vision"))
    assert (before[0]["error"], after[0]["error"]) == ("not a readable picture (100 bytes)", None)


def test_a_picture_that_changes_after_it_was_digested_is_not_sent(
    samples: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    first, second = (
        Path(row["image"]["path"]).read_bytes()
        for row in samples.cast_column("image", Image(decode=False)).select(range(2))
    )
    rows = samples.cast_column("image", Image(decode=False)).select([0]).to_list()
    rows[0]["image"] = {"bytes": None, "path": str(path)}
    path.write_bytes(first)
    one = Dataset.from_list(rows, features=samples.features)
    requests = build_requests(one, load_recipe("llava-vision"))
    path.write_bytes(second)
    [batch] = pending(requests, one, Scripted())
    with pytest.raises(RowError, match="the picture's file has changed"):
        batch[0].load()


class TestWrongUse:
    def test_a_recipe_that_asks_a_model_needs_a_backend(self, samples: Dataset) -> None:
        with pytest.raises(UsageError, match="'llava' asks a model, and no backend is given"):
            generate(samples, "llava")

    def test_a_recipe_that_asks_none_takes_no_backend(self, samples: Dataset) -> None:
        with pytest.raises(UsageError, match="'grounded' asks no model, and a backend is given"):
            generate(samples, backend=Scripted())

    def test_a_stream_is_named(self) -> None:
        stream = load_dataset("coco2017", data_dir=str(SAMPLE_DIR), split="train", streaming=True)
        with pytest.raises(UsageError, match="samples are a IterableDataset, not a Dataset"):
            generate(stream)

    def test_the_name_of_a_backend_is_no_backend(self, samples: Dataset) -> None:
        with pytest.raises(UsageError, match=r"backend is 'scripted'.*\n.*open_backend"):
            generate(samples, "llava", backend="scripted")  # type: ignore[arg-type]

    def test_a_seed_is_a_whole_number(self, samples: Dataset) -> None:
        with pytest.raises(UsageError, match="seed is 'x'"):
            generate(samples, seed="x")  # type: ignore[arg-type]

    def test_missing_columns_are_named(self) -> None:
        with pytest.raises(UsageError, match="lack the columns id, source"):
            generate(Dataset.from_dict({"text": ["a"]}))


def test_the_schema_has_every_column_that_a_sample_needs(samples: Dataset) -> None:
    assert set(SAMPLE) < set(samples.features)
