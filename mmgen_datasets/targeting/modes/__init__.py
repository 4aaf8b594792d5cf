"""The ways in which new data are asked for: a file each, and one's own in files like these."""

from __future__ import annotations

from mmgen_datasets.prompts import Template

MODES = {
    "vqa_nr": Template(
        "vqa_nr.yaml",
        "questions and answers in the manner of examples; what MM-Gen uses by default",
    ),
    "vqa": Template("vqa.yaml", "the same with reasoning, as two records: reasoned and short"),
    "tqa": Template(
        "tqa.yaml", "multiple choice about pictures that are made up and described; text only"
    ),
    "descript": Template("descript.yaml", "descriptions with an eye on the task and its examples"),
    "generic": Template("generic.yaml", "descriptions that know nothing of the task (a baseline)"),
    "vqa_task_desc": Template(
        "vqa_task_desc.yaml", "questions and answers from the task's description alone (a baseline)"
    ),
    "descript_task_desc": Template(
        "descript_task_desc.yaml", "descriptions from the task's description alone (a baseline)"
    ),
}
"""By the names that MM-Gen gives them; `mmgen_datasets.targeting.mode.load_mode` reads them."""
