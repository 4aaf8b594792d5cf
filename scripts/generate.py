r"""Generate with the command line of multimodal-instruct.

    python scripts/generate.py COCO2017 --model_source openai --model gpt-5-mini \
        --prompt_config prompt_config_llava.yaml --output_path instruct.jsonl

The options and their defaults are those of that project's ``generate.py``; what they ask for is
done by ``mmgen generate``, which has more. Each source is read from its folder under
``--dataset_storage_path`` (``cache/COCO2017``), or downloaded where there is none. Replies are
kept beside the output, in ``instruct.jsonl.runs``, so that the same command goes on where it was
cut off. ``--output_format`` works as its help says.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from datasets import Dataset, concatenate_datasets

from mmgen_datasets import MMGenError, Pace, Plan, RunFolder, export, fill_run, load_run
from mmgen_datasets.errors import RunError
from mmgen_datasets.quantity import quantity

SOURCES = {"COCO2014": "coco2014", "COCO2017": "coco2017", "OPENIMAGESV7": "open_images_v7"}
FOLDERS = {"OPENIMAGESV7": "open_images"}
BACKENDS = {"huggingface": "huggingface", "openai": "openai", "llama.cpp": "llama-cpp"}
FORMATS = {"jsonl": "instruct-jsonl", "llava-instruct": "llava"}


def parser() -> argparse.ArgumentParser:
    """The options, by their names of old."""
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = made.add_argument
    add("sources", nargs="+", choices=SOURCES, metavar="SOURCE", help=", ".join(SOURCES))
    add("--dataset_storage_path", type=Path, default=Path("cache"), help="has a folder a source")
    add("--output_path", type=Path, default=Path("instruct.jsonl"), help="default: %(default)s")
    add("--output_format", choices=FORMATS, default="jsonl", help="default: %(default)s")
    add("--model_source", choices=BACKENDS, default="huggingface", help="default: %(default)s")
    add("--model", default="meta-llama/Llama-2-7b-chat-hf", help="default: %(default)s")
    add("--openai_base_url", help="address of another server than OpenAI's")
    add("--prompt_config", default="prompt_config_llava.yaml", help="default: %(default)s")
    add("--split", default="train", help="not of old; default: %(default)s")
    add("--limit", type=int, help="not of old: so many samples of each source")
    add("--concurrency", type=int, default=16, help="not of old; default: %(default)s")
    return made


def generate(source: str, options: argparse.Namespace) -> Dataset:
    """The conversations about one source."""
    folder = options.dataset_storage_path / FOLDERS.get(source, source)
    settings = {"model": options.model}
    if options.openai_base_url:
        settings["base_url"] = options.openai_base_url
    plan = Plan(
        SOURCES[source],
        recipe=options.prompt_config,
        split=options.split,
        data_dir=str(folder) if folder.is_dir() else None,
        backend=BACKENDS[options.model_source],
        settings=settings,
        limit=options.limit,
    )
    run = options.output_path.with_name(f"{options.output_path.name}.runs") / source
    manifest = fill_run(RunFolder(run), plan, pace=Pace(options.concurrency))
    rejects = sum(manifest.rejects.values())
    made = quantity(manifest.conversations, "conversation")
    print(f"{source}: {made}, {quantity(rejects, 'reject')}", file=sys.stderr)
    if manifest.problem:
        raise RunError(manifest.problem)
    return load_run(run)


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    try:
        conversations = concatenate_datasets([generate(name, options) for name in options.sources])
        options.output_path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.output_path.parent) as folder:
            form = FORMATS[options.output_format]
            exported = export(conversations, form, folder, pictures="none")
            exported.file.replace(options.output_path)
    except MMGenError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    written = quantity(exported.conversations, "conversation")
    print(f"{written} in {options.output_path}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
