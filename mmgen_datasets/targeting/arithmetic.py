"""How many prompts each subgroup of a task gets.

MM-Gen gives a subgroup a share of the total that is its share of the references (not of the
candidates), and rounds the number of prompts up. With *m* items asked for in a prompt::

    prompts_i = ceil(total / m * references_i / all references)

so that up to *m* items a subgroup come out beyond the total. The other way meets it exactly:
items are shared out by the largest remainder, and the last prompt of a subgroup may ask for fewer.
"""

from __future__ import annotations

from collections.abc import Sequence

from mmgen_datasets.errors import UsageError


def num_prompts(total: int, references: Sequence[int], per_candidate: int = 1) -> list[int]:
    """Count the prompts of each subgroup as MM-Gen does, without its rounding of floats.

    Args:
        total: how many items are wanted at least, in all.
        references: how many each subgroup has.
        per_candidate: how many items a prompt asks for.

    Raises:
        UsageError: a number is below 1, or there is no reference at all.

    Example:
        >>> num_prompts(28299, [1203, 198, 519], per_candidate=3)
        [5911, 973, 2550]
    """
    _check(total, references, per_candidate)
    whole = sum(references) * per_candidate
    return [-(-total * count // whole) for count in references]


def num_items(total: int, references: Sequence[int]) -> list[int]:
    """Share items out by the largest remainder: they sum up to the total.

    Of equal remainders the subgroup that comes first is preferred.

    Args:
        total: how many items are wanted, in all.
        references: how many each subgroup has.

    Raises:
        UsageError: as for `num_prompts`.

    Example:
        >>> num_items(10, [1203, 198, 519])
        [6, 1, 3]
    """
    _check(total, references, 1)
    shares = [divmod(total * count, sum(references)) for count in references]
    left = total - sum(quotient for quotient, _ in shares)
    ranked = sorted(range(len(shares)), key=lambda index: (-shares[index][1], index))
    raised = set(ranked[:left])
    return [quotient + (index in raised) for index, (quotient, _) in enumerate(shares)]


def items_of_prompts(
    total: int, references: Sequence[int], per_candidate: int = 1, *, exact: bool = False
) -> list[list[int]]:
    """How many items each prompt of each subgroup asks for.

    Args:
        total: how many items are wanted, in all.
        references: how many each subgroup has.
        per_candidate: how many items a prompt asks for; with `exact`, at most.
        exact: meet the total, by the largest remainder.

    Example:
        >>> items_of_prompts(10, [3, 1], 3), items_of_prompts(10, [3, 1], 3, exact=True)
        ([[3, 3, 3], [3]], [[3, 3, 2], [2]])
    """
    if not exact:
        return [[per_candidate] * count for count in num_prompts(total, references, per_candidate)]
    _check(total, references, per_candidate)
    return [
        [min(per_candidate, items - start) for start in range(0, items, per_candidate)]
        for items in num_items(total, references)
    ]


def _check(total: int, references: Sequence[int], per_candidate: int) -> None:
    for name, value in (("total_gen", total), ("min_gen_per_candidate", per_candidate)):
        if value < 1:
            raise UsageError(f"{name} is {value}", "give a number from 1 on")
    if not sum(references):
        raise UsageError(
            "no keyword of the task has a reference", "make the task from a file with samples"
        )
