"""Chats in slots are answered as by `generate` one at a time; in f32 to the last token."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mmgen_datasets.chat import Request, Text
from tests.contracts.backend import ask
from tests.huggingface_chats import opened, shown
from tests.local_chats import EXAMPLES, GREEDY, chat_request, texts

torch = pytest.importorskip("torch", reason="needs torch")
transformers = pytest.importorskip("transformers", reason="needs transformers")
backend_module = pytest.importorskip("mmgen_datasets.backends.huggingface")

gemma3 = pytest.importorskip("transformers.models.gemma3.image_processing_pil_gemma3")
loaded = pytest.importorskip("mmgen_datasets.backends.hf.model")
trial = pytest.importorskip("mmgen_datasets.backends.hf.trial")
text = pytest.importorskip("tests.models.text")
chat = pytest.importorskip("tests.models.chat")


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

    def test_a_model_whose_pictures_are_read_in_both_directions_is_found_out(
        self,
    ) -> None:
        """Gemma 3, tiny; its logits hardly differ."""
        tokenizer = text.chat_tokenizer(chat.NANO["vocab_size"])
        numbers = {}
        for name in ("boi_token", "eoi_token", "image_token"):
            tokenizer.add_tokens([f"<{name}>"], special_tokens=True)
            numbers[name] = tokenizer.convert_tokens_to_ids(f"<{name}>")
            setattr(tokenizer, name, f"<{name}>")
            setattr(tokenizer, f"{name}_id", numbers[name])
        vision = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
        config = transformers.Gemma3Config(
            text_config=chat.NANO | {"vocab_size": len(tokenizer), "head_dim": 16},
            vision_config=vision | {"num_attention_heads": 2, "image_size": 32, "patch_size": 8},
            mm_tokens_per_image=4,
            **{f"{name.removesuffix('_token')}_token_index": n for name, n in numbers.items()},
        )
        network = transformers.Gemma3ForConditionalGeneration(config).eval()
        processor = transformers.Gemma3Processor(
            gemma3.Gemma3ImageProcessorPil(size={"height": 32, "width": 32}),
            tokenizer,
            chat_template=text.CHAT_TEMPLATE.replace("<image>", "<boi_token>"),
            image_seq_length=4,
        )
        with pytest.raises(NotImplementedError, match="what comes after"):
            trial.answers_alike(loaded.Model(network, processor, "gemma"))

    def test_llama_cpp_answers_the_same(
        self, nano: str, gguf: str, requests: list[Request]
    ) -> None:
        twin = pytest.importorskip("tests.llama_cpp_engines").opened(gguf)
        assert texts(ask(opened(nano), *requests)) == texts(ask(twin, *requests))


FEW_EXPERTS = {"num_experts": 2, "num_local_experts": 2, "num_experts_per_tok": 1}


class TestModels:
    """Of other kinds, each tiny: which run in slots, and that both ways answer as `generate`."""

    @staticmethod
    def build(folder: Path, nano: str, kind: str, **more: Any) -> str:
        """A model of another architecture with the nano model's tokenizer."""
        config = transformers.AutoConfig.for_model(kind, **chat.settings(chat.NANO) | more)
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
