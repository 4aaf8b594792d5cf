"""The ways in which new data are asked for: a file each, and one's own in files like these."""

from __future__ import annotations

MODES = {
    "vqa_nr": "questions and answers in the manner of examples; what MM-Gen uses by default",
    "vqa": "the same with reasoning, as two records: reasoned and short",
    "tqa": "multiple choice about pictures that are made up and described; text only",
    "descript": "descriptions with an eye on the task and its examples",
    "generic": "descriptions that know nothing of the task (a baseline)",
    "vqa_task_desc": "questions and answers from the task's description alone (a baseline)",
    "descript_task_desc": "descriptions from the task's description alone (a baseline)",
}
"""By the names that MM-Gen gives them; `mmgen_datasets.targeting.mode.load_mode` reads them."""
