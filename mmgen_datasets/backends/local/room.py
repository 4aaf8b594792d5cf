"""Whether a chat and its reply fit into what a model reads at once."""

from __future__ import annotations

from mmgen_datasets.chat import Request
from mmgen_datasets.errors import TooLongError


def room_for_reply(request: Request, num_tokens: int, context: int) -> int:
    """How many tokens are left for the reply.

    Where examples may be left out, there has to be room for the longest reply that the request
    allows, as at most servers; else room for one token is enough.

    Args:
        request: that is to be answered.
        num_tokens: of its chat, as the model reads it.
        context: the longest chat with its reply, in tokens.

    Raises:
        TooLongError: with both numbers.
    """
    room = context - num_tokens
    wanted = 1 if request.shorter() is None else request.sampling.max_tokens or 1
    if room < wanted:
        raise TooLongError(
            f"the chat has {num_tokens:,} tokens, and the context holds {context:,} with the reply",
            "set a larger context, give the recipe fewer examples, or let it drop_examples",
        )
    return room
