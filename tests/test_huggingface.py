"""The backend `huggingface`: its contract, settings, errors, and how replies are drawn."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmgen_datasets.backends import default_device
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Media, Reply, Request, Sampling, Text, Turn
from mmgen_datasets.cli import main
from mmgen_datasets.errors import BackendError, RowError, StopError, TooLongError, UsageError
from mmgen_datasets.picture import read_picture
from tests.contracts.backend import BackendContract, ask, error_of, request
from tests.huggingface_chats import opened, shown
from tests.local_chats import EXAMPLES, GREEDY, be_brief, chat_request
from tests.photographs import file_of, photograph

torch = pytest.importorskip("torch", reason="needs torch")
transformers = pytest.importorskip("transformers", reason="needs transformers")
backend_module = pytest.importorskip("mmgen_datasets.backends.huggingface")


class TestHuggingFace(BackendContract):
    sees = ()

    @pytest.fixture
    def backend(self, nano: str) -> Backend:
        found: Backend = opened(nano, context=64)
        return found

    @pytest.fixture
    def same_settings(self, backend: Backend, nano: str) -> Backend:
        found: Backend = opened(nano, context=64)
        return found

    @pytest.fixture
    def failing(self, nano: str, tmp_path: Path) -> Mapping[type[BackendError], Any]:
        broken = shutil.copytree(nano, tmp_path / "broken")
        (broken / "model.safetensors").write_bytes(b"no weights")
        return {
            TooLongError: (opened(nano, context=64), request("long " * 100)),
            StopError: (opened(str(broken)), request("a")),
        }


class TestSampling:
    def test_a_seed_gives_the_same_text_in_any_company(self, nano: str) -> None:
        backend = opened(nano)
        asked = be_brief(Sampling(max_tokens=16, temperature=1.0, seed=7))
        other = be_brief(Sampling(max_tokens=16, temperature=1.0, seed=8))
        [first] = ask(backend, asked)
        assert ask(backend, other, asked, other)[1].text == first.text
        assert ask(backend, other)[0].text != first.text

    def test_what_a_recipe_leaves_open_is_as_the_model_has_it(
        self, nano: str, tmp_path: Path
    ) -> None:
        """The nano model's own settings are greedy."""
        left_open = be_brief(Sampling(max_tokens=16))
        [greedy] = ask(opened(nano), be_brief(Sampling(max_tokens=16, temperature=0)))
        assert ask(opened(nano), left_open)[0].text == greedy.text
        warm = shutil.copytree(nano, tmp_path / "warm")
        path = warm / "generation_config.json"
        settings = json.loads(path.read_text()) | {"do_sample": True, "temperature": 1.5}
        path.write_text(json.dumps(settings))
        assert ask(opened(str(warm)), left_open)[0].text != greedy.text

    def test_a_reply_ends_before_a_stop_string(self, nano: str) -> None:
        backend = opened(nano)
        [whole] = ask(backend, be_brief(GREEDY))
        stop = whole.text[12:15]
        [reply] = ask(backend, be_brief(replace(GREEDY, stop=("never said", stop))))
        assert (reply.text, reply.finish_reason) == (whole.text[: whole.text.index(stop)], "stop")

    def test_a_reply_that_is_cut_short_says_so_and_tokens_are_counted(self, nano: str) -> None:
        [reply] = ask(opened(nano), be_brief(replace(GREEDY, max_tokens=5)))
        assert (reply.finish_reason, reply.completion_tokens) == ("length", 5)
        tokenizer = transformers.AutoTokenizer.from_pretrained(nano)
        messages = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is it?"},
        ]
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
        assert reply.prompt_tokens == len(prompt)

    def test_a_reply_keeps_to_its_json_schema(self, nano: str) -> None:
        schema = {
            "type": "object",
            "properties": {
                "colour": {"enum": ["red", "green"]},
                "box": {
                    "type": "array",
                    "items": {"type": "integer", "minimum": 0, "maximum": 999},
                    "minItems": 4,
                    "maxItems": 4,
                },
            },
            "required": ["colour", "box"],
            "additionalProperties": False,
        }
        sampling = Sampling(max_tokens=200, temperature=1.0, json_schema=json.dumps(schema))
        asked = [replace(be_brief(sampling), key=str(number)) for number in range(4)]
        for reply in ask(opened(nano), *asked):
            jsonschema.validate(json.loads(reply.text), schema)


class TestPictures:
    def test_one_is_shrunk_to_its_limit(self, llava: str) -> None:
        data = file_of(photograph(400, 300, seed=1, grain=90), "PNG")
        pictures = [
            Media("image", data, "image/png", 20),
            Media("image", file_of(read_picture(data, 20), "PNG"), "image/png"),
            Media("image", data, "image/png"),
        ]
        limited, shrunk, whole = ask(
            opened(llava),
            *(Request("key", (Turn("user", (each, Text("What?"))),), GREEDY) for each in pictures),
        )
        assert read_picture(data, 20).size == (20, 15)
        assert limited.text == shrunk.text != whole.text


class TestErrors:
    def test_a_chat_that_is_too_long_gives_both_numbers(self, nano: str) -> None:
        error = error_of(opened(nano, context=100), chat_request(EXAMPLES, "What?"))
        assert isinstance(error, RowError)
        assert "has 7" in error.problem
        assert "holds 100" in error.problem

    def test_a_picture_for_a_model_that_does_not_see_stops_the_run(self, nano: str) -> None:
        error = error_of(opened(nano), shown(0, "What?"))
        assert isinstance(error, StopError)
        assert "'image'" in error.problem

    def test_a_picture_that_is_none_is_a_reject(self, llava: str) -> None:
        turn = Turn("user", (Media("image", b"first", "image/png"), Text("What?")))
        assert isinstance(error_of(opened(llava), Request("key", (turn,))), RowError)

    def test_a_folder_without_a_model_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"no config\.json"):
            opened(str(tmp_path))

    def test_a_model_that_is_not_there_reaches_all_who_wait(self) -> None:
        async def failures() -> list[BaseException | Reply]:
            backend = opened("nobody/no-such-model")
            replies = (backend.reply(request(str(number))) for number in range(3))
            found: list[BaseException | Reply] = await asyncio.gather(
                *replies, return_exceptions=True
            )
            return found

        found = asyncio.run(failures())
        assert [type(failure) for failure in found] == [StopError] * 3
        assert "nobody/no-such-model" in str(found[0])

    def test_a_setting_that_cannot_be_meant_is_refused(self, nano: str) -> None:
        with pytest.raises(UsageError, match="slots is 0"):
            opened(nano, slots=0)


class TestIdentity:
    def test_a_folder_that_moves_keeps_its_name(self, nano: str, tmp_path: Path) -> None:
        moved = shutil.copytree(nano, tmp_path / "moved")
        assert opened(str(moved)).model == opened(nano).model
        assert opened(str(moved)) == opened(nano)

    def test_other_weights_or_another_template_have_another(
        self, nano: str, tmp_path: Path
    ) -> None:
        for name in ("model.safetensors", "chat_template.jinja"):
            other = shutil.copytree(nano, tmp_path / name)
            content = bytearray((other / name).read_bytes())
            content[-1] ^= 1
            (other / name).write_bytes(content)
            assert opened(str(other)).model != opened(nano).model

    def test_a_model_of_the_hub_is_known_by_name_and_revision(self) -> None:
        assert opened("a/b").model == "a/b"
        assert opened("a/b", revision="v1").model == "a/b@v1"

    def test_the_dtype_is_part_of_the_endpoint(self, nano: str) -> None:
        assert opened(nano).endpoint == "transformers:float32"
        assert opened(nano, dtype=None).endpoint == "transformers"


class TestInstallation:
    def test_the_device_that_would_be_used_is_listed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["backends"]) == 0
        listed = capsys.readouterr().out
        assert f"installed, runs on {default_device('huggingface')}" in listed

    def test_without_the_package_the_command_that_installs_it_is_told(self) -> None:
        code = (
            "import sys; sys.modules['torch'] = None\n"
            "from mmgen_datasets.backends import open_backend\n"
            "from mmgen_datasets.cli import main\n"
            "main(['backends']); open_backend('huggingface', model='a/b')"
        )
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert "needs 'torch', which is not installed" in run.stderr
        for told in (run.stdout, run.stderr):
            assert 'run: pip install "mmgen-datasets[hf]"' in told
