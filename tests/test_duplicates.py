"""Conversations that repeat others, and those that only look as if they did."""

from __future__ import annotations

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.errors import UsageError
from mmgen_datasets.quality.detail import read_detail
from mmgen_datasets.quality.repeats.duplicates import check_duplicates
from mmgen_datasets.quality.repeats.similar_text import (
    bands,
    jaccard,
    recall,
    shingles,
    text_keys,
    within,
)
from tests.conversations import Row, failed, table, talk

LONG = (
    "The picture shows a quiet street in the morning, with two parked cars in front of a bakery,"
    " a bicycle that leans on a lamp post, and a woman who waits at the crossing with her dog."
)
OTHER = (
    "A plate of pasta stands on a wooden table beside a glass of water; basil leaves lie on top of"
    " the sauce, and behind the plate one sees the blurred light of a window full of plants."
)
SHORT = ("Is there a dog in the picture?", "No, there is no dog.", "How many cups?", "Two cups.")
WORDS = st.sampled_from("red car dog street two woman tree sits near big small sky".split())
TALKS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.lists(WORDS, min_size=1, max_size=30).map(" ".join),
        st.lists(WORDS, min_size=1, max_size=40).map(" ".join),
    ),
    min_size=1,
    max_size=8,
).map(lambda rows: [talk(*row) for row in rows])


def all_failed(rows: list[Row]) -> tuple[set[str], set[str]]:
    """Ids of those that fail `duplicate`, and of those that fail `near_duplicate`."""
    checked = check_duplicates(table(rows))
    return {*failed(checked, "duplicate")}, {*failed(checked, "near_duplicate")}


def test_the_first_stays_and_the_detail_of_others_names_it() -> None:
    rows = [talk("a", *SHORT), talk("a", "What is it?", "A cup."), talk("a", *SHORT)]
    assert failed(check_duplicates(table(rows)), "duplicate") == {
        "row-2": "as a whole, repeats row-0"
    }


def test_case_and_white_space_make_no_other_text() -> None:
    rows = [talk("a", *SHORT), talk("a", *(text.upper() + " \n" for text in SHORT))]
    assert all_failed(rows) == ({"row-1"}, set())


def test_the_same_short_words_about_different_samples_are_no_fault() -> None:
    assert all_failed([talk("a", *SHORT), talk("b", *SHORT)]) == (set(), set())


def test_a_long_answer_about_different_samples_is_a_fault_and_quoted() -> None:
    rows = [talk("a", "Describe it.", LONG), talk("b", "What do you see?", LONG)]
    [(row, detail)] = failed(check_duplicates(table(rows)), "duplicate").items()
    [fault] = read_detail(detail)
    assert (row, fault.turn, fault.problem) == ("row-1", 1, "repeats an answer of row-0")
    assert LONG.startswith(fault.words)


def test_a_word_more_makes_it_nearly_the_same() -> None:
    rows = [talk("a", "Describe it.", LONG), talk("b", "Describe it.", f"{LONG} Nice.")]
    [(row, detail)] = failed(check_duplicates(table(rows)), "near_duplicate").items()
    assert row == "row-1"
    assert "repeats an answer of row-0 (similarity 0.97)" in detail


def test_different_answers_pass() -> None:
    rows = [talk("a", "Describe it.", LONG), talk("a", "Describe it.", OTHER)]
    assert all_failed(rows) == (set(), set())


def test_what_a_conversation_says_twice_itself_is_not_found_here() -> None:
    assert all_failed([talk("a", "Describe it.", LONG, "Again?", LONG)]) == (set(), set())


def test_a_known_table_counts_as_earlier_and_is_named() -> None:
    known, own = table([talk("a", *SHORT)], "old"), table([talk("a", *SHORT)])
    checked = check_duplicates(own, known={"runs/old": known})
    assert failed(checked, "duplicate") == {"row-0": "as a whole, repeats old-0 of runs/old"}


def test_the_same_id_of_another_source_is_another_sample() -> None:
    rows = [talk("1", *SHORT, source="s"), talk("1", *SHORT, source="t")]
    assert all_failed(rows) == (set(), set())


def test_grounded_data_repeat_nothing(conversations: Dataset) -> None:
    checked = check_duplicates(conversations)
    assert not failed(checked, "duplicate")
    assert not failed(checked, "near_duplicate")


def test_a_table_without_pictures_and_one_without_rows_are_checked() -> None:
    bare = table([talk("a", *SHORT)] * 2).remove_columns("image")
    assert failed(check_duplicates(bare, known={"k": table([])}), "duplicate").keys() == {"row-1"}
    assert len(check_duplicates(table([]))) == 0


def test_many_conversations_of_one_template_are_compared_within_their_sample_alone() -> None:
    """The 200 about each share 18 of 26 shingles with one another."""
    asked = "Is there a {} in the picture and can it be seen well in the light of the day?"
    rows = [
        talk(sample, asked.format(f"thing{n}"), f"Yes, there is a thing{n}.")
        for sample in "ab"
        for n in range(200)
    ]
    assert all_failed(rows) == (set(), set())


@settings(max_examples=15)
@given(TALKS, st.data())
def test_an_exact_copy_is_always_found(rows: list[Row], data: st.DataObject) -> None:
    copied = data.draw(st.sampled_from(rows))
    assert f"row-{len(rows)}" in all_failed([*rows, copied])[0]


@settings(max_examples=15)
@given(TALKS)
def test_nothing_is_found_below_the_threshold(rows: list[Row]) -> None:
    """By way of another, two may be less alike; with that one they are as alike as they must."""
    texts = [[m["content"].removeprefix("<image>\n") for m in row["messages"]] for row in rows]
    texts = [["\n".join(both), both[1]] for both in texts]
    for name in all_failed(rows)[1]:
        place = int(name.removeprefix("row-"))
        others = [text for n, some in enumerate(texts) if n != place for text in some]
        near = [jaccard({*shingles(a)}, {*shingles(b)}) for a in texts[place] for b in others]
        assert max(near) >= 0.8


@pytest.mark.parametrize(("num_shared", "near"), [(18, {"row-1"}), (17, set())])
def test_the_threshold_itself_is_alike_and_less_is_not(num_shared: int, near: set[str]) -> None:
    """Of 18 words in common and two more of each, 16 of 20 shingles are shared."""
    shared = " ".join(f"w{n}" for n in range(num_shared))
    rows = [talk("a", "?", f"{shared} {more}") for more in ("x1 x2", "y1 y2")]
    assert all_failed(rows) == (set(), near)


@pytest.mark.parametrize("similarity", [0.5, 0.8, 0.9])
def test_keys_find_as_many_as_they_should(similarity: float) -> None:
    """Of 1,000 pairs at the threshold, four standard deviations fewer at most."""
    chance = np.random.default_rng(1)
    num_shared = round(2 * 60 * similarity / (1 + similarity))
    pairs = []
    for _ in range(1000):
        shared, left, right = (
            [f"w{n}" for n in chance.integers(0, 10**9, size=count)]
            for count in (num_shared, 60 - num_shared, 60 - num_shared)
        )
        pairs += [" ".join(shared + left), " ".join(shared + right)]
    sets = [{*shingles(text)} for text in pairs]
    true = np.mean([jaccard(a, b) for a, b in zip(sets[::2], sets[1::2], strict=True)])
    keys = text_keys(pairs, similarity)
    found = (keys[::2] == keys[1::2]).any(axis=1).mean()
    expected = recall(float(true), *bands(similarity))
    assert abs(found - expected) < 4 * (expected * (1 - expected) / 1000) ** 0.5 + 0.002


def test_the_keys_of_a_text_do_not_depend_on_how_many_there_are() -> None:
    texts = [f"text number {n}" for n in range(4_500)]
    assert (text_keys(texts)[-3:] == text_keys(texts[-3:])).all()
    assert text_keys([]).shape == (0, 32)


def test_how_alike_is_too_alike_is_for_the_user_to_say() -> None:
    rows = table([talk("a", "?", LONG), talk("b", "?", LONG.replace("bakery", "shop"))])
    found = {
        at_least: {*failed(check_duplicates(rows, similarity=at_least), "near_duplicate")}
        for at_least in (0.5, 0.95, 1.0)
    }
    assert found == {0.5: {"row-1"}, 0.95: set(), 1.0: set()}


@pytest.mark.parametrize("similarity", [0.0, -1.0, 1.5, float("nan")])
def test_a_similarity_that_cannot_be_is_refused(similarity: float) -> None:
    with pytest.raises(UsageError, match="above 0 and at most 1"):
        check_duplicates(table([talk("a", *SHORT)]), similarity=similarity)


def test_keys_of_different_scopes_have_nothing_in_common() -> None:
    keys = within(text_keys([LONG, LONG, LONG]), np.array([1, 2, 1]))
    assert (keys[0] == keys[2]).all()
    assert not (keys[0] == keys[1]).any()
