"""Every exception this library raises on purpose.

::

    MMGenError
    ├── UsageError (ValueError)                an argument or option that cannot be meant
    │   └── UnknownNameError (LookupError)     a name that no table has
    ├── MissingExtraError (ImportError)        a part that needs a package not installed
    ├── SourceError (ValueError)               a source's file holds something wrong
    │   └── MissingFileError (FileNotFoundError)
    ├── RecipeError (ValueError)               a recipe file does not say what it must
    ├── RunError (ValueError)                  a run folder cannot be used as asked
    ├── HubError (RuntimeError)                the hub refused, or could not be reached
    └── BackendError (RuntimeError)            a model gave no reply
        ├── RetryError                         later it may: 429, 5xx, time-out, lost connection
        ├── RowError                           not to this request: refused, unusable
        │   └── TooLongError                   it does not fit into what the model reads at once
        └── StopError                          to no request: bad key, unknown model, no quota

A problem says what is wrong, with the value in it; a hint says what to do. Each class also
derives from the built-in exception that it refines. The command line prints these and
returns 2; anything else is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

RetryCause: TypeAlias = Literal["busy", "down", "reply"]


class MMGenError(Exception):
    """Something is wrong that the user can put right.

    Args:
        problem: what is wrong, with the value in it; one sentence without a full stop.
        hint: what to do about it, in the imperative; may be empty.

    Example:
        >>> print(MMGenError("no backend is called 'opnai'", "use 'openai'"))
        no backend is called 'opnai'
          → use 'openai'
    """

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem, hint)
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.problem}\n  → {self.hint}" if self.hint else self.problem


class UsageError(MMGenError, ValueError):
    """An argument or option that cannot be meant."""


class UnknownNameError(UsageError, LookupError):
    """A name that stands in no table."""


class MissingExtraError(MMGenError, ImportError):
    """A part of the library was asked for whose packages are not installed."""


class SourceError(MMGenError, ValueError):
    """A file of a source holds something that it must not hold."""


class MissingFileError(SourceError, FileNotFoundError):
    """A file or folder of a source is not where it was looked for."""


class RecipeError(MMGenError, ValueError):
    """A recipe file does not say what a recipe must say."""


class RunError(MMGenError, ValueError):
    """A run folder cannot be used in the way that was asked for."""


class HubError(MMGenError, RuntimeError):
    """The hub refused what it was asked for, or could not be reached."""


class BackendError(MMGenError, RuntimeError):
    """A backend gave no reply to a request."""


class RetryError(BackendError):
    """The same request may succeed later.

    Args:
        problem: as for `MMGenError`.
        hint: as for `MMGenError`.
        retry_after: seconds the server asked to be left alone, if it said so.
        cause: ``"busy"`` when the server wants fewer requests, ``"down"`` when it may not be
            there at all, ``"reply"`` when it answered with what cannot be read.
    """

    def __init__(
        self,
        problem: str,
        hint: str = "",
        retry_after: float | None = None,
        cause: RetryCause = "reply",
    ) -> None:
        super().__init__(problem, hint)
        self.args = (problem, hint, retry_after, cause)  # what pickling hands back to __init__
        self.retry_after = retry_after
        self.cause = cause


class RowError(BackendError):
    """This request will never get a usable reply; others may."""


class TooLongError(RowError):
    """The chat is too long for the model; one with fewer examples may get a reply."""


class StopError(BackendError):
    """No request can succeed until the user changes something."""
