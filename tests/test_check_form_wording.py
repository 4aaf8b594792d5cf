"""Known answers of the checks of wording: what no answer about a picture should hold."""

from __future__ import annotations

import pytest

from tests.asked_and_answered import find, quoted

WHAT = "What is to be seen?"


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ((WHAT, "Answer: a dog."), ["Answer:"]),
        ((WHAT, "A dog.\n\nQuestion: Where is it?\nAnswer: On a sofa."), ["Question:", "Answer:"]),
        ((WHAT, "A dog runs. Q2: What colour is it?"), ["Q2:"]),
        ((WHAT, "### Assistant\nA dog."), ["### Assistant"]),
        ((WHAT, "- **Question 1:** Is it big?"), ["**Question 1:**"]),
        (("A3: What is it?", "A dog."), ["A3:"]),
        ((WHAT, "A dog.\n===\nIt runs."), ["==="]),
        ((WHAT, "A dog.<|im_end|>"), ["<|im_end|>"]),
        ((WHAT, "<think>Hm.</think>A dog."), ["<think>", "</think>"]),
        ((WHAT, "```\nA dog.\n```"), ["```"]),
        ((WHAT, '{"answer": "a dog"}'), ['{"answer":']),
        ((WHAT, '["a dog", "a cat"]'), ['["a dog", "a cat"]']),
        (("What colour is the {object}?", "Red."), ["{object}"]),
        ((WHAT, "A [INSERT COLOR] dog."), ["[INSERT COLOR]"]),
        ((WHAT, "It is a <your answer here>."), ["<your answer here>"]),
        ((WHAT, "The dog's name is [NAME]."), ["[NAME]"]),
        ((WHAT, "The dog is ____."), ["____"]),
    ],
)
def test_leftovers(turns: tuple[str, ...], words: list[str]) -> None:
    assert quoted("leftovers", *turns) == words


@pytest.mark.parametrize(
    "turns",
    [
        ("What does it say?", 'The slide says "Question: who am I? Answer: a dog."'),
        ("What does it say?", "It reads: Q: ready? A: always"),
        ("Is it red? Answer with one word: yes or no.", "No."),
        (WHAT, "If you ask for the answer: a dog."),
        ("Which is it?\nA: a tram\nB: a bus", "A: a tram"),
        ("Write a quiz about the picture.", "Question: What runs?\nAnswer: A dog."),
        ("Give it in the form 'Answer: X'.", "Answer: X"),
        (
            WHAT,
            "## The dog\n\n- **Fur:** brown\n- **Ears:** long\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        ),
        ("Describe it as JSON.", '{"animal": "dog"}'),
        ("Where is it? Give the bounding box.", "[0.1, 0.2, 0.3, 0.4]"),
        (WHAT, "A dog [on the left] with a ball <3, see [1] and [this](there)."),
        (WHAT, "The sign says STO [text illegible]."),
        ("Fill in the blank: the dog is ____.", "The dog is brown."),
        (WHAT, "A question of light; the answer lies in the lamp."),
    ],
)
def test_no_leftovers(turns: tuple[str, ...]) -> None:
    assert not find("leftovers", *turns)


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that request.",
        "Two dogs. As an AI language model, I cannot feel joy.",
        "I am just a language model, so I may err.",
        "I'm unable to view the image you mention.",
        "No image was attached, it seems.",
        "I don't see any image here. Please upload it again.",
        "I cannot identify the people in this photo.",
        "Unfortunately, I am not able to open the file.",
        "Naming who this is lies beyond my capabilities.",
        "I must respectfully decline to answer.",
        "That is not something I can help with.",
        "It would be inappropriate for me to guess her age.",
        "I have no access to the picture, but cats often sleep.",
        "I don't have personal opinions, yet it looks calm.",
        "I won't discuss what she wears.",
        "As someone who can only process text, I cannot see images.",
    ],
)
def test_refusal(answer: str) -> None:
    assert find("refusal", WHAT, answer)


@pytest.mark.parametrize(
    "answer",
    [
        "I can't see any dog in the picture.",
        "Sorry, I can't tell from the picture what the sign says.",
        "I'm afraid not; the picture does not show the street's name.",
        "I cannot see the clock's hands, since the lamp hides them.",
        "I can't see any pictures on the wall.",
        "I can't make out the photo on the desk.",
        "The horse refuses to jump, and the rider will not force it.",
        'The robot says "As an AI, I cannot lie".',
        "She shakes her head as if to say I can't help you.",
        "The player declines the offered hand.",
        "I can't describe the back of the house, as it is out of the frame.",
        "A woman poses as a model. I would say she is thirty.",
        "It cannot be identified with certainty.",
        "One can't help but smile.",
        "No image hangs above the sofa.",
        "There is no picture on the wall, only a clock.",
        "He might be an assistant in the shop.",
    ],
)
def test_no_refusal(answer: str) -> None:
    assert not find("refusal", WHAT, answer)


def test_words_put_into_a_mouth_refuse_nothing() -> None:
    assert not find("refusal", "What would the cat say?", "I'm sorry, I can't share my fish.")


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        (("What does the caption say about the dog?", "It runs."), ["the caption say"]),
        ((WHAT, "Based on the captions, a dog."), ["Based on the captions"]),
        ((WHAT, "A dog, as stated in the description."), ["as stated in the description"]),
        ((WHAT, "The provided context does not tell."), ["The provided context"]),
        ((WHAT, "The bounding boxes overlap."), ["bounding boxes"]),
        ((WHAT, "The box around the dog is small."), ["The box around"]),
        ((WHAT, "Going by the coordinates, it is left."), ["the coordinates"]),
        ((WHAT, "Five objects were annotated."), ["objects were annotated"]),
        ((WHAT, "The detected objects are a dog and a cat."), ["detected objects"]),
        ((WHAT, "A dog is there, which one of the sentences confirms."), None),
        ((WHAT, "It is one of the objects listed for the image."), None),
        ((WHAT, "The colour is not mentioned."), ["not mentioned"]),
        ((WHAT, "Two of the captions agree on that."), None),
        ((WHAT, "The information given about the image is scarce."), None),
    ],
)
def test_hidden_context(turns: tuple[str, ...], words: list[str] | None) -> None:
    found = quoted("hidden_context", *turns)
    assert found == words if words else found


@pytest.mark.parametrize(
    "turns",
    [
        (WHAT, "The label on the bottle says wine, and a pizza box lies open."),
        (WHAT, "A cartoon with a caption under it hangs on the wall."),
        (
            "What is below the cartoon?",
            "A printed caption.",
            "And what does the caption say?",
            '"Ha!"',
        ),
        ("Describe the dog.", "I would describe it as old, and others as wise."),
        ("Give the bounding box of the dog.", "The bounding box is [0.1, 0.2, 0.3, 0.4]."),
        ("Write a caption for this.", "A fitting caption would be: Dogs at dusk."),
        (WHAT, "Her scarf coordinates with the coat."),
        (WHAT, "There are handwritten annotations in the margin of the book."),
        (WHAT, "According to the description on the menu it is spicy."),
        (WHAT, "An information board is provided for visitors."),
        (WHAT, "In this context the box of tools makes sense."),
        (WHAT, "As mentioned before, it is a dog."),
        (WHAT, "A smoke detector; no movement can be detected."),
        (WHAT, "The information given on the sign is in French."),
    ],
)
def test_no_hidden_context(turns: tuple[str, ...]) -> None:
    assert not find("hidden_context", *turns)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("The dog [0.12, 0.30, 0.55, 0.91] runs.", ["[0.12, 0.30, 0.55, 0.91]"]),
        ("A box of (120, 44, 310, 402).", ["(120, 44, 310, 402)"]),
        ("Its centre has x=0.43.", ["x=0.43"]),
        ("It stands at 0.41, 0.77.", ["at 0.41, 0.77"]),
        ("It lies at 0.93 across and 0.76 down.", ["0.93 across and 0.76 down"]),
        ("It is at (0.4, 0.5).", ["at (0.4, 0.5)"]),
        ("It starts 0.2 of the width in.", ["0.2 of the width"]),
        ("It is 120 pixels from the left.", ["120 pixels from"]),
        ("The cat is located at <loc_12><loc_50>.", ["<loc_12>", "<loc_50>"]),
    ],
)
def test_coordinates(answer: str, words: list[str]) -> None:
    assert quoted("coordinates", WHAT, answer) == words
    assert not find("coordinates", "Give the coordinates of the dog.", answer)


@pytest.mark.parametrize(
    "answer",
    [
        "They won 21-14 at 12:45 on 3.4.2020.",
        "It costs 3.20, the other 4.90, and measures 3 x 4 m or 0.5 x 0.7 m.",
        "Players 7, 10, 11 and 23 (7, 10, 11, 23) of 1998 (1998, 2002).",
        "A bottle of 0.5 or 0.75 litres, the board 1.2 m across.",
        "A picture of 640 x 480 pixels in 24-bit colour.",
        'The plate reads "0.41, 0.77".',
        "Between 0.5 and 0.7 seconds later, at about 0.3 per cent.",
        "The top left corner, half way down, a third from the right.",
        "There are 2, 3 and 4 of them [2].",
    ],
)
def test_no_coordinates(answer: str) -> None:
    assert not find("coordinates", WHAT, answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Der Hund schläft auf dem Sofa.", "Der Hund schläft auf dem Sofa."),
        (
            "A dog. Elle porte une robe rouge et un chapeau.",
            "Elle porte une robe rouge et un chapeau.",
        ),
        ("Yes, het meisje fietst langs de gracht.", "het meisje fietst langs de gracht."),
        ("一只狗在草地上奔跑，旁边有一个孩子。", "一只狗在草地上奔跑，旁边有一个孩子。"),
        ("Собака бежит по траве за мячом.", "Собака бежит по траве за мячом."),
        ("En hund springer över gräset.", "En hund springer över gräset."),
    ],
)
def test_another_language(answer: str, words: str) -> None:
    assert quoted("language", WHAT, answer) == [words]


@pytest.mark.parametrize(
    "answer",
    [
        "Sushi, ramen and tempura.",
        "They serve tacos al pastor, guacamole and quesadillas.",
        'The sign says "Bienvenue à la plage de Nice".',
        "Piazza San Marco in Venezia.",
        "Bonjour, mes amis!",
        "Labrador, terrier, spaniel, collie.",
        "White with black spots",
        "A couple of zebras",
        "It is Canis lupus familiaris.",
        "Black, tan and white.",
        "[0.625, 0.46]",
        "Boeuf bourguignon with pommes frites",
    ],
)
def test_the_language_expected(answer: str) -> None:
    assert not find("language", WHAT, answer)


def test_another_language_may_be_asked_for_or_expected() -> None:
    german = "Der Hund schläft auf dem Sofa."
    assert not find("language", "Say in German what the dog does.", german)
    assert not find("language", "Was macht der Hund auf dem Bild?", german, language="de")
    assert find("language", "Was macht der Hund?", "The dog is asleep on it.", language="de")
