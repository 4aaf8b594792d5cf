"""How conditions are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.errors import UsageError
from mmgen_datasets.quality.selection.where import SIGNS, Condition, parse_condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("failed != any", Condition("failed", "!=", ("any",))),
        ("failed=refusal,cut_short", Condition("failed", "=", ("refusal", "cut_short"))),
        (" kind =  detail , vqa ", Condition("kind", "=", ("detail", "vqa"))),
        ("category = hot dog", Condition("category", "=", ("hot dog",))),
        ('licence = "a, b","say ""x""",c', Condition("licence", "=", ("a, b", 'say "x"', "c"))),
        ("turns>=2", Condition("turns", ">=", ("2",))),
        ("words < 600", Condition("words", "<", ("600",))),
        ("correctness >= 4", Condition("correctness", ">=", ("4",))),
        ("correctness@gpt-5-mini >= 4", Condition("correctness", ">=", ("4",), "gpt-5-mini")),
        ("is it right@Qwen/Qwen3:8b=5", Condition("is it right", "=", ("5",), "Qwen/Qwen3:8b")),
        ("model = user@host", Condition("model", "=", ("user@host",))),
    ],
)
def test_conditions_are_read(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("correctness", r"(?s)does not compare a name.*in quotes, as a shell takes > and <"),
        ("", "does not compare a name"),
        ("= 4", "does not compare a name"),
        ("kind =", "no value where '' stands"),
        ("kind = a,", "no value where '' stands"),
        ("kind = ,a", "no value where ',a' stands"),
        ("kind == a", r"(?s)no value where '= a' stands.*write a single ="),
        ('kind = "a', "no value where '\"a' stands"),
        ('kind = "a" b', "no value where '\"a\" b' stands"),
        ("turns >= 2,3", r"(?s)compares with 2 values.*only = and != take several"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_condition(text)


def words() -> st.SearchStrategy[str]:
    text = st.text(st.characters(exclude_characters="=<>!@", exclude_categories=["Cs"]), min_size=1)
    return text.map(str.strip).filter(bool)


@settings(max_examples=50)
@given(
    st.builds(
        Condition,
        words(),
        st.sampled_from(["=", "!="]),
        st.lists(st.text(), min_size=1).map(tuple),
        st.none() | words(),
    )
    | st.builds(Condition, words(), st.sampled_from(SIGNS), st.tuples(st.text()), st.none())
)
def test_a_condition_reads_back_as_what_was_written(condition: Condition) -> None:
    assert parse_condition(str(condition)) == condition
