"""What a licence allows, read from its address.

A Creative Commons address names its own terms (``…/licenses/by-nc-sa/2.0/``). The two
statements that Flickr offers beside them, and that COCO carries as licences 7 and 8, have no
terms of that kind: "no known copyright restrictions" (https://www.flickr.com/commons/usage/)
and "United States Government Work" (https://www.usa.gov/copyright.shtml).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Use: TypeAlias = Literal["any", "research", "commercial"]
"""What media are wanted for. ``"commercial"``: their licence says that commercial use is allowed.
``"research"``: it is known, and allows other use at least. ``"any"``: whatever it is.

Duties such as naming the author, sharing alike or making no derivatives are no part of this.
"""

_TERM = "(?:by|nc|nd|sa)"
_CREATIVE_COMMONS = re.compile(
    rf"https?://(?:www\.)?creativecommons\.org/licenses/({_TERM}(?:-{_TERM})*)/", re.IGNORECASE
)
_VERSION = re.compile(r"/(\d\.\d)(?:/|$)")
_ZERO = re.compile(r"https?://(?:www\.)?creativecommons\.org/publicdomain/zero/1\.0", re.IGNORECASE)
_PUBLIC_DOMAIN = re.compile(
    r"https?://(?:www\.)?"
    r"(?:creativecommons\.org/publicdomain|flickr\.com/commons/usage|usa\.gov)(?:/|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class License:
    """A licence and what it allows; null where its address does not tell."""

    id: str
    """The source's own number or name for it."""
    name: str
    url: str
    commercial: bool | None
    derivatives: bool | None
    share_alike: bool | None


def license_from_url(id: str, name: str, url: str) -> License:
    """Read the terms of a licence from its address.

    Example:
        >>> license_from_url("1", "", "http://creativecommons.org/licenses/by-nc-sa/2.0/")
        License(id='1', name='', url='http://creativecommons.org/licenses/by-nc-sa/2.0/', \
commercial=False, derivatives=True, share_alike=True)
    """
    if match := _CREATIVE_COMMONS.match(url):
        terms = match[1].lower().split("-")
        return License(id, name, url, "nc" not in terms, "nd" not in terms, "sa" in terms)
    if _PUBLIC_DOMAIN.match(url):
        return License(id, name, url, commercial=True, derivatives=True, share_alike=False)
    return License(id, name, url, commercial=None, derivatives=None, share_alike=None)


def code_of(url: str) -> str | None:
    """The short name of a licence of Creative Commons, from its address.

    Example:
        >>> code_of("http://creativecommons.org/licenses/by-nc-sa/2.0/")
        'cc-by-nc-sa-2.0'
    """
    if _ZERO.match(url):
        return "cc0-1.0"
    match = _CREATIVE_COMMONS.match(url)
    version = _VERSION.match(url, match.end() - 1) if match else None
    return f"cc-{match[1]}-{version[1]}".lower() if match and version else None


def is_allowed(terms: Mapping[str, Any], use: Use) -> bool:
    """Whether the terms of a licence allow a use.

    Args:
        terms: of `mmgen_datasets.schema.LICENSE`; what is unknown is missing or null.
        use: what for.

    Example:
        >>> is_allowed({"commercial": False}, "research"), is_allowed({}, "research")
        (True, False)
    """
    commercial = terms.get("commercial")
    return use == "any" or (commercial is not None and (commercial or use == "research"))


def name_of(terms: Mapping[str, Any]) -> str:
    """What a licence is called.

    Example:
        >>> name_of({"name": "", "url": "https://creativecommons.org/licenses/by/2.0/"})
        'https://creativecommons.org/licenses/by/2.0/'
    """
    return terms.get("name") or terms.get("url") or "unknown licence"
