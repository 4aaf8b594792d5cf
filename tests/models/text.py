"""The tokenizer of the tiny models: a byte-level BPE of invented captions, as Qwen2 splits them."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>")
"""End of text and padding, begin and end of a turn, and the place of a picture."""

# As in transformers' and llama.cpp's "qwen2"; the two read it alike.
_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)

CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\\n' -}}"
    "{%- if message['content'] is string -%}{{- message['content'] -}}"
    "{%- else -%}{%- for part in message['content'] -%}"
    "{{- '<image>' if part['type'] == 'image' else part['text'] -}}"
    "{%- endfor -%}{%- endif -%}"
    "{{- '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)
"""ChatML; a turn is a text, or a list of texts and pictures."""


def chat_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """Train a tokenizer on captions, questions and JSON.

    Args:
        vocabulary: how many tokens it has, the special ones among them.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN2), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # Enough invented names that there are so many different stretches of letters.
    tokenizer.train_from_iterator(sentences(2 * vocabulary), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
        extra_special_tokens={"image_token": "<image>"},
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


def sentences(number: int, seed: int = 0) -> Iterator[str]:
    """Invent captions, questions and their JSON; the same ones for a seed."""
    draw = random.Random(seed)
    for _ in range(number):
        words = {slot: draw.choice(choices) for slot, choices in _WORDS.items()}
        name = "".join(draw.choices(_SYLLABLES, k=3)).capitalize()
        yield draw.choice(_FRAMES).format(**words, name=name, number=draw.randrange(1000))


_FRAMES = (
    "{article} {colour} {thing} of {name} {relation} {article} {place}.",
    "Question:\nWhat colour is the {thing} {relation} the {place}?\n===\nAnswer:\nIt is {colour}.",
    "How many {thing}s are there? There are {number} of them {relation} the {place}, it's sure.",
    '{{"category": "{thing}", "name": "{name}", "bbox": [{number}, 0.{number}, 12]}}',
)
_SYLLABLES = [a + b for a in "b d f g k l m n p r s t v z br st".split() for b in "aeiou"]
_WORDS = {
    "article": "a the one another this".split(),
    "colour": "red green blue yellow striped wooden small large old shiny".split(),
    "thing": "person bicycle car dog cat horse umbrella bottle chair table bird boat".split(),
    "relation": ("on", "under", "next to", "in front of", "behind", "between"),
    "place": "street river kitchen window beach field station bridge garden snow".split(),
}
