"""Requests with pictures, from the samples to the server: what is sent, under which key, and how
much of it is held."""

from __future__ import annotations

import base64
import gc
import subprocess
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features, Image

from mmgen_datasets import OpenAI, Pace, Scripted, build_requests, generate, load_recipe
from mmgen_datasets.chat import Media, Request, Sampling, Text, Turn, chat_digest, text_turn
from mmgen_datasets.errors import RetryError, UsageError
from mmgen_datasets.generation.requests import pending
from mmgen_datasets.prompts.recipe import Recipe, limit_pictures
from mmgen_datasets.prompts.task import Task
from mmgen_datasets.schema import SAMPLE
from tests.photographs import file_of, opened, photograph, turned
from tests.servers.openai_server import Received, serve, spawn

LOOK = Task(name="look", inputs=("image",), system="Describe. Use ===", reply="turns")
RECIPE = Recipe(name="test", sha256="0", tasks=(LOOK,))


def samples_of(pictures: Iterable[bytes | str | None]) -> Dataset:
    """Samples that know nothing but their pictures: bytes, or the path of a file."""
    lists: dict[str, Any] = {
        name: [] for name in ("captions", "objects", "labels", "relations", "narratives")
    }
    rows = [
        dict.fromkeys(SAMPLE)
        | lists
        | {"id": str(index), "source": "test", "split": "train", "file_name": f"{index}.jpg"}
        | {"image": {"bytes": image} if isinstance(image, bytes) else image and {"path": image}}
        for index, image in enumerate(pictures)
    ]
    return Dataset.from_list(rows, features=Features(SAMPLE | {"image": Image(decode=False)}))


def sent_pictures(requests: Iterable[Received]) -> list[tuple[str, bytes]]:
    """The MIME types and files in the data URIs of requests, in the order of the samples."""
    uris = [
        part["image_url"]["url"]
        for request in requests
        for part in request.json["messages"][-1]["content"]
        if part["type"] == "image_url"
    ]
    parts = [uri.removeprefix("data:").split(";base64,") for uri in uris]
    return [(kind, base64.b64decode(data, validate=True)) for kind, data in parts]


class TestTheKey:
    CHAT = (
        text_turn("system", "Describe the picture."),
        Turn("user", (Media("image", b"the bytes of a file", "image/png"), Text("A dog."))),
    )

    def digest(self, max_side: int | None) -> str:
        system, (role, (picture, text)) = self.CHAT[0], (self.CHAT[1].role, self.CHAT[1].parts)
        assert isinstance(picture, Media)
        turn = Turn(role, (replace(picture, max_side=max_side), text))
        return chat_digest((system, turn), Sampling(max_tokens=500, temperature=0.7))

    def test_without_a_limit_it_is_what_it_always_was(self) -> None:
        """What journals of version 0.1 hold stays paid for."""
        known = "2c77508db517577bd1b342a92e2ae28bd225667fb1ef14b0dc6e201149009ca5"
        assert self.digest(None) == known

    def test_each_limit_makes_another(self) -> None:
        assert len({self.digest(side) for side in (None, 512, 1024)}) == 3

    def test_it_needs_no_picture_to_be_shrunk(self) -> None:
        """The same files give the same keys, whatever version of Pillow shrinks them."""
        data = file_of(photograph(64, 48))
        [row] = build_requests(samples_of([data]), limit_pictures(RECIPE, 10))
        chat = (
            text_turn("system", LOOK.system),
            Turn("user", (Media("image", data, "image/jpeg", 10),)),
        )
        assert row["digest"] == chat_digest(chat, LOOK.sampling)
        assert row["max_image_side"] == 10


class TestTheLimit:
    def test_a_recipe_sets_it_for_each_task(self) -> None:
        small = LOOK.model_copy(update={"name": "small", "max_image_side": 16})
        recipe = RECIPE.model_copy(update={"tasks": (LOOK, small)})
        data = file_of(photograph(64, 48))
        samples = samples_of([data])
        [batch] = pending(build_requests(samples, recipe), samples, Scripted())
        whole, shrunk = (p.load().chat[-1].parts[0] for p in batch)
        assert isinstance(whole, Media)
        assert isinstance(shrunk, Media)
        assert whole.data == data
        assert opened(shrunk.data).size == (16, 12)

    def test_the_users_comes_before_the_recipes(self) -> None:
        recipe = RECIPE.model_copy(
            update={"tasks": (LOOK.model_copy(update={"max_image_side": 16}),)}
        )
        assert limit_pictures(recipe, 32).tasks[0].max_image_side == 32
        assert limit_pictures(recipe, None) is recipe

    def test_tasks_without_pictures_have_none(self) -> None:
        words = LOOK.model_copy(update={"name": "words", "inputs": ("captions",)})
        recipe = limit_pictures(RECIPE.model_copy(update={"tasks": (words, LOOK)}), 32)
        assert [task.max_image_side for task in recipe.tasks] == [None, 32]

    @pytest.mark.parametrize("recipe", ["llava", "grounded"])
    def test_a_recipe_that_sends_no_pictures_refuses_it(self, recipe: str) -> None:
        with pytest.raises(UsageError, match=f"max_image_side is 512, and the recipe '{recipe}'"):
            limit_pictures(load_recipe(recipe), 512)

    def test_no_pixels_are_no_limit(self) -> None:
        with pytest.raises(UsageError, match="max_image_side is 0"):
            limit_pictures(RECIPE, 0)


def test_a_server_gets_each_picture_in_its_place_and_within_the_limit(tmp_path: Path) -> None:
    files = {
        "wide.jpg": file_of(photograph(200, 100)),
        "small.jpg": file_of(photograph(40, 30)),
        "high.png": file_of(photograph(100, 200), "PNG"),
        "turned.jpg": file_of(photograph(200, 100), exif=turned()),
        "old.bmp": file_of(photograph(40, 30), "BMP"),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    samples = samples_of(str(tmp_path / name) for name in files)
    with serve() as server:
        backend, journal = OpenAI("any", server.url), tmp_path / "j"
        pace = Pace(concurrency=1)
        rows = generate(
            samples, RECIPE, backend=backend, journal=journal, pace=pace, max_image_side=50
        )
        sent = sent_pictures(server.requests)
        assert rows["error"] == [None] * 5
        generate(samples, RECIPE, backend=backend, journal=journal, max_image_side=50)
        assert len(server.requests) == 5, "what was answered is not asked again"
    assert [(kind, opened(data).size) for kind, data in sent] == [
        ("image/jpeg", (50, 25)),
        ("image/jpeg", (40, 30)),
        ("image/png", (25, 50)),
        ("image/jpeg", (25, 50)),
        ("image/png", (40, 30)),
    ]
    assert sent[1][1] == files["small.jpg"]


def test_a_picture_that_breaks_while_it_is_shrunk_is_an_error_of_its_row(tmp_path: Path) -> None:
    """Its beginning and end are those of a whole file, and so nothing is seen before."""
    spoiled = bytearray(file_of(photograph(200, 100), "PNG"))
    spoiled[100:-100] = bytes(len(spoiled) - 200)
    samples = samples_of([bytes(spoiled), file_of(photograph(200, 100))])
    with serve() as server:
        backend = OpenAI("any", server.url)
        rows = generate(samples, RECIPE, backend=backend, journal=tmp_path / "j", max_image_side=50)
        assert server.stats["received"] == 1
    assert rows["error"][1] is None
    assert "not a readable picture" in rows["error"][0]


held: list[int] = []
failed: set[str] = set()


def count_held(request: Request) -> str:
    """Note how many pictures there are in memory; every second request fails once."""
    held.append(sum(isinstance(thing, Media) for thing in gc.get_objects()))
    if int(request.key, 16) % 2 and request.key not in failed:
        failed.add(request.key)
        raise RetryError("busy", retry_after=0.1)
    return "Question: What is it?\n===\nAnswer: A picture."


def test_no_more_pictures_are_held_than_requests_are_in_flight(tmp_path: Path) -> None:
    """Not those that wait to be sent, nor those that wait to be sent once more."""
    held.clear()
    failed.clear()
    samples = samples_of(file_of(photograph(8, 8, seed=seed)) for seed in range(60))
    backend = Scripted(function=f"{__name__}:count_held", latency_s=0.005)
    gc.collect()
    gc.freeze()  # what there is already takes long to look through
    try:
        pace = Pace(concurrency=3)
        rows = generate(samples, RECIPE, backend=backend, journal=tmp_path / "j", pace=pace)
    finally:
        gc.unfreeze()
    assert rows["error"] == [None] * 60
    assert len(failed) > 10
    assert 1 <= max(held) <= 3


@pytest.mark.slow
@pytest.mark.parametrize("max_side", [None, 512])
def test_many_large_pictures_take_little_memory(tmp_path: Path, max_side: int | None) -> None:
    """500 MB of pictures, four at a time, in less than 60 MB beyond what one of them takes."""
    data = file_of(photograph(1400, 1000, grain=60), quality=95)
    assert len(data) > 10**6
    for index in range(500):
        (tmp_path / f"{index}.jpg").write_bytes(data + b"\xff\xd9" + index.to_bytes(2, "big"))
    script = """
        import resource, sys
        from pathlib import Path
        from mmgen_datasets import OpenAI, Pace, generate
        from tests.test_pictures_sent import RECIPE, samples_of
        folder, url, max_side = Path(sys.argv[1]), sys.argv[2], eval(sys.argv[3])
        for paths in (["0.jpg"], [f"{index}.jpg" for index in range(500)]):
            samples = samples_of(str(folder / path) for path in paths)
            rows = generate(samples, RECIPE, backend=OpenAI("any", url), journal=folder / "j",
                            pace=Pace(concurrency=4), max_image_side=max_side)
            assert rows["error"] == [None] * len(paths)
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    """
    with spawn() as url:
        command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path), url, str(max_side)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    one, all_of_them = map(int, printed.split())
    assert all_of_them - one < 60
