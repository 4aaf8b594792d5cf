"""Prompts to requests: all that will be sent, to be read, counted and priced before it is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from datasets import Dataset, Features, List, Value

from mmgen_datasets.chat import Chat, Part, Sampling, Text, Turn, chat_digest, text_turn
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.request_row import REQUEST, part_row
from mmgen_datasets.generation.rows import fingerprint
from mmgen_datasets.generation.tokens import estimate_chat_tokens
from mmgen_datasets.prompts.recipe import Recipe
from mmgen_datasets.prompts.task import Task as Asked
from mmgen_datasets.prompts.task import Written
from mmgen_datasets.targeting.mode import ITEMS, Mode, fill, instruction, schema
from mmgen_datasets.targeting.pictures import (
    Pictures,
    read_origins,
    read_pictures,
    refuse_wrong_folder,
)
from mmgen_datasets.targeting.prompt_file import Prompt, PromptFile
from mmgen_datasets.targeting.sending import Sending

TARGETED = Features(
    {
        **REQUEST,
        "keyword": Value("string"),
        "icl_indices": List(Value("int32")),
        "count": Value("int32"),  # of the items that are asked for
    }
)
REPAIR = "repair"
"""What a request is called that has a reply put into form."""
_EXAMPLES_COUNTED = 20
_ROWS_A_BATCH = 256


class Requests(NamedTuple):
    """What is to be sent."""

    rows: Dataset
    """Of `TARGETED`, one a prompt."""
    pictures: Pictures
    mode: Mode
    recipe: Recipe
    """The mode as the engine knows it."""


def targeted_requests(prompts: PromptFile, sending: Sending) -> Requests:
    """Write out what is to be sent for each prompt; no model is involved.

    A prompt that stands in the plan more than once gets a seed of its own each time, since the
    same request would only get the same reply. One with a picture that cannot be read says so in
    ``error``.

    Raises:
        UsageError: there is no such part of the plan.
        MissingFileError: none of its first pictures is in the input folder.
    """
    mode = prompts.load_mode()
    chosen = sending.indices(len(prompts.prompts))
    repeats = _repeats(prompts.prompts)
    asked = [(index, prompts.prompts[index], repeats[index]) for index in chosen]
    origins = read_origins(sending.origins) if sending.origins else {}
    named = list(_named(mode, [prompt for _, prompt, _ in asked]))
    refuse_wrong_folder(named, sending.input_folder)
    pictures = read_pictures(named, sending.input_folder, origins)
    begin = prompts.name_of(0).rpartition("-")[0]

    def write(batch: dict[str, list[int]]) -> dict[str, list[Any]]:
        rows = [
            _row(f"{begin}-{index:06d}", prompt, repeat, prompts, mode, pictures, sending)
            for index, prompt, repeat in (asked[place] for place in batch["place"])
        ]
        return {name: [row[name] for row in rows] for name in TARGETED}

    places = Dataset.from_dict({"place": range(len(asked))})
    rows = places.map(
        write,
        batched=True,
        batch_size=_ROWS_A_BATCH,
        remove_columns=["place"],
        features=TARGETED,
        new_fingerprint=fingerprint(
            "targeted", places, prompts.sha256, mode.sha256, repr(sending), pictures.digests
        ),
        desc="requests",
    )
    return Requests(rows, pictures, mode, _as_recipe(mode, prompts))


def _repeats(prompts: Sequence[Prompt]) -> list[int]:
    """How often each prompt stood in the plan before."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for prompt in prompts:
        shown = (str(prompt.num_gen), *prompt.prompt)
        found.append(seen[shown])
        seen[shown] += 1
    return found


def _named(mode: Mode, prompts: Sequence[Prompt]) -> Iterator[str]:
    for prompt in prompts:
        for example in prompt.examples() if mode.shows_examples else ():
            yield from example.pictures
        if mode.shows_picture and prompt.candidate is not None:
            yield prompt.candidate


def _row(
    name: str,
    prompt: Prompt,
    repeat: int,
    prompts: PromptFile,
    mode: Mode,
    pictures: Pictures,
    sending: Sending,
) -> dict[str, Any]:
    count = prompts.count_of(prompt)
    sampling = sampling_of(mode, count, json_schema=sending.json_schema)
    if repeat:
        sampling = replace(sampling, seed=(sampling.seed or 0) + repeat)
    row: dict[str, Any] = {
        "id": name,
        "sample": pictures.nothing,
        "task": mode.name,
        "chat": [],
        "examples": 0,
        "max_image_side": sending.max_image_side,
        "sampling": json.dumps(sampling.settings(), sort_keys=True),
        "digest": "",
        "prompt_tokens": 0,
        "error": None,
        "keyword": prompt.keyword,
        "icl_indices": prompt.icl_indices,
        "count": count,
    }
    try:
        parts = list(_parts(prompt, prompts, mode, pictures, sending.max_image_side))
    except RowError as error:
        return row | {"error": error.problem}
    system = text_turn("system", fill(mode.system, {"task": prompts.dataset_description}))
    chat: Chat = (system, Turn("user", tuple(part for part, _ in parts)))
    stored = [part_row(part, place) for part, place in parts]
    shown = mode.shows_picture and prompt.candidate is not None
    return row | {
        "sample": pictures.places[prompt.candidate or ""] if shown else pictures.nothing,
        "chat": [
            {"role": "system", "parts": [part_row(part) for part in system.parts]},
            {"role": "user", "parts": stored},
        ],
        "digest": chat_digest(chat, sampling),
        "prompt_tokens": estimate_chat_tokens(chat),
    }


def _parts(
    prompt: Prompt, prompts: PromptFile, mode: Mode, pictures: Pictures, max_side: int | None
) -> Iterator[tuple[Part, int | None]]:
    """What the user says, in order, and of each picture its row."""
    examples = prompt.examples() if mode.shows_examples else []
    for example in examples:
        yield Text(f"{example.label}\n"), None
        for path in example.pictures:
            yield pictures.media(path, max_side), pictures.places[path]
        yield Text(f"\n{example.text}\n\n"), None
    if examples and mode.examples_note:
        yield Text(f"{mode.examples_note.strip()}\n\n"), None
    if mode.shows_picture:
        if prompt.candidate is None:
            raise RowError("the prompt has no picture at its end")
        yield pictures.media(prompt.candidate, max_side), pictures.places[prompt.candidate]
    yield Text(f"\n{instruction(mode, prompts.count_of(prompt))}"), None


def sampling_of(mode: Mode, count: int, *, json_schema: bool) -> Sampling:
    """How a reply of so many items is drawn."""
    held = schema(mode, count) if json_schema else None
    return replace(mode.sampling, json_schema=mode.sampling.json_schema or held)


def _as_recipe(mode: Mode, prompts: PromptFile) -> Recipe:
    """A mode and its repairs as the tasks of a recipe, with replies as long as those to come."""
    asked = Asked(
        name=mode.name,
        inputs=("image",),
        system=mode.system,
        reply="json",
        sampling=mode.sampling,
        examples=_replies(mode, prompts),
    )
    repair = asked.model_copy(update={"name": REPAIR})
    return Recipe(name=mode.name, sha256=mode.sha256, tasks=(asked, repair))


def _replies(mode: Mode, prompts: PromptFile) -> tuple[Written, ...]:
    """Replies made of the examples, where an item is no more than a question and an answer."""
    if set(mode.keys) != {"question", "answer"}:
        return ()
    some = prompts.prompts[:_EXAMPLES_COUNTED]
    texts = [
        (shown.text, prompts.count_of(prompt)) for prompt in some for shown in prompt.examples()
    ]
    outputs = []
    for text, count in texts:
        question, _, answer = text.removeprefix("Q: ").partition("\n A: ")
        outputs.append(json.dumps({ITEMS: [{"question": question, "answer": answer}] * count}))
    return tuple(Written(input="An example.", output=output) for output in outputs)
