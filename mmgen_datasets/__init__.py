"""Turn annotated images, human motion and speech into multimodal instruction data.

Every public name is imported when it is first used, so that importing the package is free.
"""

from __future__ import annotations

from pathlib import Path

_root = Path(__file__).resolve().parent.parent
if not Path(__file__).with_name("builders").is_dir() and (_root / "builders").is_dir():
    # A bare checkout: `builders/` stands beside the package, where no installer has moved it.
    __path__.append(str(_root))
