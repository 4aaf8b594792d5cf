"""Have a chat that is too long answered with fewer examples, where its recipe allows that."""

from __future__ import annotations

from dataclasses import replace

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import TooLongError


async def fitting_reply(backend: Backend, request: Request) -> Reply:
    """The reply to a request, or to what is left of it when it fits.

    Examples go one at a time, from the middle, until the backend takes the chat, so that no more
    are left out than have to be. A chat that it does not take is not paid for.

    Raises:
        TooLongError: it does not fit with the fewest examples either.
        BackendError: as the backend raises it.
    """
    asked, dropped = request, 0
    while True:
        try:
            reply = await backend.reply(asked)
        except TooLongError as error:
            shorter = asked.shorter()
            if shorter is None and dropped:
                problem = f"{error.problem}; {dropped} of its examples are left out already"
                raise TooLongError(problem, error.hint) from error
            if shorter is None:
                raise
            asked, dropped = shorter, dropped + 1
        else:
            return replace(reply, dropped_examples=dropped)
