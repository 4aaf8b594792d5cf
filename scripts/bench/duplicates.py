"""What finding duplicates takes, and what comparing each with each would.

    python -m scripts.bench.duplicates [CONVERSATIONS] [NAIVE] [PICTURES]

Conversations are drawn from a vocabulary of 20,000 words, as often as words are in English: five
exchanges of 120 words together, every tenth one a copy of an earlier one with two words changed,
three about each sample. Looks of pictures are random bits, every tenth that of an earlier one with
up to 20 changed. ``template`` are answers of 24 words in which two words of the vocabulary differ
from one to the next, and which are no repeats. ``looked_at`` is what photographs of 640 x 480 take
to be read and looked at, ``looked_up`` when they were looked at before.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from datasets import Dataset, load_from_disk

from mmgen_datasets.quality.repeats.duplicates import check_duplicates
from mmgen_datasets.quality.repeats.linking import link
from mmgen_datasets.quality.repeats.picture_hash import distances, look_keys, look_of
from mmgen_datasets.quality.repeats.pictures import LEAST_SIMILARITY, comparing, see
from mmgen_datasets.quality.repeats.rare_shingles import by_rare_shingles
from mmgen_datasets.quality.repeats.similar_text import (
    SIMILAR,
    jaccard,
    shingle_set,
    shingles,
    text_keys,
)
from mmgen_datasets.quality.repeats.similar_text import comparing as comparing_texts
from mmgen_datasets.schema import CONVERSATION
from tests.photographs import file_of, scene

VOCABULARY = np.array([f"w{n:x}" for n in range(20_000)])
CONVERSATIONS_A_SAMPLE = 3


def draw(count: int, folder: Path) -> None:
    """Write conversations, so that those who read them start with nothing in memory."""
    chance = np.random.default_rng(1)
    share = 1 / np.arange(1, len(VOCABULARY) + 1)
    said: list[list[str]] = []
    for number in range(count):
        if number % 10 == 9:
            words = list(said[int(chance.integers(len(said)))])
            for place in chance.integers(0, len(words), 2):
                words[place] = "changed"
        else:
            words = VOCABULARY[chance.choice(len(VOCABULARY), 120, p=share / share.sum())].tolist()
        said.append(words)
    rows = Dataset.from_generator(as_rows, gen_kwargs={"said": said}, features=CONVERSATION)
    rows.save_to_disk(folder)


def as_rows(said: list[list[str]]) -> Any:
    for number, words in enumerate(said):
        cut = [" ".join(words[n : n + k]) for n in range(0, 120, 24) for k in (6, 24)]
        yield {
            **dict.fromkeys(CONVERSATION),
            "id": str(number),
            "sample_id": str(number // CONVERSATIONS_A_SAMPLE),
            "source": "drawn",
            "split": "train",
            "messages": [
                {"role": role, "content": text}
                for role, text in zip(["user", "assistant"] * 5, cut, strict=True)
            ],
            "checks": [],
            "scores": [],
        }


def banded_texts(count: int, folder: Path) -> None:
    conversations = load_from_disk(folder).select(range(count))
    measure(lambda: failures(check_duplicates(conversations)))


def failures(checked: Dataset) -> int:
    return sum(any(c["passed"] is False for c in found) for found in checked["checks"])


def naive_texts(count: int, folder: Path) -> None:
    """Whole conversations only, each with each."""
    conversations = load_from_disk(folder).select(range(count))

    def compare() -> int:
        texts = (" ".join(m["content"] for m in row) for row in conversations["messages"])
        sets = [*enumerate(frozenset(shingles(text)) for text in texts)]
        pairs = combinations(sets, 2)
        return len({later for (_, a), (later, b) in pairs if jaccard(a, b) >= SIMILAR})

    measure(compare)


def template(count: int, _: Path) -> None:
    chance = np.random.default_rng(1)
    texts = [
        f"Yes, there is a {a} in the picture; it stands on the left side, and a {b} can be seen"
        " right behind it in the light"
        for a, b in VOCABULARY[chance.integers(len(VOCABULARY), size=(count, 2))].tolist()
    ]

    def group() -> int:
        sets = [shingle_set(text) for text in texts]
        compare, closely = comparing_texts(sets, SIMILAR), by_rare_shingles(sets, SIMILAR)
        return len(link(text_keys(texts), compare, SIMILAR, closely).links)

    measure(group)


def drawn_looks(count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    chance = np.random.default_rng(1)
    bits = np.zeros((count, 192), bool)
    bits[:, :144] = chance.integers(0, 2, (count, 144))
    for place in range(9, count, 10):
        bits[place] = bits[int(chance.integers(place))]
        bits[place, chance.choice(144, int(chance.integers(21)), replace=False)] ^= True
    return np.packbits(bits, axis=1).view(np.uint64)


def banded_pictures(count: int, _: Path) -> None:
    looks = drawn_looks(count)
    measure(lambda: len(link(look_keys(looks), comparing(looks), LEAST_SIMILARITY).links))


def naive_pictures(count: int, _: Path) -> None:
    looks = drawn_looks(count)

    def compare() -> int:
        found = 0
        for place in range(1, count):
            earlier = np.arange(place)
            found += bool((distances(looks, earlier, np.full(place, place)) <= 28).any())
        return found

    measure(compare)


def looked_at(count: int, _: Path) -> None:
    files = [file_of(scene(seed, 640, 480)) for seed in range(20)]
    measure(lambda: sum(look_of(files[n % 20]) is not None for n in range(count)))


def looked_up(count: int, folder: Path) -> None:
    datasets.config.HF_DATASETS_CACHE = folder / "cache"
    files = [{"bytes": file_of(scene(seed, 640, 480)), "path": None} for seed in range(count)]

    def look() -> int:
        return sum(one.look is not None for one in see(files))

    look()
    measure(look)


def measure(work: Any) -> None:
    before, memory = time.process_time(), peak()
    found = work()
    cpu = time.process_time() - before
    print(json.dumps({"cpu_s": cpu, "peak_mb": peak(), "more_mb": peak() - memory, "found": found}))


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(conversations: int = 100_000, naive: int = 2_000, pictures: int = 100_000) -> None:
    contestants = [
        ("banded_texts", conversations),
        ("banded_texts", naive),
        ("naive_texts", naive),
        ("template", conversations),
        ("banded_pictures", pictures),
        ("banded_pictures", pictures // 5),
        ("naive_pictures", pictures // 5),
        ("looked_at", 500),
        ("looked_up", 500),
    ]
    with tempfile.TemporaryDirectory() as folder:
        run("draw", max(conversations, naive), folder)
        print(f"{'':16} {'items':>8} {'CPU s':>8} {'peak MB':>8} {'more MB':>8} {'found':>8}")
        for name, count in contestants:
            took = json.loads(run(name, count, folder))
            print(
                f"{name:16} {count:8,} {took['cpu_s']:8.1f} {took['peak_mb']:8.0f}"
                f" {took['more_mb']:8.0f} {took['found']:8,}"
            )


def run(name: str, count: int, folder: str) -> str:
    """Run a function of this file in a process of its own, and return the last line it prints."""
    words = [sys.executable, "-m", "scripts.bench.duplicates", name, str(count), folder]
    told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    return told.splitlines()[-1] if told else ""


if __name__ == "__main__":
    match sys.argv[1:]:
        case [name, count, folder] if name in globals():
            globals()[name](int(count), Path(folder))
        case counts:
            main(*map(int, counts))
