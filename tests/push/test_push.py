"""A push to a hub on loopback: what arrives, what survives, what is refused."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, load_dataset
from huggingface_hub import constants

from mmgen_datasets import Plan, RunFolder, fill_run, load_run, push_to_hub
from mmgen_datasets.cli import main
from mmgen_datasets.errors import HubError, RunError, SourceError, UsageError
from mmgen_datasets.media import read_media, undecoded
from tests.push.contents import SMALL_MB, contents
from tests.sample import SAMPLE_DIR
from tests.servers.hub import Hub
from tests.servers.hub_clients import UPLOADING, environment

pytestmark = UPLOADING

_LOADING = """
import hashlib, json, sys
from datasets import Image, get_dataset_config_names, load_dataset
found = {}
for config, split in json.loads(sys.argv[1]):
    for streaming in (False, True):
        rows = load_dataset("alice/mini", config, split=split, streaming=streaming)
        features = repr(rows.features)
        rows = rows.cast_column("image", Image(decode=False))
        texts = [row | {"image": hashlib.sha256(row["image"]["bytes"]).hexdigest()} for row in rows]
        found[f"{config} {split} {streaming}"] = [features, texts]
print(json.dumps(found))
"""


def load_back(hub: Hub, home: Path, *parts: tuple[str, str]) -> Any:
    """What `datasets` by itself reads from the hub, in a process that knows nothing of us."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADING, json.dumps(parts)],
        env=environment(hub, home), cwd=home, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def local(rows: Dataset) -> list[dict[str, Any]]:
    """Rows as `load_back` has them."""
    return [
        row | {"image": hashlib.sha256(read_media(row["image"])).hexdigest()}
        for row in undecoded(rows)
    ]


def parquet_of(hub: Hub, folder: Path) -> Dataset:
    """The rows of a repository that has one parquet file, undecoded."""
    path = folder / "a.parquet"
    path.write_bytes(hub.content("alice/mini", "data/train-00000-of-00001.parquet"))
    return undecoded(load_dataset("parquet", data_files=str(path), split="train"))


def test_what_is_loaded_back_is_what_was_pushed(run: Path, hub: Hub, tmp_path: Path) -> None:
    """Row by row and byte by byte, of two configurations, streaming or not, from several files."""
    push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
    pushed = push_to_hub(run, "alice/mini", config="free", licence="commercial")
    assert sum(path.startswith("data/train-") for path in hub.files("alice/mini")) > 1
    whole = load_run(run)
    free = whole.filter(lambda licence: licence["commercial"], input_columns="license")
    assert 0 < pushed.rows == len(free) < len(whole)
    loaded = load_back(hub, tmp_path, ("default", "train"), ("free", "train"))
    for config, rows in (("default", whole), ("free", free)):
        expected = [repr(rows.features), local(rows)]
        assert loaded[f"{config} train False"] == loaded[f"{config} train True"] == expected


def test_the_pictures_are_inside(run: Path, hub: Hub, tmp_path: Path) -> None:
    push_to_hub(run, "alice/mini")
    for row in parquet_of(hub, tmp_path):
        original = (SAMPLE_DIR / "train2017" / row["file_name"]).read_bytes()
        assert row["image"] == {"bytes": original, "path": row["file_name"]}


def test_a_second_split_joins_the_first(run: Path, hub: Hub) -> None:
    push_to_hub(run, "alice/mini")
    before = contents(hub)
    push_to_hub(run, "alice/mini", split="extra")
    after = contents(hub)
    assert {path: after[path] for path in before if path != "README.md"} == {
        path: digest for path, digest in before.items() if path != "README.md"
    }
    card = hub.content("alice/mini", "README.md").decode()
    assert "## Split `train`" in card
    assert "## Split `extra`" in card


def test_pushed_anew_into_fewer_files_the_others_go(run: Path, hub: Hub) -> None:
    push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
    push_to_hub(run, "alice/mini")
    parquet = [path for path in hub.files("alice/mini") if path.endswith(".parquet")]
    assert parquet == ["data/train-00000-of-00001.parquet"]


def test_pushed_again_nothing_is_sent_and_nothing_changes(run: Path, hub: Hub) -> None:
    first = push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
    second = push_to_hub(run, "alice/mini", max_shard_mb=SMALL_MB)
    assert second == first
    assert set(hub.uploads.values()) == {1}
    assert len(hub.store.repositories["alice/mini"].commits) == 2


def test_the_card_and_the_attribution_stand_in_the_run_folder_too(run: Path, hub: Hub) -> None:
    push_to_hub(run, "alice/mini")
    assert (run / "README.md").read_bytes() == hub.content("alice/mini", "README.md")
    attribution = hub.content("alice/mini", "data/ATTRIBUTION-train.csv")
    assert (run / "ATTRIBUTION.csv").read_bytes() == attribution
    assert len(list(csv.DictReader(io.StringIO(attribution.decode())))) == 23


def test_a_table_is_pushed_without_its_failed_rows(conversations: Dataset, hub: Hub) -> None:
    pushed = push_to_hub(conversations, "table")
    assert pushed.rows == len(conversations) - 1
    assert pushed.url == f"{hub.url}/datasets/alice/table"


def test_any_text_survives(conversations: Dataset, hub: Hub, tmp_path: Path) -> None:
    odd = 'A “café” \\ / 図 \U0001f415 <b> \t | "quoted" \u2028 end'
    rows = undecoded(conversations.select([0])).to_list()
    rows[0]["messages"][1]["content"] = odd
    rows[0]["provenance"]["recipe"] = rows[0]["kind"] = "zoë | <b>"
    push_to_hub(Dataset.from_list(rows, features=conversations.features), "alice/mini")
    [row] = parquet_of(hub, tmp_path)
    assert (row["messages"][1]["content"], row["kind"]) == (odd, "zoë | <b>")
    assert "| zoë \\| &lt;b> | 1 |" in hub.content("alice/mini", "README.md").decode()


def test_a_private_repository_is_seen_by_its_owner_alone(run: Path, hub: Hub) -> None:
    push_to_hub(run, "alice/mini", private=True)
    assert hub.store.repositories["alice/mini"].private
    with pytest.raises(HubError, match="the token may not write to 'alice/mini'"):
        push_to_hub(run, "alice/mini", token="hf_other")


def test_what_is_to_be_private_is_not_pushed_where_all_can_see_it(run: Path, hub: Hub) -> None:
    push_to_hub(run, "alice/mini")
    with pytest.raises(HubError, match="alice/mini exists and is public"):
        push_to_hub(run, "alice/mini", private=True)


@pytest.mark.parametrize(
    ("token", "repo", "sentence"),
    [
        ("", "alice/mini", "nobody is logged in to the hub"),
        ("hf_wrong", "alice/mini", "the hub does not accept the token"),
        ("hf_reader", "alice/mini", "the token of 'alice' may only read"),
        ("hf_other", "alice/mini", "the token may not write to 'alice/mini'"),
        ("hf_writer", "bob/mini", "the token may not write to 'bob/mini'"),
        ("hf_writer", "alice/mi ni", "'alice/mi ni' cannot be the name of a repository"),
        ("hf_writer", "a/b/c", "'a/b/c' cannot be the name of a repository"),
    ],
)
def test_a_refusal_is_one_clear_sentence(
    run: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    token: str, repo: str, sentence: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("HF_TOKEN", token)
    assert main(["push", str(run), repo]) == 2
    problem, hint = capsys.readouterr().err.strip().split("\n")
    assert problem.startswith(f"error: {sentence}")
    assert hint.startswith("  → ")
    assert not hub.store.repositories
    assert token not in problem + hint or not token


def test_without_a_connection_it_says_so(run: Path, hub: Hub) -> None:
    constants.HF_HUB_OFFLINE = True
    with pytest.raises(HubError, match="switched off\n  → unset HF_HUB_OFFLINE"):
        push_to_hub(run, "alice/mini")


@pytest.mark.parametrize("config", ["data", "a/b", "..", "", "with space"])
def test_a_configuration_that_cannot_be_is_refused_before_anything_is_made(
    run: Path, hub: Hub, config: str
) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a configuration"):
        push_to_hub(run, "alice/mini", config=config)
    assert not hub.calls


def test_a_split_of_other_columns_is_refused(conversations: Dataset, hub: Hub) -> None:
    push_to_hub(conversations, "alice/mini")
    before, calls = contents(hub), hub.calls["preupload"]
    with pytest.raises(UsageError, match="other columns in its split 'train'\n  → push under anot"):
        push_to_hub(conversations.remove_columns("image"), "alice/mini", split="test")
    assert contents(hub) == before
    assert hub.calls["preupload"] == calls


def test_nothing_to_push_is_an_error(conversations: Dataset, hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no conversation to push"):
        push_to_hub(conversations.select([]), "alice/mini")
    with pytest.raises(RunError, match="is not the folder of a run"):
        push_to_hub(tmp_path, "alice/mini")
    assert not hub.calls


def test_an_empty_run_is_an_error(hub: Hub, tmp_path: Path) -> None:
    """The 11th picture holds no object, so that nothing can be asked about it."""
    samples = Plan("coco2017", data_dir=str(SAMPLE_DIR), split="train[18:19]")
    assert fill_run(RunFolder(tmp_path / "run"), samples).conversations == 0
    with pytest.raises(RunError, match="has no conversations"):
        push_to_hub(tmp_path / "run", "alice/mini")


def test_other_things_are_refused(samples: Dataset, hub: Hub) -> None:
    with pytest.raises(UsageError, match="has no column 'sample_id'"):
        push_to_hub(samples, "alice/mini")
    with pytest.raises(UsageError, match="is a dict, not a Dataset"):
        push_to_hub({"train": samples}, "alice/mini")


def test_a_picture_that_is_gone_stops_the_push_before_the_commit(
    conversations: Dataset, hub: Hub
) -> None:
    rows = undecoded(conversations.select(range(3))).to_list()
    rows[2]["image"] = {"bytes": None, "path": "/nowhere/a.jpg"}
    with pytest.raises(SourceError, match=r"/nowhere/a\.jpg cannot be read"):
        push_to_hub(Dataset.from_list(rows, features=conversations.features), "alice/mini")
    assert list(hub.files("alice/mini")) == [".gitattributes"]


def test_a_card_that_the_hub_does_not_take_is_told_in_its_words(run: Path, hub: Hub) -> None:
    """Somebody has written a licence into it that the hub does not know."""
    hub.store.create("alice/mini", private=False)
    content = base64.b64encode(b"---\nlicense: mine\n---\n").decode()
    value = {"path": "README.md", "content": content}
    hub.store.commit("alice/mini", {"summary": "by hand"}, [{"key": "file", "value": value}])
    with pytest.raises(HubError, match=r'the hub refused: Invalid metadata .* not "mine"'):
        push_to_hub(run, "alice/mini")
