"""The OpenAI-compatible server of llama-cpp-python, on the loopback, with a model file.

It answers one request after the other. By default it cuts a stream short when another request
arrives, so it is started without that.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = ("fastapi", "llama_cpp", "pydantic_settings", "sse_starlette", "starlette_context")
_EXACT = ["--type_k", "0", "--type_v", "0", "--flash_attn", "False", "--n_threads", "1"]
"""Keys and values in f32; see `mmgen_datasets.backends.llama_cpp`."""


def skip_without_it() -> None:
    """Skip a module of tests where the server cannot be started."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        pytest.skip(f"needs {missing[0]}", allow_module_level=True)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def spawn(
    model: Path, *, mmproj: Path | None = None, context: int = 1024, port: int | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a server, and give its URL and its process; it is killed in the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), *_EXACT]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(context)]
    command += ["--interrupt_requests", "False", "--n_threads_batch", "1"]
    if mmproj:
        command += ["--chat_format", "mtmd", "--clip_model_path", str(mmproj)]
    silent = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=silent, stderr=silent, cwd=model.parent) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/v1/models", process)
            yield f"http://127.0.0.1:{port}/v1", process
        finally:
            process.kill()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"the server ended with code {process.returncode}")
