"""Chats in slots are answered as by `generate` one at a time; in f32 to the last token."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from PIL import Image

from mmgen_datasets.backends import default_device, open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Media, Reply, Request, Sampling, Text, Turn, text_turn
from mmgen_datasets.cli import main
from mmgen_datasets.errors import BackendError, RowError, StopError, UsageError
from tests.contracts.backend import BackendContract, ask, error_of, request
from tests.models.store import ModelStore

torch = pytest.importorskip("torch", reason="needs torch")
transformers = pytest.importorskip("transformers", reason="needs transformers")
backend_module = pytest.importorskip("mmgen_datasets.backends.huggingface")

GREEDY = Sampling(max_tokens=24, temperature=0)
EXAMPLES = " ".join(f"Example {number} has a red bicycle in it." for number in range(40))
"""About 700 tokens of the nano model's."""

EXACT = {"device": "cpu", "dtype": "float32", "threads": 1}
"""Threads that wait for one another are slow where all cores are busy, as while tests run."""


@pytest.fixture(scope="session")
def nano(tiny_models: ModelStore) -> str:
    return str(tiny_models.path("chat"))


@pytest.fixture(scope="session")
def llava(tiny_models: ModelStore) -> str:
    return str(tiny_models.path("llava"))


def opened(model: str, **settings: Any) -> Any:
    return open_backend("huggingface", **{"model": model, **EXACT} | settings)


def chat_request(*texts: str, sampling: Sampling = GREEDY) -> Request:
    """A system turn, then the user's."""
    chat = (text_turn("system", texts[0]), *(text_turn("user", text) for text in texts[1:]))
    return Request(" / ".join(texts), chat, sampling)


def picture(seed: int) -> Media:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return Media("image", file.getvalue(), "image/png")


def shown(seed: int, question: str) -> Request:
    """A system turn, then a picture and a question."""
    turn = Turn("user", (picture(seed), Text(question)))
    return Request(f"{seed}{question}", (text_turn("system", EXAMPLES), turn), GREEDY)


def texts(replies: list[Reply]) -> list[str]:
    """What is no UTF-8 becomes a mark, or nothing at the end of a reply cut short."""
    return [reply.text.replace("\ufffd", "") for reply in replies]


def drawn(sampling: Sampling) -> Request:
    return chat_request("Be brief.", "What is it?", sampling=sampling)


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
            RowError: (opened(nano, context=64), request("long " * 100)),
            StopError: (opened(str(broken)), request("a")),
        }


def generated(model: Any, processor: Any, asked: Request) -> str:
    """What `generate` answers, which is given the chat alone."""
    tokenizer = getattr(processor, "tokenizer", processor)
    messages: list[dict[str, Any]] = []
    for turn in asked.chat:
        content: Any = turn.text
        if asked.has_media:
            content = [
                {"type": "text", "text": part.text}
                if isinstance(part, Text)
                else {"type": "image", "image": Image.open(io.BytesIO(part.data)).convert("RGB")}
                for part in turn.parts
            ]
        messages.append({"role": turn.role, "content": content})
    given = processor.apply_chat_template(
        messages, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
    )
    tokens = model.generate(**given, max_new_tokens=asked.sampling.max_tokens, do_sample=False)
    reply = tokenizer.decode(tokens[0, given["input_ids"].shape[1] :], skip_special_tokens=True)
    return str(reply).replace("\ufffd", "")


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    """Of several lengths, so that rows end and begin at different times."""
    return [
        chat_request(
            EXAMPLES,
            f"What is in picture {number}?" + " And what else?" * (number % 5),
            sampling=replace(GREEDY, max_tokens=8 + 5 * (number % 4)),
        )
        for number in range(12)
    ]


@pytest.fixture(scope="module")
def alone(nano: str, requests: list[Request]) -> list[str]:
    model = transformers.AutoModelForCausalLM.from_pretrained(nano)
    tokenizer = transformers.AutoTokenizer.from_pretrained(nano)
    return [generated(model, tokenizer, asked) for asked in requests]


class TestExactness:
    @pytest.mark.parametrize("slots", [1, 5, 16])
    def test_the_replies_are_those_of_generate(
        self, nano: str, requests: list[Request], alone: list[str], slots: int
    ) -> None:
        assert texts(ask(opened(nano, slots=slots), *requests)) == alone
        assert len(set(alone)) == len(alone)

    def test_and_with_several_beginnings_in_a_batch(
        self, nano: str, requests: list[Request], alone: list[str]
    ) -> None:
        others = [
            chat_request(f"{number % 2} {EXAMPLES}", f"And {number}?") for number in range(12)
        ]
        mixed = [each for pair in zip(requests, others, strict=True) for each in pair]
        replies = ask(opened(nano, slots=7), *mixed)
        assert texts(replies)[::2] == alone
        assert min(reply.cached_tokens or 0 for reply in replies[2:]) > 500

    def test_and_where_chats_share_nothing(self, nano: str) -> None:
        requests = [chat_request(f"{number} {EXAMPLES[:400]}", "What?") for number in range(6)]
        model = transformers.AutoModelForCausalLM.from_pretrained(nano)
        tokenizer = transformers.AutoTokenizer.from_pretrained(nano)
        replies = ask(opened(nano, slots=4), *requests)
        assert texts(replies) == [generated(model, tokenizer, asked) for asked in requests]
        assert {reply.cached_tokens for reply in replies} == {0}

    def test_pictures_are_seen_in_slots_as_by_generate(self, llava: str) -> None:
        requests = [shown(seed, f"What is at {seed}?") for seed in range(6)]
        model = transformers.LlavaForConditionalGeneration.from_pretrained(llava)
        processor = transformers.AutoProcessor.from_pretrained(llava)
        replies = ask(opened(llava, slots=4), *requests)
        expected = [generated(model, processor, asked) for asked in requests]
        assert texts(replies) == expected
        assert len(set(expected)) == len(expected)
        assert min(reply.cached_tokens or 0 for reply in replies) > 500

    def test_llama_cpp_answers_the_same(
        self, nano: str, tiny_models: ModelStore, requests: list[Request]
    ) -> None:
        pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")
        twin = open_backend(
            "llama-cpp",
            model=str(tiny_models.path("chat.gguf")),
            kv_type="f32",
            threads=1,
            prefix_dir="",
        )
        assert texts(ask(opened(nano), *requests)) == texts(ask(twin, *requests))


FEW_EXPERTS = {"num_experts": 2, "num_local_experts": 2, "num_experts_per_tok": 1}


class TestModels:
    """Of other kinds, each tiny: which run in slots, and that both ways answer as `generate`."""

    @staticmethod
    def build(folder: Path, nano: str, kind: str, **more: Any) -> str:
        """A model of another architecture with the nano model's tokenizer."""
        shape = {
            "vocab_size": 2048,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 2048,
            "initializer_range": 0.25,
            "bos_token_id": None,
            "eos_token_id": 2,
            "pad_token_id": 0,
        }
        config = transformers.AutoConfig.for_model(kind, **shape | more)
        torch.manual_seed(0)
        model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
        model.save_pretrained(folder)
        transformers.AutoTokenizer.from_pretrained(nano).save_pretrained(folder)
        return str(folder)

    @pytest.mark.parametrize(
        ("kind", "more", "engine"),
        [
            ("llama", {}, "Slots"),
            ("mistral", {"sliding_window": None}, "Slots"),
            ("mistral", {"sliding_window": 16}, "Slots"),
            ("mistral", {"sliding_window": 200}, "Slots"),
            ("qwen3", {"head_dim": 16}, "Slots"),
            ("gemma3_text", {"head_dim": 16, "sliding_window": 40}, "Slots"),
            ("granite", {"logits_scaling": 4.0}, "Slots"),
            ("gemma2", {"head_dim": 16, "sliding_window": 16}, "Batches"),
            ("gpt_oss", {"head_dim": 16, "sliding_window": 16, **FEW_EXPERTS}, "Batches"),
            ("lfm2", {"layer_types": ["conv", "full_attention"]}, "Batches"),
            (
                "qwen3_next",
                {
                    "layer_types": ["linear_attention", "full_attention"],
                    "head_dim": 16,
                    **FEW_EXPERTS,
                },
                "Batches",
            ),
            (
                "mamba2",
                {"num_heads": 8, "head_dim": 16, "state_size": 16, "n_groups": 1},
                "Batches",
            ),
        ],
    )
    def test_the_replies_are_those_of_generate(
        self, tmp_path: Path, nano: str, kind: str, more: dict[str, Any], engine: str
    ) -> None:
        folder = self.build(tmp_path / kind, nano, kind, **more)
        requests = [
            chat_request(EXAMPLES[:300], f"What is in {number}?" + " And what?" * (number % 3))
            for number in range(5)
        ]
        model = transformers.AutoModelForCausalLM.from_pretrained(folder)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        expected = [generated(model, tokenizer, asked) for asked in requests]
        backend = opened(folder, slots=3)
        assert texts(ask(backend, *requests)) == expected
        assert type(backend_module.opened(backend)).__name__ == engine


class TestSampling:
    def test_a_seed_gives_the_same_text_in_any_company(self, nano: str) -> None:
        backend = opened(nano)
        asked = drawn(Sampling(max_tokens=16, temperature=1.0, seed=7))
        other = drawn(Sampling(max_tokens=16, temperature=1.0, seed=8))
        [first] = ask(backend, asked)
        assert ask(backend, other, asked, other)[1].text == first.text
        assert ask(backend, other)[0].text != first.text

    def test_what_a_recipe_leaves_open_is_as_the_model_has_it(
        self, nano: str, tmp_path: Path
    ) -> None:
        """The nano model's own settings are greedy."""
        left_open = drawn(Sampling(max_tokens=16))
        [greedy] = ask(opened(nano), drawn(Sampling(max_tokens=16, temperature=0)))
        assert ask(opened(nano), left_open)[0].text == greedy.text
        warm = shutil.copytree(nano, tmp_path / "warm")
        path = warm / "generation_config.json"
        settings = json.loads(path.read_text()) | {"do_sample": True, "temperature": 1.5}
        path.write_text(json.dumps(settings))
        assert ask(opened(str(warm)), left_open)[0].text != greedy.text

    def test_a_reply_ends_before_a_stop_string(self, nano: str) -> None:
        backend = opened(nano)
        [whole] = ask(backend, drawn(GREEDY))
        stop = whole.text[12:15]
        [reply] = ask(backend, drawn(replace(GREEDY, stop=("never said", stop))))
        assert (reply.text, reply.finish_reason) == (whole.text[: whole.text.index(stop)], "stop")

    def test_a_reply_that_is_cut_short_says_so_and_tokens_are_counted(self, nano: str) -> None:
        [reply] = ask(opened(nano), drawn(replace(GREEDY, max_tokens=5)))
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
        asked = [replace(drawn(sampling), key=str(number)) for number in range(4)]
        for reply in ask(opened(nano), *asked):
            jsonschema.validate(json.loads(reply.text), schema)


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


class TestLeaving:
    def test_a_chat_that_is_cancelled_frees_its_row(self, nano: str) -> None:
        backend = opened(nano, slots=1)
        long = drawn(Sampling(max_tokens=7000, temperature=0))

        async def cancelled() -> Reply:
            first = asyncio.create_task(backend.reply(long))
            await asyncio.sleep(0.2)
            first.cancel()
            return await asyncio.wait_for(backend.reply(drawn(GREEDY)), 60)

        assert asyncio.run(cancelled()).completion_tokens == 24

    def test_memory_that_runs_out_halves_the_batch(self, nano: str) -> None:
        """In a process that may have little more memory than it has after loading."""
        code = f"""
import asyncio, resource
from dataclasses import replace
from tests.contracts.backend import ask
from tests.test_huggingface import *
backend = opened({nano!r}, slots=64)
asked = [chat_request(f"{{n}} " + EXAMPLES * 3, "What?") for n in range(24)]
expected = [ask(backend, each)[0].text for each in asked[:3]]
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + (120 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
replies = ask(backend, *asked)
assert [reply.text for reply in replies[:3]] == expected
from mmgen_datasets.backends.local.worker import _WORKERS
print(len(replies))
"""
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=110, check=False
        )
        assert ran.returncode == 0, ran.stderr[-2000:]


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
