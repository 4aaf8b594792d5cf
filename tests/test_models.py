"""The tiny models are whole: tokenizers that round-trip, towers that see, twins that agree."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.models.store import ModelStore

TEXTS = [
    "",
    "a red bicycle next to the old bridge.",
    "It's the dogs' 12,345 umbrellas; they'll WAIT, won't they?",
    "  leading, trailing and   inner spaces \t\n\n  tabs\r\nand lines \n",
    "Grüße aus Köln, 東京とパリ, Привет, مرحبا, 👩‍👩‍👧 café",
    '{"bbox": [0.25, 17, 345], "category": "traffic light"}',
    "<|im_start|>user\nWhat is this?<|im_end|>\n<|im_start|>assistant\n",
    "<|im_end|><|im_end|> <image>\n===\n",
    "\x00\x7f�",
    "x" * 300,
]


@pytest.fixture(scope="session")
def transformers() -> Any:
    pytest.importorskip("torch", reason="tiny models need torch")
    return pytest.importorskip("transformers", reason="tiny models need transformers")


@pytest.fixture(scope="session")
def picture() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("kind", ["chat", "llava", "clip"])
def test_tokens_become_the_text_again(
    kind: str, transformers: Any, tiny_models: ModelStore
) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_models.path(kind))
    for text in TEXTS:
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_chat_is_rendered_as_chatml(transformers: Any, tiny_models: ModelStore) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_models.path("chat"))
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    assert text == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_the_chat_model_does_not_repeat_itself(transformers: Any, tiny_models: ModelStore) -> None:
    """Random weights that repeat themselves would hide mistakes of an engine."""
    folder = tiny_models.path("chat")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    prompt = tokenizer("What is this", return_tensors="pt")
    tokens = model.generate(**prompt, max_new_tokens=40)[0].tolist()[-40:]
    assert len(set(tokens)) > 20


def test_llama_cpp_splits_text_into_the_same_tokens(
    transformers: Any, tiny_models: ModelStore
) -> None:
    llama_cpp = pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")
    llama = llama_cpp.Llama(str(tiny_models.path("chat.gguf")), vocab_only=True, verbose=False)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tiny_models.path("chat"))
    for text in TEXTS:
        tokens = llama.tokenize(text.encode(), add_bos=False, special=True)
        assert tokens == tokenizer.encode(text), text


def test_llama_cpp_chooses_the_same_tokens(
    transformers: Any, tiny_models: ModelStore, gguf: str
) -> None:
    """Greedily, with weights and keys and values in full: the twins are the same model."""
    engines = pytest.importorskip("tests.llama_cpp_engines")
    llama = engines.high_level(gguf)
    folder = tiny_models.path("chat")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    for text in filter(None, TEXTS):
        prompt = tokenizer(text, return_tensors="pt")
        length = prompt["input_ids"].shape[1]
        expected = model.generate(**prompt, max_new_tokens=16)[0].tolist()[length:]
        tokens = list(islice(llama.generate(tokenizer.encode(text), temp=0), len(expected)))
        assert tokens == expected, text


def test_clip_tells_pictures_apart(
    transformers: Any, tiny_models: ModelStore, picture: Image.Image
) -> None:
    folder = tiny_models.path("clip")
    model = transformers.CLIPModel.from_pretrained(folder)
    processor = transformers.CLIPImageProcessorPil.from_pretrained(folder)
    pixels = processor([picture, picture.rotate(180)], return_tensors="pt")
    seen = model.get_image_features(**pixels).pooler_output.detach().numpy()  # (2, 32)
    assert seen.shape == (2, 32)
    assert np.abs(seen[0] - seen[1]).max() > 1e-3


def test_llava_answers_by_the_picture(
    transformers: Any, tiny_models: ModelStore, picture: Image.Image
) -> None:
    folder = tiny_models.path("llava")
    model = transformers.LlavaForConditionalGeneration.from_pretrained(folder)
    processor = transformers.LlavaProcessor.from_pretrained(folder)
    chat = [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is it?"}]}
    ]
    text = processor.apply_chat_template(chat, add_generation_prompt=True)
    replies = []
    for shown in (picture, picture.rotate(180)):
        inputs = processor(images=shown, text=text, return_tensors="pt")
        length = inputs["input_ids"].shape[1]
        tokens = model.generate(**inputs, max_new_tokens=12)[0][length:]
        replies.append(processor.decode(tokens))
    assert replies[0] != replies[1]
