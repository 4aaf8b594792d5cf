"""From a task to the prompts that ask for new data of it: MM-Gen's second step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache, partial

from mmgen_datasets.errors import RowError, SourceError, UsageError
from mmgen_datasets.targeting.arithmetic import items_of_prompts
from mmgen_datasets.targeting.mode import load_mode
from mmgen_datasets.targeting.prompt_file import Prompt, PromptFile, example_label
from mmgen_datasets.targeting.samplers import Deck
from mmgen_datasets.targeting.task import Reference, Task

MOST_EXAMPLES = 10
_PLACEHOLDER = re.compile(r"<image[^<>]{0,3}>\s*")


@dataclass(frozen=True)
class Amounts:
    """How much is to be asked for, and with how many examples.

    Raises:
        UsageError: a number is out of its range.
    """

    total_gen: int
    """How many items are wanted: at least so many, unless `exact_total`."""
    min_gen_per_candidate: int = 1
    """How many a prompt asks for."""
    num_icl: int = 1
    """The examples of a prompt, 0 to 10; fewer where a round of the references ends."""
    exact_total: bool = False
    """Ask for `total_gen` items and no more."""
    allow_self: bool = False
    """Let an example be of the very picture that is asked about, as MM-Gen does."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.num_icl <= MOST_EXAMPLES:
            raise UsageError(f"num_icl is {self.num_icl}", f"give a number of 0 to {MOST_EXAMPLES}")


def plan_prompts(
    task: Task, amounts: Amounts, mode: str = "vqa_nr", *, task_path: str = ""
) -> PromptFile:
    """Lay out every prompt: which candidate, which examples, how many items.

    Candidates and references are drawn without replacement, and each subgroup for itself, so
    that a change to one leaves the others as they are.

    Args:
        task: with subgroups, as `mmgen task create` makes them.
        amounts: how much.
        mode: a name of `mmgen_datasets.targeting.modes.MODES`, or the path of a mode file.
        task_path: what the file tells as the path of the task.

    Returns:
        The prompts, subgroup by subgroup in the order of the task.

    Raises:
        UsageError: the amounts cannot be met with this task.
        SourceError: a reference has no question with an answer.
    """
    way = load_mode(mode)
    counts = [len(group.reference_sample_idx) for group in task.subgroups]
    items = items_of_prompts(
        amounts.total_gen, counts, amounts.min_gen_per_candidate, exact=amounts.exact_total
    )
    num_icl = amounts.num_icl if way.shows_examples else 0
    prompts: list[Prompt] = []
    show = lru_cache(maxsize=None)(partial(_shown, task))
    for group, asked in zip(task.subgroups, items, strict=True):
        if asked and way.shows_picture and not group.candidates:
            raise UsageError(
                f"the keyword {group.keyword!r} has references and no candidates",
                "give it some with 'mmgen task create', or plan with --no-partition",
            )
        candidates = Deck(group.candidates, f"{amounts.seed} candidates {group.keyword}")
        references = Deck(group.reference_sample_idx, f"{amounts.seed} examples {group.keyword}")
        for count in asked:
            [candidate] = candidates.draw(1) if way.shows_picture else [None]
            is_same = partial(_shows, task, candidate, allow=amounts.allow_self)
            shown = references.draw(num_icl, passing_over=is_same)
            texts = [text for n, index in enumerate(shown) for text in show(index, n)]
            prompts.append(
                Prompt(
                    group.keyword,
                    [*texts, *([] if candidate is None else [candidate])],
                    shown,
                    None if count == amounts.min_gen_per_candidate else count,
                )
            )
    return PromptFile(
        task.dataset_description,
        mode,
        prompts,
        task_path,
        num_icl,
        amounts.min_gen_per_candidate,
        len(prompts),
        amounts.seed,
    )


def _shows(task: Task, candidate: str | None, index: int, *, allow: bool) -> bool:
    return not allow and candidate in task.image_paths(index)


def _shown(task: Task, index: int, number: int) -> list[str]:
    """A reference as the example of a number: label, pictures, question and answer."""
    try:
        reference = task.reference(index)
    except RowError as error:
        raise SourceError(f"the task's {error.problem}", error.hint) from error
    question, answer = _named(reference, number)
    return [example_label(number), *reference.images, f"Q: {question}\n A: {answer}"]


def _named(reference: Reference, number: int) -> tuple[str, str]:
    """Question and answer with the placeholders of pictures in words; all else is left as it is."""
    label = example_label(number).lower()
    several = len(reference.images) > 1
    named = iter(range(1, len(reference.images) + 1))

    def phrase(_: re.Match[str]) -> str:
        place = next(named, None)
        which = f"picture {place}" if several and place else "the picture"
        return f"[{which} of {label}] "

    question, answer = (
        _PLACEHOLDER.sub(phrase, text).strip() for text in (reference.question, reference.answer)
    )
    return question, answer
