"""The table of backends."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import Any

import pytest

from mmgen_datasets.backends import BACKENDS, open_backend
from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.backends.scripted import Scripted
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import MMGenError, UsageError
from tests.contracts.backend import BackendContract


@pytest.mark.parametrize("name", BACKENDS)
def test_every_backend_of_the_table_keeps_the_contract(name: str) -> None:
    """``tests/test_NAME.py`` inherits the contract."""
    module = importlib.import_module(f"tests.test_{name.replace('-', '_')}")
    values = vars(module).values()
    assert any(
        isinstance(v, type) and issubclass(v, BackendContract)
        for v in values
        if v is not BackendContract
    )


@dataclass(frozen=True)
class Counting:
    """A backend of a user's, with settings of every plain type."""

    model: str = "counting"
    endpoint: str = "here"
    count: int = 0
    loud: bool = False
    limit: float | None = None
    token: float = field(default=0.0, repr=False)

    async def reply(self, request: Request) -> Reply:
        return Reply(str(self.count))


OWN = f"{__name__}:Counting"


class TestOpenBackend:
    def test_text_is_read_as_what_the_setting_holds(self) -> None:
        """So it comes from the command line."""
        opened = open_backend(OWN, model="7", count="8", loud="true", limit="0.5")
        assert opened == Counting("7", count=8, loud=True, limit=0.5)

    def test_a_value_of_the_right_type_is_kept(self) -> None:
        assert open_backend("openai", model="a", timeout_s=5) == OpenAI("a", timeout_s=5.0)
        assert open_backend("scripted", replies=["a"]) == Scripted(replies=("a",))

    @pytest.mark.parametrize(
        ("name", "settings", "problem", "hint"),
        [
            ("openai", {"timeout_s": "abc"}, "timeout_s is 'abc'", "give a number"),
            ("openai", {"timeout_s": None}, "timeout_s is None", "give a number"),
            ("openai", {"timeout_s": "inf"}, "timeout_s is inf", "a number of seconds"),
            ("openai", {"model": 7}, "model is 7", "give text"),
            (
                "openai",
                {"token_limit_field": "max"},
                "token_limit_field is 'max'",
                "give 'max_tokens' or 'max_completion_tokens'",
            ),
            ("openai", {"temprature": 1}, "no setting 'temprature'", "it has model, base_url"),
            ("openai", {"model": None}, "needs a model", "give its model"),
            ("scripted", {"replies": "yes"}, "replies is 'yes'", "give a list of texts"),
            ("scripted", {"latency_s": "-1"}, "latency_s is -1.0", "a number of seconds"),
            (OWN, {"count": 0.5}, "count is 0.5", "give a whole number"),
            (OWN, {"loud": "perhaps"}, "loud is 'perhaps'", "give true or false"),
        ],
    )
    def test_a_wrong_setting_is_refused_with_its_value_and_what_is_right(
        self, name: str, settings: dict[str, Any], problem: str, hint: str
    ) -> None:
        needed = {"model": "any"} if name == "openai" else {}
        with pytest.raises(UsageError) as caught:
            open_backend(name, **needed | settings)
        assert problem in caught.value.problem
        assert hint in caught.value.hint

    def test_what_may_be_a_secret_is_refused_unseen(self) -> None:
        with pytest.raises(UsageError) as caught:
            open_backend(OWN, token="hunter2")
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("name", [":x", "x:", ":", ".x:y", "..:y", "math:", "opnai", ""])
    def test_what_is_no_name_is_refused(self, name: str) -> None:
        with pytest.raises(MMGenError, match="no backend is called"):
            open_backend(name)

    @pytest.mark.parametrize(
        "name", ["math:sqrt", "builtins:int", "mmgen_datasets.chat:Reply", "math:pi"]
    )
    def test_what_is_no_backend_is_refused(self, name: str) -> None:
        with pytest.raises(UsageError, match=f"'{name}' is no backend"):
            open_backend(name)
