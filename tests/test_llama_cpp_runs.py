"""What chats share in memory and on disk, chats that are given up, runs that are killed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.chat import Reply, Sampling
from tests.contracts.backend import ask, said
from tests.llama_cpp_engines import backend_module, driven, opened
from tests.local_chats import EXAMPLES, be_brief, chat_request
from tests.local_runs import generating, kill_and_go_on


class TestSharing:
    def test_what_chats_begin_with_is_evaluated_once(self, gguf: str) -> None:
        backend = opened(gguf, slots=8)
        slots = backend_module.open_slots(backend)
        requests = [chat_request(EXAMPLES, f"Picture {number}?") for number in range(16)]
        replies = driven(slots, requests)
        lengths = [reply.prompt_tokens or 0 for reply in replies]
        written = sum(reply.completion_tokens or 0 for reply in replies)
        assert min(lengths) > 400
        assert slots.evaluated < lengths[0] + 16 * 30 + written

    def test_the_next_run_reads_it_from_disk(self, gguf: str, tmp_path: Path) -> None:
        requests = [chat_request(EXAMPLES, f"Picture {number}?") for number in range(3)]
        counts, replies = [], []
        for slots in (2, 3):  # another engine each, as another process would have
            engine = backend_module.open_slots(opened(gguf, slots=slots, prefix_dir=str(tmp_path)))
            replies.append(driven(engine, requests))
            counts.append(engine.evaluated)
        assert said(replies[0]) == said(replies[1])
        assert counts[1] < counts[0] - 300
        assert len(list(tmp_path.glob("*.kv"))) == 1

    @pytest.mark.parametrize("damage", ["cut short", "one bit"])
    def test_a_damaged_file_is_replaced_with_a_warning(
        self, gguf: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
    ) -> None:
        requests = [chat_request(EXAMPLES, f"Picture {number}?") for number in range(3)]
        expected = said(ask(opened(gguf, slots=4, prefix_dir=str(tmp_path)), *requests))
        [path] = tmp_path.glob("*.kv")
        data = bytearray(path.read_bytes())
        data[-20_000] ^= 1
        path.write_bytes(data[:2000] if damage == "cut short" else data)
        with caplog.at_level("WARNING"):
            again = ask(opened(gguf, slots=5, prefix_dir=str(tmp_path)), *requests)
        assert said(again) == expected
        assert f"{path} is damaged" in caplog.text
        [path] = tmp_path.glob("*.kv")
        assert path.stat().st_size == len(data)


class TestCancelling:
    def test_it_frees_the_place(self, gguf: str) -> None:
        """With one slot, a chat that is given up lets the next one in at once."""
        engine = backend_module.open_slots(opened(gguf, slots=1))
        without_end = Sampling(max_tokens=None, temperature=0, stop=("never said",))
        given_up = Ask(chat_request("Be long.", "?", sampling=without_end))
        following = Ask(be_brief())
        engine.add(given_up)
        engine.step()
        engine.add(following)
        engine.step()
        given_up.future.cancel()
        steps = 1
        while engine.step():
            steps += 1
        assert following.future.result().completion_tokens == steps == 24
        engine.close()

    def test_the_coroutine_passes_it_on(self, gguf: str) -> None:
        backend = opened(gguf, slots=1)

        async def give_up() -> Reply:
            slow = asyncio.create_task(backend.reply(chat_request("Be long.", "?")))
            await asyncio.sleep(0.01)
            slow.cancel()
            reply: Reply = await backend.reply(be_brief())
            return reply

        assert asyncio.run(give_up()).text


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(gguf: str, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = ["threads=1", f"prefix_dir={tmp_path / 'prefixes'}"]
    command = generating(run, "captions, boxes", "llama-cpp", gguf, *options)
    before, after = kill_and_go_on(command, run)
    conversations = load_run(run)
    assert 2 < before < after == len(conversations) == 24
    assert set(conversations["error"]) == {None}
