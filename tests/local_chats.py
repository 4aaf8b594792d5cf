"""What tests ask of backends in this process."""

from __future__ import annotations

from mmgen_datasets.chat import Reply, Request, Sampling, text_turn

GREEDY = Sampling(max_tokens=24, temperature=0)
EXAMPLES = " ".join(f"Example {number} has a red bicycle in it." for number in range(40))
"""About 700 tokens of the nano model's."""


def chat_request(*texts: str, sampling: Sampling = GREEDY) -> Request:
    """A system turn, then the user's."""
    chat = (text_turn("system", texts[0]), *(text_turn("user", text) for text in texts[1:]))
    return Request(" / ".join(texts), chat, sampling)


def be_brief(sampling: Sampling = GREEDY) -> Request:
    return chat_request("Be brief.", "What is it?", sampling=sampling)


def texts(replies: list[Reply]) -> list[str]:
    """What is no UTF-8 becomes a mark, or nothing at the end of a reply cut short."""
    return [reply.text.replace("\ufffd", "") for reply in replies]
