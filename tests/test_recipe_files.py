"""Recipe files: what they may say, and how a fault in one is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen_datasets.errors import RecipeError, UnknownNameError
from mmgen_datasets.prompts.recipe import load_recipe

SMALL = Path(__file__).parent / "fixtures" / "recipes" / "small.yaml"


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no recipe is called 'lava'\n.*'llava'"):
        load_recipe("lava")


def test_a_name_of_no_letters_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no recipe is called ''\n.*'llava'"):
        load_recipe("")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.yaml cannot be read: No such file"):
        load_recipe(tmp_path / "none.yaml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(tmp_path)


FAULTS = {
    "unknown key of a task": ("kind: conv", "knid: conv", 3, "unknown key 'knid'", "kind"),
    "unknown key of an object": ("category:", "name:", 10, "unknown key 'name'", "category"),
    "unknown key of the sampling": ("temperature", "heat", 17, "unknown key 'heat'", "top_p"),
    "unknown key of the file": ("tasks:", "taks:", 1, "unknown key 'taks'", "tasks, grounded"),
    "unknown input": ("boxes]", "boxen]", 4, "'boxen'", "'boxes_openimages'"),
    "unknown form of reply": ("reply: turns", "reply: prose", 5, "'prose'", "'turns'"),
    "number for text": ("system: Talk about the picture.", "system: 3", 6, "3", "needs quotes"),
    "text for a number": (
        "max_tokens: 300",
        "max_tokens: many",
        16,
        "'many'",
        "valid integer",
    ),
    "yes for a number": ("temperature: 0.5", "temperature: yes", 17, "true", "valid number"),
    "number out of range": ("max_tokens: 300", "max_tokens: 0", 16, "0 is out of", "1 or more"),
    "share out of range": ("temperature: 0.5", "top_p: 2", 17, "2.0 is out of range", "0 to 1"),
    "number without end": ("temperature: 0.5", "temperature: .inf", 17, "out of", "0 or more"),
    "empty list": ("[captions, boxes]", "[]", 4, "inputs: [] does not fit", "list at least 1"),
    "list for text": (
        "system: Talk about the picture.",
        "system: [a]",
        6,
        "system: [a] does not fit",
        "write text",
    ),
    "nothing for text": (
        "system: Talk about the picture.",
        "system:",
        6,
        "system: there is nothing",
        "write text",
    ),
    "a day for text": (
        "system: Talk about the picture.",
        "system: 2024-01-01",
        6,
        "system: 2024-01-01 does not fit",
        "needs quotes",
    ),
    "box of five": ("0.3, 0.4]", "0.3, 0.4, 0.5]", 11, "[0.1, 0.2, 0.3, 0.4, 0.5]", "at most 4"),
    "box of three": ("0.3, 0.4]", "0.3]", 11, "bbox[3]: it is missing", "add it"),
    "missing key": (
        "    system: Talk about the picture.\n",
        "",
        2,
        ".system: it is missing",
        "add it",
    ),
    "box upside down": ("0.3, 0.4]", "0.3, 0.1]", 11, "is not a box", "x1 < x2"),
    "box in pixels": ("[0.1, 0.2, 0.3, 0.4]", "[10, 20, 30, 40]", 11, "is not a box", "<= 1"),
    "box of nothing": ("[0.1,", "[.nan,", 11, "[nan, 0.2, 0.3, 0.4] is not a box", "x1 < x2"),
    "blank text": ("answer: Red.", "answer: ' '", 14, "there is no text", "a word"),
    "instructions missing": ("reply: turns", "reply: answer", 2, "needs a question", "instruct"),
    "instructions in vain": (
        "kind: conversation",
        "instructions: ['Why?']",
        3,
        "`reply: turns` uses no instructions",
        "leave them out",
    ),
    "a limit in vain": (
        "kind: conversation",
        "max_image_side: 512",
        3,
        "no picture is sent",
        "add `image`",
    ),
    "leave in vain": (
        "kind: conversation",
        "drop_examples: true",
        3,
        "of 1 examples none could be left out",
        "the first example and the last always stay",
    ),
    "no schema": (
        "temperature: 0.5",
        "json_schema: {type: cat}",
        17,
        "json_schema: no JSON schema: $.type: 'cat' is not valid",
        "correct it",
    ),
    "no JSON": (
        "temperature: 0.5",
        "json_schema: 'a cat'",
        17,
        "no JSON schema: it is no JSON: Expecting value",
        "correct it",
    ),
    "no limit at all": (
        "kind: conversation",
        "max_image_side: 0",
        3,
        "0 does not fit",
        "greater than or equal to 1",
    ),
    "one label": ("kind: conversation", "labels: ['Q:']", 3, "['Q:'] are too few", "one for"),
    "a mapping for a list": ("[A red ball.]", "{a: 1}", 8, "{a: 1} does not fit", "write a list"),
    "key twice": (
        "reply: turns",
        "reply: turns\n    reply: json",
        6,
        "in line 5 already",
        "correct the YAML",
    ),
    "broken syntax": (
        "inputs: [captions, boxes]",
        "inputs: [captions",
        5,
        "expected",
        "correct the YAML",
    ),
    "a tab": (
        "    reply: turns",
        "\treply: turns",
        5,
        "cannot start any token",
        "correct the YAML",
    ),
    "an object of Python": (
        "Talk about",
        "!!python/name:os.system ",
        6,
        "could not",
        "correct the YAML",
    ),
    "two documents": (
        "tasks:",
        "--- {}\n---\ntasks:",
        2,
        "expected a single document",
        "correct the YAML",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "problem", "hint"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, problem: str, hint: str
) -> None:
    path = tmp_path / "faulty.yaml"
    text = SMALL.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RecipeError) as refused:
        load_recipe(path)
    assert f"{path}, line {line}:" in refused.value.problem
    assert problem in refused.value.problem
    assert hint in refused.value.hint


@pytest.mark.parametrize("example", ["3", "input", "null", "[]"])
def test_what_is_no_example_is_refused_in_its_place(tmp_path: Path, example: str) -> None:
    text = SMALL.read_text(encoding="utf-8").partition("      - captions:")[0]
    with pytest.raises(RecipeError, match=r"line 8: tasks\[0\]\.examples\[0\]: ") as refused:
        load_recipe(_write(tmp_path, f"{text}      - {example}\n"))
    assert refused.value.hint == "write a mapping of keys to values"


def test_settings_that_are_no_mapping_are_refused_in_their_place(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8").partition("    sampling:")[0] + "    sampling: 3\n"
    with pytest.raises(RecipeError, match=r"sampling: 3 does not fit\n.*a mapping"):
        load_recipe(_write(tmp_path, text))


def test_a_long_value_is_shown_in_short(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8").replace("turns", "long " * 100)
    with pytest.raises(RecipeError) as refused:
        load_recipe(_write(tmp_path, text))
    assert refused.value.problem.endswith("long long ...' does not fit")
    assert "\n" not in refused.value.problem


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecipeError):
        load_recipe(_write(tmp_path, text))


@pytest.mark.parametrize("text", ["3", "[tasks]", "tasks: []", "{}", "grounded:"])
def test_a_file_without_a_recipe_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecipeError, match="line 1"):
        load_recipe(_write(tmp_path, text))


def test_tasks_and_grounded_questions_exclude_each_other(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8") + "grounded: {max_exchanges: 3}\n"
    with pytest.raises(RecipeError, match="both `tasks` and `grounded`"):
        load_recipe(_write(tmp_path, text))


def test_two_tasks_of_one_name_are_refused(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8")
    twice = text + text.partition("\n")[2]
    with pytest.raises(RecipeError, match=r"line 18: tasks\[1\]\.name: two tasks are called"):
        load_recipe(_write(tmp_path, twice))


def test_an_example_must_have_the_reply_that_its_task_reads(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8").partition("        exchanges:")[0]
    with pytest.raises(RecipeError, match=r"line 8: tasks\[0\]\.examples\[0\].* no reply"):
        load_recipe(_write(tmp_path, text))


def test_a_file_that_is_not_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("tasks:\n  # für\n".encode("latin-1"))
    with pytest.raises(RecipeError, match="line 2: not UTF-8"):
        load_recipe(path)


def test_a_file_nested_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="nested too deeply"):
        load_recipe(_write(tmp_path, "[" * 3000))


def test_grounded_families_can_be_chosen(tmp_path: Path) -> None:
    recipe = load_recipe(_write(tmp_path, "grounded: {families: [counting], max_exchanges: 2}"))
    assert recipe.grounded is not None
    assert recipe.grounded.families == ("counting",)
    assert recipe.grounded.max_exchanges == 2


@pytest.mark.parametrize("name", ["foo", "foo:", ":foo"])
def test_a_question_family_that_is_not_there_is_refused_with_its_line(
    tmp_path: Path, name: str
) -> None:
    text = f"grounded:\n  families:\n    - counting\n    - '{name}'\n"
    with pytest.raises(RecipeError, match=rf"line 4: .*no question family.*'{name}'") as refused:
        load_recipe(_write(tmp_path, text))
    assert "presence" in refused.value.hint


def test_a_question_family_of_ones_own_can_be_named(tmp_path: Path) -> None:
    recipe = load_recipe(_write(tmp_path, "grounded: {families: ['own_module:ask']}"))
    assert recipe.grounded is not None
    assert recipe.grounded.families == ("own_module:ask",)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.read_bytes())
    assert load_recipe(path).tasks == load_recipe(SMALL).tasks


def _write(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path
