"""No test reaches the network, a key of the user's, or a folder outside its own."""

from __future__ import annotations

import atexit
import importlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import mmgen_datasets
from tests import coco_files, open_images_files
from tests.models.store import ModelStore
from tests.sample import SAMPLE_DIR

# `datasets` and `huggingface_hub` read these once, when they are imported.
_home = tempfile.TemporaryDirectory(prefix="mmgen-tests-")
atexit.register(_home.cleanup)
os.environ.update(
    HF_HOME=_home.name,
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_XET="1",  # the hub of the tests takes files over by LFS
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_DATASETS_DISABLE_PROGRESS_BARS="1",
)
for _name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.lower(), None)


# A busy machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# The packages that these import may be missing, and take seconds.
collect_ignore_glob = ["models/*.py", "llama_cpp_engines.py"]


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    """Tiny models with real tokenizers, built when first asked for."""
    base = tmp_path_factory.getbasetemp()
    # The workers of pytest-xdist have a folder each, in one of the session.
    return ModelStore((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "models")


@pytest.fixture(scope="session")
def nano(tiny_models: ModelStore) -> str:
    """A chat model for transformers."""
    return str(tiny_models.path("chat"))


@pytest.fixture(scope="session")
def gguf(tiny_models: ModelStore) -> str:
    """The same one for llama.cpp."""
    return str(tiny_models.path("chat.gguf"))


@pytest.fixture(scope="session")
def llava(tiny_models: ModelStore) -> str:
    """One that sees, for transformers."""
    return str(tiny_models.path("llava"))


@pytest.fixture(scope="session")
def samples() -> Any:
    """The training split of the bundled sample."""
    return mmgen_datasets.load_dataset("coco2017", data_dir=str(SAMPLE_DIR), split="train")


@pytest.fixture(scope="session")
def conversations(samples: Any) -> Any:
    """What `grounded` makes of it."""
    return mmgen_datasets.generate(samples)


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A folder of the user's with COCO's validation split of 2017."""
    coco_files.write(tmp_path / "coco" / "annotations", coco_files.documents())
    return tmp_path / "coco"


@pytest.fixture
def oi(tmp_path: Path) -> Path:
    """One with that of Open Images."""
    files = open_images_files.NAMES | open_images_files.texts()
    return open_images_files.write(tmp_path / "open_images", files)


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Tiny models take ten times as long in several threads, where others keep cores busy."""
    torch = importlib.import_module("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
