"""From samples to conversations in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import datasets
from datasets import Dataset

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.answers import answer_all
from mmgen_datasets.generation.budget import Account, Sizes
from mmgen_datasets.generation.conversations import lay_out
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.progress import shown
from mmgen_datasets.generation.requests import build_requests, pending
from mmgen_datasets.generation.suiting import refuse_unsuited
from mmgen_datasets.generation.tally import Tally
from mmgen_datasets.licence import Use
from mmgen_datasets.motion.facts_column import with_facts
from mmgen_datasets.prompts.recipe import Recipe, limit_pictures, load_recipe
from mmgen_datasets.publish.licence import keep, refuse_empty
from mmgen_datasets.sample_check import check_samples
from mmgen_datasets.schema import conversations_of


def generate(
    samples: Dataset,
    recipe: str | Path | Recipe = "grounded",
    *,
    backend: Backend | None = None,
    journal: str | Path | None = None,
    pace: Pace | None = None,
    max_image_side: int | None = None,
    licence: Use = "any",
    seed: int = 0,
) -> Dataset:
    """Make conversations about samples.

    Replies are kept in a journal as they arrive. Called again with the same samples and recipe,
    after a crash or a change to something else, it asks only for what the journal lacks.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE`, from any source.
        recipe: a name, the path of a recipe file, or a recipe.
        backend: whom to ask; None for a recipe that asks nobody, such as ``"grounded"``.
        journal: the file that keeps the replies; by default one beside the cache of `datasets`
            that all calls share.
        pace: how many requests at a time, and how often each.
        max_image_side: the limit that pictures are shrunk to before they are sent, in pixels of
            the longer side; None leaves it to the recipe.
        licence: use only samples whose licence allows this: ``"commercial"``, ``"research"`` or
            ``"any"``.
        seed: of every random choice; the same seed gives the same conversations.

    Returns:
        Rows of `mmgen_datasets.schema.CONVERSATION`, with the media columns of the samples. A
        row whose ``error`` is not null has no messages; ``error`` says why.

    Raises:
        UsageError: the samples or the backend do not fit the recipe.
        StopError: the backend cannot answer anything; what it did answer is in the journal.

    Example::

        samples = load_dataset("coco2017", data_dir="coco", split="train")
        conversations = generate(samples, "llava", backend=OpenAI("gpt-5-mini"))
    """
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    chosen = limit_pictures(chosen, max_image_side)
    check_fit(samples, chosen, backend)
    allowed = keep(samples, licence)
    refuse_empty(allowed, licence)
    samples = with_facts(allowed.rows)
    if not isinstance(seed, int):
        raise UsageError(f"seed is {seed!r}", "give a whole number")
    if not len(samples):
        features = conversations_of(samples.features)
        return Dataset.from_dict({name: [] for name in features}, features=features)
    if backend is None:
        return answer_all(samples, chosen, seed=seed)
    shared = Path(datasets.config.HF_DATASETS_CACHE) / "mmgen" / "journal.sqlite"
    kept = Path(journal) if journal else shared
    kept.parent.mkdir(parents=True, exist_ok=True)
    requests = build_requests(samples, chosen)
    ask(requests, samples, backend, journal=kept, pace=pace or Pace())
    return lay_out(requests, samples, recipe=chosen, backend=backend, journal=kept, seed=seed)


def ask(
    requests: Dataset,
    samples: Dataset,
    backend: Backend,
    *,
    journal: Path,
    pace: Pace,
    account: Account | None = None,
    sizes: Mapping[str, Sizes] = MappingProxyType({}),
    again: frozenset[str] = frozenset(),
    worker: str | None = None,
    cache: Path | None = None,
) -> Tally:
    """Put requests to a backend until each has an outcome in the journal.

    The arguments are those of `ask_all` and of `pending`.
    """
    errors = requests.select_columns(["error"]).with_format("arrow")[:]["error"]
    tally = Tally(total=errors.null_count)
    with shown(tally):
        ask_all(
            _Anew(partial(pending, requests, samples, backend, sizes)),
            backend,
            journal=journal,
            pace=pace,
            tally=tally,
            account=account,
            again=again,
            worker=worker,
            cache=cache,
        )
    return tally


@dataclass(frozen=True)
class _Anew:
    """What can be read more than once, from its beginning."""

    begin: Callable[[], Iterator[list[Pending]]]

    def __iter__(self) -> Iterator[list[Pending]]:
        return self.begin()


def check_fit(samples: Dataset, recipe: Recipe, backend: Backend | None) -> None:
    """Refuse samples or a backend that a recipe cannot work with.

    Raises:
        UsageError: naming what does not fit.
    """
    check_samples(samples)
    if backend is not None and not hasattr(backend, "reply"):
        raise UsageError(
            f"backend is {backend!r}, which cannot be asked",
            "make one: open_backend('openai', model='...'), or OpenAI('...')",
        )
    if recipe.tasks and backend is None:
        raise UsageError(
            f"the recipe {recipe.name!r} asks a model, and no backend is given",
            "name a backend, or use the recipe 'grounded', which needs none",
        )
    if not recipe.tasks and backend is not None:
        raise UsageError(
            f"the recipe {recipe.name!r} asks no model, and a backend is given",
            "leave the backend out, or use another recipe",
        )
    refuse_unsuited(samples, recipe)
