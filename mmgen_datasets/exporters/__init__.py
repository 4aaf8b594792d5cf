"""Exporters: a result in the format that a trainer reads."""

from __future__ import annotations

from mmgen_datasets.registry import Entry

EXPORTERS = {
    "llava": Entry(
        "mmgen_datasets.exporters.llava:write",
        "a JSON list as LLaVA and its relatives read it, with the pictures beside it",
    ),
    "sharegpt": Entry(
        "mmgen_datasets.exporters.sharegpt:write",
        "messages, a line each, and the `dataset_info.json` of LLaMA-Factory; for ms-swift too",
    ),
    "messages": Entry(
        "mmgen_datasets.exporters.messages:write",
        "chats as TRL and the templates of transformers read them, in parquet, pictures inside",
    ),
    "qwen": Entry(
        "mmgen_datasets.exporters.qwen:write",
        "LLaVA's records as Qwen-VL's own fine-tuning reads them, a line each",
    ),
    "internvl": Entry(
        "mmgen_datasets.exporters.internvl:write",
        "LLaVA's records as InternVL reads them, a line each, and its meta file",
    ),
    "openai": Entry(
        "mmgen_datasets.exporters.openai:write",
        "OpenAI's lines for fine-tuning, pictures inside, within its limits",
    ),
    "webdataset": Entry(
        "mmgen_datasets.exporters.webdataset:write",
        "tar shards, a JSON file beside the pictures of each conversation",
    ),
    "parquet": Entry(
        "mmgen_datasets.exporters.parquet:write",
        "every column in parquet, pictures inside, for `datasets.load_dataset`",
    ),
    "instruct-jsonl": Entry(
        "mmgen_datasets.exporters.instruct_jsonl:write",
        "a line for each question and answer, the six fields of multimodal-instruct",
    ),
}
