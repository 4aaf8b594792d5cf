"""The dataset card: what it tells, and what it leaves alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Dataset, Features, Image, List
from huggingface_hub import DatasetCard
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import Scripted, generate
from mmgen_datasets.chat import MediaKind
from mmgen_datasets.licence import Use
from mmgen_datasets.media import undecoded
from mmgen_datasets.publish.about import about
from mmgen_datasets.publish.blocks import Block, blocks_of, put
from mmgen_datasets.publish.card import make_card
from mmgen_datasets.publish.metadata import licence_id, size_category
from mmgen_datasets.publish.model_terms import note_on
from mmgen_datasets.publish.pushable import pushable
from mmgen_datasets.publish.section import cell
from mmgen_datasets.schema import CONVERSATION, conversation_features


def card_of(
    rows: Any,
    old: str | None = None,
    *,
    config: str = "default",
    split: str | None = None,
    licence: Use = "any",
) -> str:
    what = pushable(rows, split=split, licence=licence)
    told = about(what, "alice/mini", config=config, licence=licence, language="en")
    return make_card(told, old)


def metadata(card: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return found


def changed(rows: Dataset, **columns: Any) -> Dataset:
    """The same rows with other values in some columns."""
    made = [row | columns for row in undecoded(rows).to_list()]
    return Dataset.from_list(made, features=rows.features)


def test_a_card_counts_what_is_there(conversations: Dataset) -> None:
    card = card_of(conversations)
    questions = sum(len(messages) for messages in conversations["messages"]) // 2
    assert f"23 conversations with {questions} questions and answers, about 23 pictures." in card
    assert "Image files inside: 23." in card
    assert "No model was asked" in card
    assert "@inproceedings{lin2014coco," in card
    assert "None was run on these conversations." in card


def test_the_table_of_licences_adds_up(conversations: Dataset) -> None:
    table = card_of(conversations).split("### Licences of the pictures")[1]
    counts = [int(row) for row in re.findall(r"^\| \[.*?\)\ \| (\d+) \|", table, re.MULTILINE)]
    assert sum(counts) == 23
    assert len(counts) == len({row["url"] for row in conversations["license"]})


def test_the_metadata_are_those_that_the_hub_asks_for(conversations: Dataset) -> None:
    told = metadata(card_of(conversations))
    assert told["language"] == ["en"]
    assert told["task_categories"] == ["image-text-to-text", "visual-question-answering"]
    assert told["size_categories"] == ["n<1K"]
    assert told["pretty_name"] == "mini"
    assert {"coco2017", "grounded", "mmgen-datasets", "synthetic"} <= set(told["tags"])
    assert {"cc-by-4.0", "cc-by-nc-sa-2.0", "other"} <= set(told["license"])
    files = {"split": "train", "path": "data/train-*"}
    assert told["configs"] == [{"config_name": "default", "data_files": [files]}]
    assert told["dataset_info"]["splits"][0]["num_examples"] == 23


def test_the_same_rows_give_the_same_card(conversations: Dataset) -> None:
    card = card_of(conversations)
    assert card == card_of(conversations)
    assert card == card_of(conversations, card)


def test_configurations_and_splits_join_in_any_order(conversations: Dataset) -> None:
    parts = [("default", "train"), ("default", "test"), ("free", "train")]
    card = None
    for config, split in parts:
        card = card_of(conversations, card, config=config, split=split)
    assert card is not None
    told = metadata(card)
    assert told["size_categories"] == [size_category(3 * 23)]
    found = [
        (config["config_name"], files["split"])
        for config in told["configs"]
        for files in config["data_files"]
    ]
    assert sorted(found) == sorted(parts)
    assert 'load_dataset("alice/mini", "free", split="train")' in card
    headings = re.findall("^## (.*)", card, re.MULTILINE)
    assert headings == [
        "How to load it",
        "Split `train`",
        "Split `test`",
        "Configuration `free`, split `train`",
        "Source: COCO 2017",
    ]


def test_what_people_wrote_stays(conversations: Dataset) -> None:
    card = DatasetCard(card_of(conversations))
    card.data["tags"] = [*card.data["tags"], "mine"]
    card.data["pretty_name"] = "My dataset"
    card.data["annotations_creators"] = ["machine-generated"]
    mine = str(card).replace("## How", "## Read this first\n\nMy words.\n\n## How")
    mine = mine.replace("# mini", "# My dataset") + "\nThe end.\n"
    merged = card_of(conversations, mine, config="free")
    told = metadata(merged)
    assert "mine" in told["tags"]
    assert (told["pretty_name"], told["annotations_creators"]) == (
        "My dataset",
        ["machine-generated"],
    )
    assert "# My dataset\n" in merged
    assert "\nThe end.\n" in merged


def test_a_card_that_others_made_is_kept(conversations: Dataset) -> None:
    for old in ("---\nlicense: mit\n---\n# Theirs\n\nText.\n", "# Theirs\n\nText.\n", "\n"):
        merged = card_of(conversations, old)
        assert "Theirs" in merged or old == "\n"
        assert "## Split `train`" in merged
        assert ("mit" in metadata(merged)["license"]) == ("mit" in old)


def test_licences_that_no_row_has_any_more_leave_the_metadata(conversations: Dataset) -> None:
    card = card_of(conversations)
    assert "cc-by-nc-2.0" in metadata(card)["license"]
    card = card_of(conversations, card, licence="commercial")
    assert "cc-by-nc-2.0" not in metadata(card)["license"]
    assert "Only what allows commercial use is in here. Left out: " in card


def test_share_alike_and_no_derivatives_are_told(conversations: Dataset) -> None:
    card = card_of(conversations)
    terms = [row["license"] for row in conversations.remove_columns("image") if not row["error"]]
    share = sum(licence["share_alike"] for licence in terms)
    fixed = sum(not licence["derivatives"] for licence in terms)
    assert f"from the {share} rows under a share-alike licence" in card
    assert f"The pictures of {fixed} rows may be passed on unchanged only." in card


def test_a_licence_that_nobody_told_is_unknown(conversations: Dataset) -> None:
    card = card_of(changed(conversations.select(range(3)), license=None))
    assert "| unknown | 3 | unknown | unknown | unknown |" in card
    assert "Of 3 rows nobody told the licence" in card


def test_a_model_and_its_tokens_are_told(samples: Dataset, tmp_path: Path) -> None:
    made = generate(
        samples.select(range(4)), "llava", backend=Scripted(), journal=tmp_path / "journal.sqlite"
    )
    rows = undecoded(made).to_list()
    for row in rows:
        row["provenance"] |= {"prompt_tokens": 1000, "completion_tokens": 7}
    card = card_of(Dataset.from_list(rows, features=made.features))
    assert "* Model `scripted` wrote 12 of them. On the use of its output: " in card
    assert "* Tokens of these conversations: 12,000 read and 84 written by the model." in card
    assert "The conversations were written by a model." in card


def test_checks_are_counted(conversations: Dataset) -> None:
    rows = undecoded(conversations.select(range(3))).to_list()
    for row, passed in zip(rows, (True, True, False), strict=True):
        row["checks"] = [{"name": "length", "passed": passed, "detail": None}]
    card = card_of(Dataset.from_list(rows, features=conversations.features))
    assert "| length | 2 | 1 |" in card


def test_rows_without_their_picture_are_told(conversations: Dataset) -> None:
    card = card_of(changed(conversations.select(range(3)), image=None))
    assert "Image files inside: 0." in card
    assert "No image in 3 of 3 rows" in card


def test_of_conversations_about_text_alone_no_picture_is_missed(conversations: Dataset) -> None:
    rows = undecoded(conversations.select(range(3))).to_list()
    rows[1] |= {"image": None, "messages": [{"role": "user", "content": "Hello."}]}
    card = card_of(Dataset.from_list(rows, features=conversations.features))
    assert "Image files inside: 2." in card
    assert "No image in" not in card


def test_of_text_alone_no_picture_is_told(conversations: Dataset) -> None:
    said = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello!"}]
    rows = changed(conversations.select(range(3)), image=None, file_name=None, messages=said)
    card = card_of(rows)
    assert "3 conversations with 3 questions and answers.\n" in card
    assert "inside: " not in card
    assert metadata(card)["task_categories"] == ["text-generation"]


def test_several_pictures_of_a_row_are_counted_like_one(conversations: Dataset) -> None:
    rows = undecoded(conversations.select(range(3))).to_list()
    picture = rows[0].pop("image")
    several = [[picture, picture], [picture, None], None]
    features = Features({**CONVERSATION, "images": List(Image())})
    rows = [{**row, "images": images} for row, images in zip(rows, several, strict=True)]
    card = card_of(Dataset.from_list(rows, features=features))
    assert "pictures. Image files inside: 1." in card
    assert "No image in 2 of 3 rows" in card


@pytest.mark.parametrize("kind", ["video", "audio", "motion"])
def test_conversations_about_other_media_have_a_card_too(
    conversations: Dataset, kind: MediaKind
) -> None:
    rows = conversations.remove_columns("image").select(range(2)).to_list()
    values: dict[MediaKind, Any] = {"motion": [[0.0] * 263], "video": None, "audio": None}
    for row in rows:
        row[kind] = values[kind]
        row["source"] = "humanml3d"
        row["license"] = None
    card = card_of(Dataset.from_list(rows, features=conversation_features(kind)))
    assert f"{kind.capitalize()} files inside: {2 * (kind == 'motion')}." in card
    assert "byte for byte as the source has them.\n" in card  # nothing about pictures
    assert "[AMASS, for non-commercial scientific research]" in card
    assert "@inproceedings{mahmood2019amass," in card


HOSTILE = "a|b\n<script>alert(1)</script> <!-- mmgen end --> --> `x`"


def test_data_cannot_break_out_of_its_cell(conversations: Dataset) -> None:
    licence = dict.fromkeys(("id", "url"), HOSTILE) | {"name": HOSTILE, "commercial": None}
    licence |= {"derivatives": None, "share_alike": None}
    card = card_of(changed(conversations.select(range(2)), kind=HOSTILE, license=licence))
    text = DatasetCard(card).text
    assert "<script>" not in text
    assert text.count("<!-- mmgen end -->") == len(blocks_of(text)) == 3
    assert card_of(conversations, card) == card_of(conversations)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "cc-by-4.0"),
        ("http://creativecommons.org/licenses/by-nc/2.0/", "cc-by-nc-2.0"),
        ("http://creativecommons.org/licenses/by-sa/2.0/", "other"),  # the hub has no name for it
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc0-1.0"),
        ("http://flickr.com/commons/usage/", "other"),
        (None, "other"),
    ],
)
def test_licences_have_the_names_of_the_hub(url: str | None, name: str) -> None:
    assert licence_id(url) == name


@given(st.integers(0, 10**10))
def test_a_number_of_rows_lies_in_its_category(rows: int) -> None:
    low, high = {
        "n<1K": (0, 10**3), "1K<n<10K": (10**3, 10**4), "10K<n<100K": (10**4, 10**5),
        "100K<n<1M": (10**5, 10**6), "1M<n<10M": (10**6, 10**7), "10M<n<100M": (10**7, 10**8),
        "100M<n<1B": (10**8, 10**9), "1B<n<10B": (10**9, 10**10), "10B<n<100B": (10**10, 10**11),
    }[size_category(rows)]  # fmt: skip
    assert low <= rows < high


@pytest.mark.parametrize(
    ("model", "word"),
    [
        ("gpt-5-mini", "OpenAI"),
        ("o4-mini", "OpenAI"),
        ("openai/gpt-oss-20b", "Apache"),
        ("claude-haiku", "Anthropic"),
        ("models/gemini-3", "Google"),
        ("meta-llama/Llama-3.3-70B", '"Llama"'),
        ("my-model", "not looked at"),
    ],
)
def test_the_terms_of_a_model_are_noted(model: str, word: str) -> None:
    assert word in note_on(model)


@given(st.text())
def test_a_cell_is_one_line_without_bars(text: str) -> None:
    made = cell(text)
    assert len(made.splitlines()) <= 1
    assert "<" not in made
    assert not re.search(r"(?<!\\)\|", made)


NAMES = st.sampled_from(["a", "b/c", "d"])
TEXTS = st.text(st.characters(exclude_characters="<\r", exclude_categories=["Cs"])).map(str.strip)


@given(st.text(st.characters(exclude_characters="<")), st.lists(st.tuples(NAMES, TEXTS)))
def test_blocks_are_replaced_and_all_else_stays(text: str, blocks: list[tuple[str, str]]) -> None:
    made = text
    for name, content in blocks:
        made = put(made, Block("part", name, content, {"x": ["-->"]}))
        assert put(made, Block("part", name, content, {"x": ["-->"]})) == made
    assert {block.name: block.text for block in blocks_of(made)} == dict(blocks)
    assert text.strip("\n") in made
