"""A YAML file whose every value knows its line, so that a refusal can say where."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from textwrap import shorten
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from mmgen_datasets.errors import RecipeError, UnknownNameError
from mmgen_datasets.prompts import Template

Place = Sequence[str | int]
"""The keys and indices that lead from the top of a document to a value."""

ModelT = TypeVar("ModelT", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """The safe loader; a key may stand only once, and lists come out as tuples."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            line = key.start_mark.line + 1
            if lines.setdefault(key.value, line) != line:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value!r} stands in line {lines[key.value]} already",
                    problem_mark=key.start_mark,
                )
        return super().construct_mapping(node, deep)

    def construct_tuple(self, node: yaml.SequenceNode) -> tuple[Any, ...]:
        return tuple(self.construct_sequence(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:seq", _Loader.construct_tuple)


def find_template(
    kind: str, name_or_path: str | Path, table: Mapping[str, Template], folder: Path
) -> Path:
    """The file that a name stands for, or that a path leads to.

    Args:
        kind: what the table holds, for messages: ``"recipe"``.
        name_or_path: a name of the table; what has an ending or is there is a path.
        table: of the library's own files.
        folder: where these are.

    Raises:
        UnknownNameError: it is neither.
    """
    if isinstance(name_or_path, str) and name_or_path in table:
        return folder / table[name_or_path].file
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and not path.suffix and not (name_or_path and path.exists()):
        names = ", ".join(map(repr, table))
        raise UnknownNameError(
            f"no {kind} is called {name_or_path!r}",
            f"use one of {names}, or the path of a YAML file",
        )
    return path


@dataclass(frozen=True)
class Document:
    """A parsed YAML file."""

    path: Path
    sha256: str
    """Digest of the file's bytes, in hexadecimal."""
    node: yaml.Node
    value: Any
    """Dictionaries, tuples and scalars."""

    def find(self, place: Place) -> tuple[int, str]:
        """Say where a value stands.

        Returns:
            its line, counted from 1, or that of the nearest thing around it that exists; and
            its path in the file, as in ``tasks[0].system``, without steps that the file does
            not have, save the last.
        """
        node, mark, path = self.node, self.node.start_mark, ""
        for number, step in enumerate(place, 1):
            found = _step(node, step)
            if found is not None:
                node, mark = found
            if found is not None or number == len(place):
                path += f"[{step}]" if isinstance(step, int) else f".{step}"
        return mark.line + 1, path.lstrip(".")

    def error(self, problem: str, hint: str, place: Place = ()) -> RecipeError:
        """A refusal that names the file, the line and the path in the file."""
        line, path = self.find(place)
        where = f"{self.path}, line {line}: {path}".removesuffix(": ")
        return RecipeError(f"{where}: {problem}", hint)

    def validate(self, model: type[ModelT], value: Any, place: Place = ()) -> ModelT:
        """Read a value of this document as a model; of several faults, report the first.

        Args:
            model: what the value must be.
            value: the document's value at ``place``, or what it was turned into.
            place: where the value stands.

        Raises:
            RecipeError: the value is not such a model.
        """
        try:
            return model.model_validate(value)
        except ValidationError as error:
            faults = [(_place(fault, place), fault) for fault in error.errors()]
            where, fault = min(faults, key=lambda item: self.find(item[0])[0])
            raise self.error(_problem(fault), _hint(fault), where) from error


def read_document(path: Path) -> Document:
    """Parse a YAML file.

    Raises:
        RecipeError: no such file, not UTF-8, or not one YAML document.
    """
    try:
        data = path.read_bytes()
        loader = _Loader(data.decode("utf-8-sig"))
        node = loader.get_single_node()
        value = None if node is None else loader.construct_document(node)
    except OSError as error:
        hint = "give the path of a YAML file, or the name of a recipe of the library"
        raise RecipeError(f"{path} cannot be read: {error.strerror}", hint) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RecipeError(f"{path}, line {line}: not UTF-8", "save the file as UTF-8") from error
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}{_fault_of_syntax(error)}", "correct the YAML there") from error
    except RecursionError as error:
        raise RecipeError(f"{path} is nested too deeply", "write it flatter") from error
    if node is None:
        raise RecipeError(f"{path} is empty", "write `tasks:`, `grounded:` or `given:` into it")
    return Document(path, hashlib.sha256(data).hexdigest(), node, value)


def refusal(problem: str, hint: str, at: Place = ()) -> PydanticCustomError:
    """What a validator raises.

    Args:
        problem: what is wrong, with the value in it.
        hint: what to write instead.
        at: where, seen from the value that is being validated.
    """
    context = {"problem": problem, "hint": hint, "at": tuple(at)}
    return PydanticCustomError("refusal", "{problem}", context)


def known_keys(keys: Iterable[str], value: Any) -> Any:
    """Refuse a mapping with a key that nobody would read.

    Returns:
        the value, which need not be a mapping.
    """
    accepted = list(keys)
    for key in value if isinstance(value, dict) else ():
        if key not in accepted:
            raise refusal(f"unknown key {key!r}", f"use one of: {', '.join(accepted)}", (str(key),))
    return value


class FileModel(BaseModel):
    """What a mapping of a recipe file is read into: frozen, no conversions, no unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, revalidate_instances="always"
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: Any) -> Any:
        return known_keys(cls.model_fields, value)


def _step(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Mark] | None:
    """A value inside another, and where its key or, in a list, it itself begins."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark
    return None


def _place(fault: ErrorDetails, start: Place) -> tuple[str | int, ...]:
    return (*start, *fault["loc"], *fault.get("ctx", {}).get("at", ()))


def _problem(fault: ErrorDetails) -> str:
    if fault["type"] == "missing":
        return "it is missing"
    plain = (
        "there is nothing" if fault["input"] is None else f"{_shown(fault['input'])} does not fit"
    )
    return str(fault.get("ctx", {}).get("problem", plain))


def _hint(fault: ErrorDetails) -> str:
    context = fault.get("ctx", {})
    if fault["type"] in _HINTS:
        return _HINTS[fault["type"]].format(**context)
    return str(context.get("hint") or fault["msg"].replace("Input should be", "it must be"))


_HINTS = {
    "missing": "add it",
    "bool_type": "write true or false",
    "dataclass_exact_type": "write a mapping of keys to values",
    "model_type": "write a mapping of keys to values",
    "string_type": "write text; what looks like a number or yes needs quotes",
    "too_long": "list at most {max_length}",
    "too_short": "list at least {min_length}",
    "tuple_type": "write a list",
    "union_tag_not_found": "write a mapping of keys to values",
}
"""What to do about faults that pydantic puts in the terms of Python."""


def _shown(value: Any) -> str:
    """A value as it may stand in the file, in one line; text in quotes."""
    if isinstance(value, str):
        return repr(shorten(value, 60, placeholder=" ..."))
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=inf)
    return shorten(text.removesuffix("...\n"), 60, placeholder=" ...")


def _fault_of_syntax(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        said = filter(None, (error.context, error.problem))
        return f", line {error.problem_mark.line + 1}: {', '.join(said)}"
    return f": {error}"
