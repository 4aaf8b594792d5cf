"""Choosing from a table: which rows each condition lets through, and which are drawn."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from datasets import Dataset, Features, Image, List
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets import select
from mmgen_datasets.errors import UnknownNameError, UsageError
from mmgen_datasets.licence import license_from_url
from mmgen_datasets.quality.selection.categories import read_categories
from mmgen_datasets.schema import CONVERSATION, SAMPLE, conversation_features

BY, BY_NC = (
    vars(
        license_from_url(
            number, f"Licence {number}", f"https://creativecommons.org/licenses/{terms}/2.0/"
        )
    )
    for number, terms in (("4", "by"), ("2", "by-nc"))
)


def conversation(name: str, **columns: Any) -> dict[str, Any]:
    said = [("user", "<image>\nWhat is it?"), ("assistant", "A dog.")]
    return {
        **dict.fromkeys(CONVERSATION),
        "id": name,
        "sample_id": name,
        "source": "coco2017",
        "messages": [{"role": role, "content": content} for role, content in said],
        "kind": "detail",
        "checks": [],
        "scores": [],
        **columns,
    }


def table(*rows: dict[str, Any]) -> Dataset:
    return Dataset.from_list(list(rows), features=CONVERSATION)


def checked(**passed: bool | None) -> list[dict[str, Any]]:
    return [{"name": name, "passed": one, "detail": None} for name, one in passed.items()]


def scored(value: float | None, judge: str = "gpt") -> dict[str, Any]:
    return {"name": "correctness", "value": value, "judge": judge, "detail": None}


def said(*answers: str) -> list[dict[str, str]]:
    return [
        {"role": role, "content": content}
        for answer in answers
        for role, content in (("user", "What is it?"), ("assistant", answer))
    ]


ROWS = table(
    conversation(
        "a",
        checks=checked(refusal=True, length=True, numbers=None),
        scores=[scored(5)],
        license=BY,
        split="train",
        provenance={"recipe": "llava", "model": "GPT-5", "families": ["count", "size"]},
    ),
    conversation(
        "b",
        checks=checked(refusal=False, length=True, numbers=True),
        scores=[scored(2)],
        kind="vqa",
        license=BY_NC,
        messages=said("one two three", "four\n five "),
        provenance={"recipe": "mine", "keyword": "rare, or not", "families": []},
    ),
    conversation(
        "c",
        checks=checked(refusal=True, length=False, numbers=False),
        scores=[scored(None)],
        kind="conversation",
        source="mine",
        messages=said(""),
    ),
)


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ("failed != any", "a"),
        ("failed = any", "bc"),
        ("failed = refusal,length", "bc"),
        ("failed = refusal", "b"),
        ("failed != refusal", "ac"),
        ("failed != numbers", "ab"),
        ("passed = numbers", "b"),
        ("passed != numbers", "ac"),
        ("passed = refusal", "ac"),
        ("kind = detail", "a"),
        ("kind = DETAIL , vqa", "ab"),
        ("kind != detail", "bc"),
        ("licence = commercial", "a"),
        ("licence = research", "ab"),
        ("licence != commercial", "bc"),
        ("licence = cc-by-2.0", "a"),
        ("licence = Licence 2,4", "ab"),
        ("licence = unknown licence", "c"),
        ("source = mine", "c"),
        ("split = train", "a"),
        ("split != train", "bc"),
        ("model = gpt-5", "a"),
        ("recipe = mine,llava", "ab"),
        ('keyword = "rare, or not"', "b"),
        ("keyword = any", "b"),
        ("family = size", "a"),
        ("turns = 2", "ac"),
        ("turns > 2", "b"),
        ("turns != 2", "b"),
        ("words >= 5", "b"),
        ("words < 3", "ac"),
        ("words = 0,2", "ac"),
        ("correctness >= 4", "a"),
        ("correctness@gpt <= 4", "b"),
        ("correctness != 5", "b"),
    ],
)
def test_conditions(condition: str, chosen: str) -> None:
    assert "".join(select(ROWS, [condition]).rows["id"]) == chosen


def test_all_conditions_must_hold_and_the_first_that_does_not_is_the_reason() -> None:
    chosen = select(ROWS, ["words > 0", "failed != refusal", "kind = detail,vqa"])
    assert chosen.rows["id"][:] == ["a"]
    assert chosen.dropped == {"words > 0": 1, "failed != refusal": 1, "kind = detail,vqa": 0}
    assert list(chosen.dropped_rows()) == [
        {"id": "b", "reason": "failed != refusal", "found": ["refusal"]},
        {"id": "c", "reason": "words > 0", "found": [0.0]},
    ]


def test_rows_with_an_error_are_never_chosen() -> None:
    rows = table(conversation("a"), conversation("b", error="the reply is empty", messages=[]))
    chosen = select(rows, ["kind = any"])
    assert chosen.rows["id"][:] == ["a"]
    assert chosen.dropped == {"has no messages": 1, "kind = any": 0}


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("knd = detail", "(?s)nothing to choose by is called 'knd'.*use 'kind'"),
        ("relevance >= 4", "(?s)called 'relevance'.*use failed, passed, .*score of these"),
        ("xyz = 1", "(?s)called 'xyz'.*use failed, passed, .*score of these: correctness"),
        ("kind = detial", "(?s)no kind 'detial' in these.*use 'detail'"),
        ("kind != detial", "no kind 'detial' in these"),
        ("failed != tuns", "(?s)no check 'tuns' was run.*'length' or 'numbers' or 'refusal'"),
        ("failed != turns", "(?s)the check 'turns' was not run.*mmgen check RUN --check turns"),
        ("failed = duplicate", "(?s)the check 'duplicate' was not run.*--check duplicate"),
        ("licence = cc-by-9.0", "no licence 'cc-by-9.0'"),
        ("kind >= detail", "a kind is a word, not a number"),
        ("kind@gpt = detail", "a kind has no judge"),
        ("turns >= many", "'many' is no number"),
        ("words > nan", "'nan' is no number"),
        ("correctness@me >= 4", "(?s)'me' did not score correctness.*correctness@gpt"),
        ("words > 99", "no conversation is left of 3: 3 dropped by 'words > 99'"),
        ("category = dog", "no samples are given"),
    ],
)
def test_what_cannot_be_meant_is_refused(condition: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        select(ROWS, [condition])


def test_a_table_without_rows_has_nothing_left_to_choose_from() -> None:
    with pytest.raises(UsageError, match="no conversation is left of 0"):
        select(ROWS.select([]), ["kind = vqa"])


def test_a_table_without_scores_names_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match=r"(?s)is called 'tone'.*mmgen judge"):
        select(ROWS.remove_columns("scores"), ["tone > 3"])


def test_what_no_conversation_has_is_told_with_what_to_do() -> None:
    with pytest.raises(UnknownNameError, match=r"(?s)has a keyword.*mmgen fields"):
        select(table(conversation("a")), ["keyword = any"])


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_words_are_what_white_space_parts(answers: list[str]) -> None:
    number = sum(len(answer.split()) for answer in answers)
    rows = table(conversation("a", messages=said(*answers)))
    assert len(select(rows, [f"words = {number}"]).rows) == 1


def test_what_nobody_checked_neither_failed_nor_passed() -> None:
    for condition in ("failed != any", "passed = turns"):
        with pytest.raises(UnknownNameError, match=r"(?s)none .* was checked yet.*mmgen check RUN"):
            select(table(conversation("a")), [condition])


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("failed != any", "(?s)1 of 3 conversations were not checked.*mmgen check RUN"),
        ("failed != refusal,turns", "(?s)was not run on 2 of 3 .*mmgen check RUN"),
        ("passed != turns", "(?s)the check 'turns' was not run on 2 of 3 .*--check turns"),
    ],
)
def test_what_was_not_checked_did_not_pass(condition: str, problem: str) -> None:
    rows = table(
        conversation("a", checks=checked(refusal=True, turns=True)),
        conversation("b", checks=checked(refusal=False)),
        conversation("c"),
        conversation("d", error="the reply is empty", messages=[]),
    )
    with pytest.raises(UsageError, match=problem):
        select(rows, [condition])
    assert select(rows, ["failed = any"]).rows["id"][:] == ["b"]
    assert select(rows, ["passed = turns"]).rows["id"][:] == ["a"]


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        ("missing != any", "adef"),
        ("missing = image", "bcg"),
        ("missing = audio", "g"),
    ],
)
def test_conversations_whose_media_are_not_there(condition: str, chosen: str) -> None:
    there, gone, turns = {"bytes": b"a", "path": None}, None, said("A dog.")
    spoken = [{"role": "user", "content": "<image><audio>\nWhat?"}, turns[1]]
    rows = Dataset.from_list(
        [
            conversation("a", image=there, images=None),
            conversation("b", image=gone),
            conversation("c", image=there, images=[there, gone]),
            conversation("d", image=gone, messages=turns),
            conversation("e", image=there, images=[there, there]),
            conversation("f", image=there, images=[]),
            conversation("g", image=gone, messages=spoken),
        ],
        features=Features({**conversation_features("image"), "images": List(Image())}),
    )
    assert "".join(select(rows, [condition]).rows["id"]) == chosen


def test_of_what_is_chosen_those_without_media_are_counted() -> None:
    assert select(ROWS, ["kind = detail"]).missing() == {"image": 1}
    assert select(ROWS, ["kind = vqa"]).missing() == {}


def test_of_several_judges_one_is_named() -> None:
    rows = table(
        conversation("a", scores=[scored(4), scored(1, "llama")]),
        conversation("b", scores=[scored(2), scored(5, "llama")]),
    )
    assert select(rows, ["correctness@llama >= 4"]).rows["id"][:] == ["b"]
    with pytest.raises(UsageError, match=r"(?s)2 judges.*correctness@gpt or correctness@llama"):
        select(rows, ["correctness >= 4"])


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(UsageError, match="no column 'checks'"):
        select(ROWS.remove_columns("checks"), ["failed != any"])


PICTURES = Dataset.from_list(
    [
        dict.fromkeys(SAMPLE)
        | {
            "id": name,
            "objects": [{"category": category} for category in boxes],
            "labels": [
                {"name": label, "present": present, "verified": verified}
                for label, present, verified in labels
            ],
        }
        for name, boxes, labels in [
            ("z", ["dog", "dog", "cat"], [("Tree", True, True), ("Sky", True, False)]),
            ("a", [], [("dog", False, True), ("cat", True, True)]),
            ("b", ["dog"], []),
        ]
    ],
    features=SAMPLE,
)


def test_categories_are_those_of_boxes_and_of_labels_that_people_confirmed() -> None:
    laid = read_categories(PICTURES).beside(
        Dataset.from_dict({"sample_id": ["a", "nobody", "z", "b", "a"]}).with_format("arrow")[:]
    )
    found = [sorted(names or []) for names in laid["categories"].to_pylist()]
    assert found == [["cat"], [], ["Tree", "cat", "dog"], ["dog"], ["cat"]]


def test_conversations_are_chosen_by_what_is_in_their_picture() -> None:
    chosen = select(ROWS, ["category = Dog"], samples=PICTURES)
    assert chosen.rows["id"][:] == ["b"]
    assert next(chosen.dropped_rows())["found"] == ["cat"]
    assert select(ROWS, ["category != any"], samples=PICTURES).rows["id"][:] == ["c"]


def test_a_conversation_counts_for_its_rarest_category() -> None:
    rows = table(*(conversation(f"{n}", sample_id="zbb"[n]) for n in range(3)))
    chosen = select(rows, samples=PICTURES, balance="category", total=2)
    assert [(group.name, group.of, group.selected) for group in chosen.groups] == [
        ("dog", 2, 1),
        ("Tree", 1, 1),
    ]


def test_a_balance_needs_a_total_and_tells_which() -> None:
    with pytest.raises(UsageError, match=r"(?s)no total.*3 groups has 1, .*up to 3 all"):
        select(ROWS, balance="kind")
    with pytest.raises(UnknownNameError, match=r"(?s)balanced by 'words'.*kind, category"):
        select(ROWS, balance="words", total=2)
    with pytest.raises(UsageError, match="the total is 0"):
        select(ROWS, total=0)


KINDS = table(*(conversation(f"c{n}", kind="abbcccc"[n % 7]) for n in range(70)))


def test_a_total_is_shared_evenly() -> None:
    chosen = select(KINDS, balance="kind", total=36)
    assert Counter(chosen.rows["kind"]) == {"a": 10, "b": 13, "c": 13}
    assert chosen.dropped == {"balance kind, total 36": 34}
    assert {row["found"][0] for row in chosen.dropped_rows()} == {"b", "c"}


def test_what_cannot_be_shared_evenly_is_given_by_chance() -> None:
    more = {select(KINDS, balance="kind", total=1, seed=seed).rows["kind"][0] for seed in range(20)}
    assert more == {"a", "b", "c"}


def test_a_total_above_what_there_is_takes_all() -> None:
    chosen = select(KINDS, total=1000)
    assert (len(chosen.rows), chosen.dropped) == (70, {})


def ids(rows: Dataset, **how: Any) -> set[str]:
    return set(select(rows, **how).rows["id"])


@settings(max_examples=12)
@given(
    st.permutations(range(70)),
    st.integers(1, 69),
    st.sampled_from([None, "kind"]),
    st.integers(0, 3),
)
def test_the_order_of_rows_changes_no_choice(
    order: list[int], total: int, balance: str | None, seed: int
) -> None:
    how: dict[str, Any] = {"total": total, "balance": balance, "seed": seed}
    assert ids(KINDS.select(order), **how) == ids(KINDS, **how)
    assert ids(KINDS, **how) <= ids(KINDS, **how | {"total": total + 1})


@settings(max_examples=12)
@given(st.integers(1, 60), st.integers(1, 69), st.sampled_from([None, "kind"]))
def test_a_further_row_drives_few_out(total: int, rows: int, balance: str | None) -> None:
    before = ids(KINDS.select(range(rows)), total=total, balance=balance)
    after = ids(KINDS.select(range(rows + 1)), total=total, balance=balance)
    assert len(before - after) <= 2


def test_another_seed_draws_others() -> None:
    assert ids(KINDS, total=20) != ids(KINDS, total=20, seed=1)
    assert sorted(ids(KINDS, total=3)) == sorted(ids(KINDS, total=3, seed=0))
