"""Whether placeholders stand for the media of the row, each once and in a question.

That of a single medium stands in the first question; several may be spread over questions.

Trainers put a picture wherever a placeholder stands, also in the midst of an answer, and count
on there being as many as there are media.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import PLACEHOLDER, Case, Fault


def find(case: Case) -> Iterator[Fault]:
    """Find placeholders that are missing, repeated, misplaced or of a medium that is not there."""
    roles = [message["role"] for message in case.messages]
    first = roles.index("user") if "user" in roles else 0
    due = [f"<{kind}>" for kind in case.media]
    are_several = len(due) > len(set(due))
    for turn, message in enumerate(case.messages):
        for placeholder in PLACEHOLDER.findall(message["content"]):
            has_place = turn == first or (are_several and roles[turn] == "user")
            if has_place and placeholder in due:
                due.remove(placeholder)
            else:
                yield Fault(turn, placeholder, "stands for a medium where none belongs")
    for placeholder in sorted(due):
        yield Fault(first, "", f"lacks the placeholder {placeholder}")
