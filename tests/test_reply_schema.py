"""Replies in JSON are held against their schema, whoever wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import OpenAI, OpenAIBatch, Scripted, generate, load_recipe
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.prompts.reply_schema import fault_of_schema, refuse_misfit
from tests.servers.openai_server import Behaviour, serve

COUNT = '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


class TestMisfits:
    def test_what_fits_passes(self) -> None:
        refuse_misfit('{"n": 3}', COUNT)

    @pytest.mark.parametrize(
        ("reply", "fault"),
        [
            ('{"n": "three"}', "$.n: 'three' is not of type 'integer'"),
            ("{}", "$: 'n' is a required property"),
            ("[1]", "$: [1] is not of type 'object'"),
            ("There are three.", "no JSON: Expecting value at 'There are three.'"),
            ('{"n": 3', "no JSON: Expecting ',' delimiter at"),
            ('{"n": 3} as you wish', "no JSON: Extra data at"),
        ],
    )
    def test_what_does_not_is_refused_with_the_fault(self, reply: str, fault: str) -> None:
        with pytest.raises(RowError) as refused:
            refuse_misfit(reply, COUNT)
        assert fault in refused.value.problem

    def test_a_long_fault_is_quoted_in_part(self) -> None:
        with pytest.raises(RowError) as refused:
            refuse_misfit(json.dumps({"n": "many " * 1000}), COUNT)
        assert len(refused.value.problem) < 250

    def test_json_without_end_is_refused(self) -> None:
        with pytest.raises(RowError, match="nested too deeply"):
            refuse_misfit("[" * 100_000, COUNT)

    @given(JSON, JSON)
    def test_a_value_fits_the_schema_of_itself_alone(self, value: Any, other: Any) -> None:
        schema = json.dumps({"const": value})
        refuse_misfit(json.dumps(value), schema)
        if json.dumps(other) != json.dumps(value) and other != value:
            with pytest.raises(RowError, match="does not fit"):
                refuse_misfit(json.dumps(other), schema)

    def test_a_schema_is_never_fetched(self) -> None:
        with pytest.raises(
            UsageError, match=r"refers to 'http://127\.0\.0\.1:9/x', which it lacks"
        ):
            refuse_misfit("{}", '{"$ref": "http://127.0.0.1:9/x"}')


@pytest.mark.parametrize("schema", ["{", '{"type": "cat"}', "3"])
def test_what_is_no_schema_is_told(schema: str) -> None:
    assert fault_of_schema(schema)


@pytest.mark.parametrize("schema", ["{}", "true", COUNT])
def test_what_is_one_has_no_fault(schema: str) -> None:
    assert fault_of_schema(schema) is None


RECIPE = """
tasks:
  - name: talk
    inputs: [captions]
    reply: json
    system: Ask and answer.
    sampling:
      json_schema:
        type: object
        properties: {question: {type: string}, answer: {type: string, maxLength: MOST}}
        required: [question, answer]
"""


@pytest.fixture
def few(samples: Dataset) -> Dataset:
    return samples.select(range(2))


def asked(
    few: Dataset, tmp_path: Path, backend: Backend, most: int, recipe: str = RECIPE
) -> list[str | None]:
    """Why there are no conversations of a run."""
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe.replace("MOST", str(most)))
    rows = generate(few, load_recipe(path), backend=backend, journal=tmp_path / "journal.sqlite")
    return list(rows["error"])


class TestRuns:
    """The server of the tests ignores schemas."""

    @pytest.mark.parametrize("kind", [OpenAI, OpenAIBatch])
    def test_a_reply_of_a_server_that_does_not_fit_is_a_reject(
        self, few: Dataset, tmp_path: Path, kind: type[OpenAI]
    ) -> None:
        options: dict[str, Any] = {"poll_s": 0.01} if kind is OpenAIBatch else {}
        with serve(Behaviour(form="json")) as server:
            errors = asked(few, tmp_path, kind("any", base_url=server.url, **options), 5)
        for error in errors:
            assert error
            assert error.startswith("the reply does not fit its JSON schema: $.answer: ")
            assert error.endswith("is too long")
        with open_journal(tmp_path / "journal.sqlite") as journal:
            assert journal.usage().replies == len(few), "what was paid for is kept"

    def test_one_that_fits_is_a_conversation(self, few: Dataset, tmp_path: Path) -> None:
        with serve(Behaviour(form="json")) as server:
            errors = asked(few, tmp_path, OpenAI("any", base_url=server.url), 500)
        assert errors == [None, None]

    def test_a_code_fence_does_no_harm(self, few: Dataset, tmp_path: Path) -> None:
        fenced = '```json\n{"question": "What?", "answer": "That."}\n```'
        assert asked(few, tmp_path, Scripted(replies=(fenced,)), 500) == [None, None]

    def test_unless_it_would_be_a_part_of_the_answer(self, few: Dataset, tmp_path: Path) -> None:
        fenced = '```json\n{"question": "What?", "answer": "That."}\n```'
        plain = RECIPE.replace("reply: json", "reply: answer\n    instructions: ['Why?']")
        errors = asked(few, tmp_path, Scripted(replies=(fenced,)), 500, plain)
        assert all(error and "no JSON" in error for error in errors)
