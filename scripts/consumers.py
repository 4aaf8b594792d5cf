"""Train for an epoch with each trainer's own command on what is exported for it.

    python -m scripts.consumers [--envs build/consumers] [NAME ...]

A tiny LLaVA with random weights; the bundled sample, and conversations about two pictures, one and
none; this machine's processor. What is tried is that the trainer takes every conversation.
LLaMA-Factory and ms-swift pin other versions than this project, so each gets an environment of its
own, with the torch of this one; that takes some minutes and gigabytes, once. TRL is in this one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import product
from pathlib import Path

from mmgen_datasets import export, generate, load_dataset
from tests.exported_rows import mixed
from tests.models import llava

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "builders" / "sample" / "coco"
TRL = """
import sys
from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

model, data, out = sys.argv[1:]
config = SFTConfig(
    out, max_length=None, num_train_epochs=1, per_device_train_batch_size=1, use_cpu=True,
    bf16=False, report_to="none", save_strategy="no",
)
SFTTrainer(model, config, train_dataset=load_dataset(data, split="train")).train()
"""
# What transformers' Trainer calls the same in all of them.
TRAINER = (
    "--num_train_epochs 1 --per_device_train_batch_size 1 --gradient_accumulation_steps 1"
    " --use_cpu true --report_to none --save_strategy no --output_dir {out}"
)


@dataclass(frozen=True)
class Consumer:
    """A trainer, and how it is started."""

    format: str
    command: str
    """With ``{model}``, ``{data}`` (the folder of the export) and ``{out}``."""
    requirement: str | None = None
    """What its own environment needs; None for this one."""
    environment: Mapping[str, str] = field(default_factory=dict)


CONSUMERS = {
    "llama-factory": Consumer(
        "sharegpt",
        "llamafactory-cli train --stage sft --do_train --model_name_or_path {model}"
        " --template llava --finetuning_type full --dataset mmgen --dataset_dir {data}"
        f" --media_dir {{data}} --cutoff_len 2048 {TRAINER}",
        "llamafactory==0.9.5",
        {"DISABLE_VERSION_CHECK": "1"},  # of torch, for which it knows no newer ones
    ),
    "ms-swift": Consumer(
        "sharegpt",
        "swift sft --model {model} --model_type llava1_5_hf --template llava1_5_hf"
        " --tuner_type full --dataset {data}/sharegpt.jsonl --split_dataset_ratio 0"
        f" --torch_dtype float32 --max_length 2048 --strict true {TRAINER}",
        "ms-swift==4.6.0",
        {"ROOT_IMAGE_DIR": "{data}", "USE_HF": "1"},
    ),
    "trl": Consumer("messages", "python -c {trl} {model} {data} {out}"),
}


def main() -> int:
    """Try those that are named, or all; tell what became of each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", default=list(CONSUMERS), help=", ".join(CONSUMERS))
    parser.add_argument("--envs", type=Path, default=ROOT / "build" / "consumers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        llava.build(model)
        samples = load_dataset("coco2017", data_dir=str(SAMPLE), split="train")
        tables = {"sample": generate(samples), "several pictures or none": mixed()}
        outcomes: dict[str, str] = {}
        for name, (kind, conversations) in product(options.names, tables.items()):
            data = Path(folder) / f"{name}-{len(outcomes)}"
            number = export(conversations, CONSUMERS[name].format, data).conversations
            binaries = environment(CONSUMERS[name], options.envs.absolute() / name)
            outcome = trained(CONSUMERS[name], binaries, model, data, number)
            outcomes[f"{name}, {kind}"] = outcome
    for name, outcome in outcomes.items():
        print(f"{name:>40}  {outcome}")
    return int(any(not outcome.startswith("trained") for outcome in outcomes.values()))


def environment(consumer: Consumer, folder: Path) -> Path:
    """Where the programs of a trainer are, installed if they are not."""
    if consumer.requirement is None:
        return Path(sys.executable).parent
    binaries = folder / "bin"
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(binaries / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, f"torch=={version('torch')}", consumer.requirement], check=True)
        without_cuda(binaries / "python")
        (folder / "installed").touch()
    return binaries


def without_cuda(python: Path) -> None:
    """Take away what is compiled for CUDA, where torch is not: no import of it would succeed."""
    if subprocess.run([str(python), "-c", "import torchvision"], capture_output=True).returncode:
        subprocess.run([str(python), "-m", "pip", "uninstall", "--yes", "torchvision"], check=True)
        for library in python.parent.parent.glob("lib/*/site-packages/torchaudio/lib/*.so"):
            library.unlink()


def trained(consumer: Consumer, binaries: Path, model: Path, data: Path, number: int) -> str:
    """Run its command, and say whether it went through all conversations."""
    values = {"model": str(model), "data": str(data), "out": f"{data}-out", "trl": TRL}
    program, *words = [word.format(**values) for word in consumer.command.split()]
    ours = {name: value.format(**values) for name, value in consumer.environment.items()}
    ended = subprocess.run(
        [str(binaries / program), *words],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", **ours},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if ended.returncode == 0 and f" {number}/{number} " in ended.stdout:  # a step for each
        return f"trained on {number} conversations"
    print(ended.stdout[-4000:])
    return f"failed with status {ended.returncode}"


if __name__ == "__main__":
    sys.exit(main())
