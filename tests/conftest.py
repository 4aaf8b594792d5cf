"""No test reaches the network, a key of the user's, or a folder outside its own."""

from __future__ import annotations

import os
import tempfile

# `datasets` and `huggingface_hub` read these once, when they are imported.
_home = tempfile.mkdtemp(prefix="mmgen-tests-")
os.environ.update(
    HF_HOME=_home,
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_DATASETS_DISABLE_PROGRESS_BARS="1",
)
for _name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HF_TOKEN", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ.pop(_name, None)
    os.environ.pop(_name.lower(), None)
