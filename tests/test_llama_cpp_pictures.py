"""Pictures in chats: seen as the library's own chat handler shows them, and shared like text."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Media, Part, Request, Text, Turn, text_turn
from mmgen_datasets.errors import BackendError, RowError, StopError, UsageError
from tests import llama_cpp_engines
from tests.contracts.backend import BackendContract, ask, error_of, request, said
from tests.llama_cpp_engines import driven, engine_of, high_level, said_alone
from tests.local_chats import EXAMPLES, GREEDY, texts
from tests.local_runs import generating
from tests.models.store import ModelStore
from tests.photographs import file_of, photograph

chat_format = pytest.importorskip("llama_cpp.llama_chat_format")


@pytest.fixture(scope="session")
def files(tiny_models: ModelStore) -> dict[str, str]:
    """The model and its encoder, as settings."""
    return {
        "model": str(tiny_models.path("llava.gguf")),
        "mmproj": str(tiny_models.path("llava-mmproj.gguf")),
    }


def opened(files: Mapping[str, str], **settings: Any) -> Any:
    return llama_cpp_engines.opened(
        files["model"], **{"mmproj": files["mmproj"], "context": 1024} | settings
    )


BEGIN = EXAMPLES[: len(EXAMPLES) // 2]
"""So much that pictures have room behind it."""


def picture(seed: int, side: int = 60) -> Media:
    return Media("image", file_of(photograph(side, 40, seed=seed, grain=90), "PNG"), "image/png")


def shown(*parts: Part, system: str = BEGIN) -> Request:
    """A system turn, then the user's."""
    chat = (text_turn("system", system), Turn("user", parts))
    return Request(repr(parts), chat, GREEDY)


class TestLlamaCppWithPictures(BackendContract):
    @pytest.fixture
    def backend(self, files: dict[str, str]) -> Backend:
        found: Backend = opened(files, context=96)
        return found

    @pytest.fixture
    def same_settings(self, backend: Backend, files: dict[str, str]) -> Backend:
        found: Backend = opened(files, context=96)
        return found

    @pytest.fixture
    def failing(
        self, files: dict[str, str], tmp_path: Path
    ) -> Mapping[type[BackendError], tuple[Backend, Request]]:
        broken = tmp_path / "broken.gguf"
        broken.write_bytes(Path(files["mmproj"]).read_bytes()[:1000])
        return {
            RowError: (opened(files), shown(Media("image", b"no picture", "image/png"))),
            StopError: (opened(files, mmproj=str(broken)), request("a")),
        }


class TestExactness:
    """With positions in one dimension, and in two as Qwen2-VL has them."""

    @pytest.fixture(params=["llava", "two-dimensional"])
    def files(self, tiny_models: ModelStore, request: pytest.FixtureRequest) -> dict[str, str]:
        return {
            "model": str(tiny_models.path(f"{request.param}.gguf")),
            "mmproj": str(tiny_models.path(f"{request.param}-mmproj.gguf")),
        }

    @pytest.fixture
    def requests(self) -> list[Request]:
        return [
            shown(picture(0), Text("What is it?")),
            shown(picture(1), Text("What is it?")),
            shown(Text("Before: "), picture(0), Text(" after: "), picture(2), Text("Compare.")),
            shown(Text("No picture.")),
            shown(picture(0), Text("What is it?"), system="Be brief."),
        ]

    @pytest.fixture
    def handled(self, files: dict[str, str], requests: list[Request]) -> list[str]:
        """Each by the high-level class with its chat handler, which remembers nothing."""
        llama = high_level(
            files["model"],
            chat_handler=chat_format.MTMDChatHandler(files["mmproj"], verbose=False),
        )
        chats = [
            [{"role": turn.role, "content": _content(turn)} for turn in asked.chat]
            for asked in requests
        ]
        return said_alone(llama, chats)

    def test_the_replies_are_those_of_the_chat_handler(
        self, files: dict[str, str], requests: list[Request], handled: list[str]
    ) -> None:
        together = texts(ask(opened(files), *requests))
        for ours, theirs in zip(together, handled, strict=True):
            assert theirs.startswith(ours)
        assert len(set(handled)) == len(handled)

    @pytest.mark.parametrize("slots", [2, 5])
    def test_they_are_the_same_however_many_are_answered_at_once(
        self, files: dict[str, str], requests: list[Request], slots: int
    ) -> None:
        one_at_a_time = [said(ask(opened(files, slots=1), each))[0] for each in requests]
        assert said(ask(opened(files, slots=slots), *requests * 2)) == one_at_a_time * 2

    def test_and_where_the_memory_is_too_small_for_all(self, files: dict[str, str]) -> None:
        """Some wait then, and see their pictures again."""
        requests = [
            shown(Text(str(number)), picture(number), picture(0), Text("Compare."))
            for number in range(4)
        ]
        roomy, tight = (
            engine_of(files["model"], files["mmproj"], cells=cells, context=512)
            for cells in (2048, 512)
        )
        expected = said(driven(roomy, requests))
        assert said(driven(tight, requests)) == expected
        assert tight.evaluated > roomy.evaluated


def _content(turn: Turn) -> Any:
    if turn.role == "system":
        return turn.text
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else {"type": "image_url", "image_url": {"url": _uri(part)}}
        for part in turn.parts
    ]


def _uri(media: Media) -> str:
    return f"data:{media.mime_type};base64,{base64.b64encode(media.data).decode()}"


class TestSharing:
    def test_a_picture_that_two_chats_have_at_the_same_place_is_seen_once(
        self, files: dict[str, str]
    ) -> None:
        backend = opened(files, slots=2)
        _, second, other = (
            ask(backend, shown(picture(seed), Text(text)))[0]
            for seed, text in ((0, "What is it?"), (0, "How many?"), (1, "How many?"))
        )
        assert (second.cached_tokens or 0) - (other.cached_tokens or 0) == 16

    def test_only_text_is_kept_on_disk(self, files: dict[str, str], tmp_path: Path) -> None:
        requests = [shown(picture(seed), Text("What is it?")) for seed in range(3)]
        kept = {"prefix_dir": str(tmp_path)}
        replies = ask(opened(files, slots=2, **kept), *requests)
        [path] = tmp_path.glob("*.kv")
        again = ask(opened(files, slots=3, **kept), *requests)
        assert said(again) == said(replies)
        count = int(path.name.split("-")[-3])
        assert [reply.cached_tokens for reply in again] == [count] * 3

    def test_the_limit_of_the_side_counts(self, files: dict[str, str]) -> None:
        large = picture(0, side=200)
        small = Media("image", large.data, large.mime_type, max_side=20)
        backend = opened(files)
        one, other = ask(backend, shown(large, Text("?")), shown(small, Text("?")))
        assert one.text != other.text


class TestWhatCannotBeShown:
    def test_without_an_encoder_the_run_stops_and_says_what_to_do(
        self, files: dict[str, str]
    ) -> None:
        error = error_of(opened(files, mmproj=None), shown(picture(0)))
        assert isinstance(error, StopError)
        assert "no picture encoder is given" in error.problem
        assert "--option mmproj=FILE" in error.hint

    def test_other_media_stop_it_too(self, files: dict[str, str]) -> None:
        error = error_of(opened(files), shown(Media("video", b"", "video/mp4")))
        assert isinstance(error, StopError)
        assert "'video'" in error.problem

    def test_a_mark_in_the_text_is_refused(self, files: dict[str, str]) -> None:
        error = error_of(opened(files), shown(picture(0), Text("<__media__>")))
        assert isinstance(error, RowError)

    def test_a_chat_with_too_many_pictures_is_refused_with_both_numbers(
        self, files: dict[str, str]
    ) -> None:
        many = [picture(0)] * 30
        error = error_of(opened(files, context=256), shown(*many, system="Be brief."))
        assert isinstance(error, RowError)
        assert "tokens, and the context holds 256" in error.problem

    @pytest.mark.parametrize("name", ["absent.gguf", __file__])
    def test_a_file_that_is_no_encoder_is_refused(self, files: dict[str, str], name: str) -> None:
        with pytest.raises(UsageError, match=name):
            opened(files, mmproj=name)

    def test_an_encoder_of_another_model_is_refused(
        self, files: dict[str, str], tiny_models: ModelStore
    ) -> None:
        error = error_of(opened(files, mmproj=files["model"]), request("a"))
        assert isinstance(error, StopError)
        assert "as the picture encoder" in error.problem


def test_the_encoder_is_part_of_the_model(files: dict[str, str], tmp_path: Path) -> None:
    moved = tmp_path / "eyes.gguf"
    moved.write_bytes(Path(files["mmproj"]).read_bytes())
    seeing, blind = opened(files), opened(files, mmproj=None)
    assert opened(files, mmproj=str(moved)) == seeing
    assert seeing.model.startswith(f"{blind.model}+")


@pytest.mark.slow
def test_a_recipe_shows_pictures_from_the_command_line(
    files: dict[str, str], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    options = ["threads=1", f"mmproj={files['mmproj']}", "prefix_dir="]
    command = generating(run, "image", "llama-cpp", files["model"], *options)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert set(load_run(run)["error"]) == {None}
