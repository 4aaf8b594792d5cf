"""Sentences and quotations, which checks of generated text read by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.quality.reading.sentences import quotations, sentences, unquoted, words


@pytest.mark.parametrize(
    "parts",
    [
        ["A dog runs.", "It is brown!", "Why?"],
        ["Dr. Wood and St. Mark's are 3.5 km apart.", "So what?"],
        ["It is 5 p.m. in London.", "Tea, etc. is served."],
        ["They shout 'Go!' and run.", "He says (loudly!) no."],
        ["Wait ... there is more.", "Then..."],
        ["Was it J. R. Tolkien?", "No."],
        ["2. Apples: red ones.", "Pears."],
        ["no capital here.", "none there either."],
        ["那是一只狗。", "它在跑。"],
        [],
    ],
)
def test_sentences(parts: list[str]) -> None:
    assert [one.text for one in sentences(" ".join(parts))] == parts


def test_lines_of_a_list_are_sentences_and_a_wrapped_line_is_not() -> None:
    text = "# Fruit\n- red apples\n- pears\n\nAll lie in\na heap."
    expected = ["# Fruit", "- red apples", "- pears", "All lie in\na heap."]
    assert [one.text for one in sentences(text)] == expected


def test_a_question_is_told_by_its_mark() -> None:
    asked = [one.is_question for one in sentences('Is it? It is. "Why?" **Where?** No!')]
    assert asked == [True, False, True, True, False]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('It reads "Stop", then “Go”.', ['"Stop"', "“Go”"]),
        ("It's the dogs' bowl, isn't it?", []),
        ("The dogs' bowl says 'Rex' and 'Max'.", ["'Rex'", "'Max'"]),
        ("‘It’s late’, says the clock", ["‘It’s late’"]),
        ('A 5" screen and a 7" one', []),
        ('He says "unfinished', []),
        (
            "<Motion_1><Motion_1></Motion> <|speech_2|>",
            ["<Motion_1><Motion_1></Motion> <|speech_2|>"],
        ),
        ("The sign reads: No entry. It is red.", ["No entry"]),
        ("She waves as if to say I am off", ["I am off"]),
        ("The token `</s>` ends it, „so“ «oui»", ["`</s>`", "„so“", "«oui»"]),
    ],
)
def test_quotations(text: str, quoted: list[str]) -> None:
    assert [text[start:end] for start, end in quotations(text)] == quoted


def test_words_keep_apostrophes_and_hyphens() -> None:
    assert words("The 2nd dog’s well-worn_collar") == ["the", "2nd", "dog's", "well-worn", "collar"]


@given(st.text() | st.text(alphabet="aB .!?\"'“”\n-1"))
def test_sentences_stand_in_the_text_and_lose_no_word(text: str) -> None:
    found = sentences(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert "".join("".join(one.text.split()) for one in found) == "".join(text.split())
    assert len(unquoted(text)) == len(text)
