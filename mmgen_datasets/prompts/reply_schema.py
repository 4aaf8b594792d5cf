"""Replies in JSON held against a JSON schema, whatever was done to keep the model to it.

Servers may ignore the schema of a request, and those that heed it differ in what they know.
"""

from __future__ import annotations

import json
from functools import lru_cache
from textwrap import shorten
from typing import Any

import jsonschema
from jsonschema.exceptions import SchemaError, best_match
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from mmgen_datasets.errors import RowError, UsageError

_QUOTED = 120
"""Characters of a fault or a reply; a fault may quote all of the reply and of the schema."""


def refuse_misfit(text: str, schema: str) -> None:
    """See that a reply fits its schema.

    Args:
        text: of the whole reply.
        schema: a JSON schema, as text.

    Raises:
        RowError: it is no JSON, or JSON that does not fit; the problem quotes the fault.
        UsageError: the schema is none, or refers to another one.

    Example:
        >>> refuse_misfit('{"n": 3}', '{"properties": {"n": {"type": "integer"}}}')
        >>> refuse_misfit("three", '{"type": "integer"}')
        Traceback (most recent call last):
            ...
        mmgen_datasets.errors.RowError: the reply is no JSON: Expecting value at 'three'
    """
    try:
        value = json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        near = _short(text[max(0, error.pos - 10) :])
        raise RowError(f"the reply is no JSON: {error.msg} at {near!r}") from error
    except RecursionError as error:
        raise RowError("the JSON of the reply is nested too deeply") from error
    try:
        fault = best_match(_validator(schema).iter_errors(value))
    except Unresolvable as error:
        hint = "write what it refers to into the schema itself"
        raise UsageError(
            f"the JSON schema refers to {error.ref!r}, which it lacks", hint
        ) from error
    if fault is not None:
        problem = f"{fault.json_path}: {_short(fault.message)}"
        raise RowError(f"the reply does not fit its JSON schema: {problem}")


def fault_of_schema(schema: str) -> str | None:
    """What is wrong with a JSON schema; None where nothing is.

    Example:
        >>> fault_of_schema('{"type": "cat"}')
        "$.type: 'cat' is not valid under any of the given schemas"
    """
    try:
        _validator(schema)
    except json.JSONDecodeError as error:
        return f"it is no JSON: {error}"
    except SchemaError as error:
        return f"{error.json_path}: {_short(error.message)}"
    return None


@lru_cache
def _validator(schema: str) -> Any:
    read = json.loads(schema)
    newest = jsonschema.Draft202012Validator
    kind = validator_for(read, newest) if isinstance(read, dict) else newest
    kind.check_schema(read)
    return kind(read, registry=Registry())  # one that fetches nothing


def _short(text: str) -> str:
    return shorten(text, _QUOTED, placeholder=" ...")
