"""Settings out of a file or off the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mmgen_datasets.errors import MMGenError, UsageError


def settings_of(kind: Any, values: Mapping[str, Any]) -> Any:
    """Make settings of values that may be written as text or lists.

    Args:
        kind: a dataclass.
        values: its fields by name; those left out have their defaults.

    Raises:
        UsageError: a name is none of its fields, or a value does not fit.

    Example:
        >>> from mmgen_datasets.motion.train_settings import TrainSettings
        >>> settings_of(TrainSettings, {"rate": "2e-4", "milestones": [500]}).rate
        0.0002
    """
    for name in values:
        if name not in kind.__dataclass_fields__:
            raise UsageError(
                f"there is no setting {name!r}",
                f"choose from {', '.join(kind.__dataclass_fields__)}",
            )
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        own = first.get("ctx", {}).get("error")
        if isinstance(own, MMGenError):
            raise own from error
        name = str(first["loc"][0])
        raise UsageError(
            f"{name} is {values.get(name)!r}: {first['msg']}", "give another value"
        ) from error
