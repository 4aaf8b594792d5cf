"""Known answers of the checks of answers: whole, long enough, said once, and to the point."""

from __future__ import annotations

import pytest

from tests.asked_and_answered import find, quoted

WHAT = "What is to be seen?"


@pytest.mark.parametrize(
    "answer",
    [
        "A dog runs over the grass, and",
        "The man is wearing a",
        "The dog is lying on",
        "It is a picture of",
        "She stands next to the bench, which",
        "A dog runs over the grass. The child behind it laughs and waves to its mother",
        "The dogs (a collie and a terrier play.",
        'He says "come here and',
        "```python\nprint(1)",
        "1. Apples\n2.",
        "There are several things:",
        "A cat is asleep on a warm stove, its tail wr",
        "Beyond them a plain stretches to the horizon, dry and yellow in the evening's late light",
        "The boy, who is",
        "A bus, a car, e.g.",
        "They are made of",
        "She seems",
    ],
)
def test_cut_short(answer: str) -> None:
    assert find("cut_short", WHAT, answer)


@pytest.mark.parametrize(
    "answer",
    [
        "Two dogs",
        "on the left",
        "B",
        "The man it belongs to",
        "Somebody to play with",
        "The lamp is on",
        "It is turned off",
        "What is it standing on?",
        "- The boats\n- The gull\n- The last light, of course...",
        "1. Apples\n2. Pears\n3. A heap of plums",
        'It reads "No entry"',
        "A dog (a collie)",
        "Wait and see...",
        "At 5 p.m.",
        "It is 6' 2\" tall.",
        "More than there are",
        "Nobody knows what it is",
        "A smile :)",
        "The bench that they sit on",
        "He is about to fall off",
        "On the roof, where no one can get in",
        "Yes. Two of them",
        "A collie, a terrier and a poodle",
        "**A red bus**",
        "Blue",
        "It's theirs",
        "The dogs'",
    ],
)
def test_not_cut_short(answer: str) -> None:
    assert not find("cut_short", WHAT, answer)


def test_the_words_where_it_breaks_are_quoted() -> None:
    assert quoted("cut_short", WHAT, "A plain lies under a") == ["under a"]
    assert quoted("cut_short", WHAT, "A dog (a collie") == ["(a collie"]


def test_a_reply_stopped_at_its_limit_is_cut_though_its_last_sentence_is_whole() -> None:
    found = find("cut_short", WHAT, "It is calm. The light fades.", finish_reason="length")
    assert [(one.turn, one.words) for one in found] == [(1, "The light fades.")]
    assert not find("cut_short", WHAT, "It is calm.", finish_reason="stop")


@pytest.mark.parametrize(
    ("kind", "num_words", "is_fault"),
    [
        ("detail", 19, True),
        ("detail", 20, False),
        ("complex_reasoning", 9, True),
        ("complex_reasoning", 10, False),
        ("conversation", 1, False),
        ("vqa", 600, False),
        ("vqa", 601, True),
    ],
)
def test_length(kind: str, num_words: int, is_fault: bool) -> None:
    assert bool(find("length", WHAT, "word " * num_words + "- !", kind=kind)) is is_fault


def test_a_question_is_at_most_200_words_long() -> None:
    assert not find("length", "word " * 200, "Yes.")
    assert quoted("length", "word " * 201, "Yes.") == ["word word"]


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        (("Is it red?", "Yes.", "is it red", "Yes."), ["is it red"]),
        (("What color is it?", "Red.", "What colour is it?", "Red."), ["What colour is it?"]),
        (
            ("What?", "A red dog lies on the mat.", "Who?", "A red dog lies on the mat!"),
            ["A red dog lies on the mat!"],
        ),
        ((WHAT, "A dog runs. It is red. A dog runs."), ["A dog runs."]),
        ((WHAT, "It is very very very very very big."), ["very very very very very"]),
        ((WHAT, "A cat on the mat on the mat on the mat."), ["on the mat on the mat on the mat"]),
        ((WHAT, "Red and blue, and red and blue, and red and blue."), None),
    ],
)
def test_repetition(turns: tuple[str, ...], words: list[str] | None) -> None:
    found = quoted("repetition", *turns)
    assert found == words if words else found


@pytest.mark.parametrize(
    "turns",
    [
        ("Is it red?", "Yes.", "Is it big?", "Yes."),
        (WHAT, "It is very, very big, and very old."),
        (
            "Left?",
            "There is a red boat at the far left.",
            "Right?",
            "There is a red boat at the far right.",
        ),
        (WHAT, 'They sing "row, row, row" and "row, row, row".'),
        (WHAT, 'One says "a" and says "b" and says "c" and says "d".'),
        (WHAT, "Left dog:\n- Colour: brown\n\nRight dog:\n- Colour: brown"),
        (WHAT, "Yes. Oh yes. Yes."),
        (WHAT, "A man, a woman, a man, a woman."),
    ],
)
def test_no_repetition(turns: tuple[str, ...]) -> None:
    assert not find("repetition", *turns)


LETTERS = "Which vehicle is it? A. a tram B. a bus C. a lorry"
LINES = "Which animal is it?\n(a) a dog\n(b) a cat\n(c) a horse\nAnswer with the letter."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (LETTERS, "D"),
        (LETTERS, "E. a van"),
        (LETTERS, "A. a bus"),
        (LETTERS, "The answer is C, a tram."),
        (LETTERS, "It is a bicycle."),
        (LINES, "(d)"),
        (LINES, "A small bird."),
        (LINES, "(a) the cat"),
        ("Choose one: red, green or blue.", "Yellow."),
        ("Is it red, green or blue? Pick one of them.", "It is a dark purple."),
        ("What is it? Options: dog, cat, horse", "A sheep."),
        ("Choose between tea and coffee.", "A glass of milk."),
        ("Pick the season.\n1. spring\n2. autumn", "3"),
        ("Pick the season.\n1. spring\n2. autumn", "2. spring"),
        (LETTERS, "None of them."),
    ],
)
def test_options(question: str, answer: str) -> None:
    assert quoted("options", question, answer) == [answer]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (LETTERS, "B"),
        (LETTERS, "(b)"),
        (LETTERS, "B."),
        (LETTERS, "A bus."),
        (LETTERS, "Option B, since it has no rails as a tram would."),
        (LETTERS, "The answer is B: a bus."),
        (LETTERS, "It is not a tram but a bus."),
        (LETTERS, "None of them; it is a bicycle with a trailer."),
        (LETTERS, "That cannot be told from this angle."),
        (LINES, "b"),
        (LINES, "It looks like a cat to me."),
        (LINES, "The correct answer is (b), a cat."),
        ("Choose one: red, green or blue.", "Green, I would say."),
        ("Which of these is it: a dog, a cat, or both?", "Both."),
        ("Pick the season.\n1. spring\n2. autumn", "Autumn"),
        ("Pick the season.\n1. spring\n2. autumn", "2"),
        ("How many are there? Options: 1, 2, 3", "Two."),
        ("Where is Dr. B. Wood? Is he in plan A. or not?", "He is not there."),
        ("Which one do you like?", "The blue one."),
        ("What choice does he have?", "He can only wait."),
        ("Is it A) day or B) night?", "A) day"),
        ("Is the light (A) natural or (B) artificial?", "Artificial light, from a lamp."),
    ],
)
def test_within_the_options(question: str, answer: str) -> None:
    assert not find("options", question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is the cup full?", "Cups are used for coffee or tea."),
        ("Is the cat asleep?", "Cats often sleep for most of the day."),
        ("Does the dog wear a collar?", "What a lovely question!"),
        ("Does the dog wear a collar?", "Does it look as if it did?"),
        ("Is the street busy?", "The picture shows a street in a town."),
        ("How many dogs are there?", "The dogs are playing on the grass."),
        ("How many dogs are there?", "Dogs are one of the most popular pets."),
        ("What colour is the car?", "The car is parked at the kerb."),
        ("What colour is the car?", "It has a nice colour."),
        ("Is the train green or blue?", "The train is green or blue."),
        ("Is the dog left or right of the cat?", "The picture is of a dog and a cat."),
        ("What is the man holding?", "The man is holding something."),
        ("What is on the table?", "There is something on the table."),
        ("Where is the cat?", "Great question! Let me take a look."),
        ("Where is the cat?", "Good question. Where do you think it is?"),
        ("Where is the cat?", "Sure, I would be happy to help."),
    ],
)
def test_unanswered(question: str, answer: str) -> None:
    assert quoted("unanswered", question, answer) == [answer]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is the cup full?", "It is."),
        ("Is the cup full?", "Only partly."),
        ("Is the cup full?", "Half a finger of coffee is left."),
        ("Is the cup full?", "There is coffee up to the brim."),
        ("Is the clock digital?", "It has hands and a round face."),
        ("Is it raining?", "The sun is shining."),
        ("Is it raining?", "Umbrellas are open everywhere, and the street is wet."),
        ("Is the cat asleep?", "Hard to say, as its face is turned away."),
        ("Do dogs like snow?", "Dogs often love it."),
        ("How many dogs are there?", "A pair."),
        ("How many dogs are there?", "None."),
        ("How many dogs are there?", "About a dozen."),
        ("How many dogs are there?", "A single dog."),
        ("How many dogs are there?", "Too many to count."),
        ("How many dogs are there?", "Several, most of them brown."),
        ("What colour is the car?", "Dark red."),
        ("What colour is the car?", "The same as the house."),
        ("What colour is the car?", "That cannot be seen in the dark."),
        ("What colours are there?", "Mostly greyish-blue."),
        ("Is the train green or blue?", "Neither. It is yellow."),
        ("Is the train green or blue?", "Blue."),
        ("Is the train green or blue?", "The engine is green, the rest is blue."),
        ("Is it a dog or a cat?", "A fox."),
        ("Is there any tea or coffee?", "Yes, there is tea."),
        ("Which is taller, the man or the woman?", "The man."),
        ("What does the sign say?", '"Where to?"'),
        ("What would you ask her?", "Where did you get that hat?"),
        ("What is the man holding?", "A good question! It is an umbrella."),
        ("Who is holding the umbrella?", "The man."),
        ("Would you look at the dog?", "Certainly."),
        ("What is the dog doing?", "Running."),
        ("Can you describe the dog?", "The dog is brown and lies on a mat."),
        ("I took this at home.", "How nice! What would you like to know?"),
    ],
)
def test_answered(question: str, answer: str) -> None:
    assert not find("unanswered", question, answer)
