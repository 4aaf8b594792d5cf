"""What a licence allows, read from its address.

A Creative Commons address names its own terms (``…/licenses/by-nc-sa/2.0/``). The two
statements that Flickr offers beside them, and that COCO carries as licences 7 and 8, have no
terms of that kind: "no known copyright restrictions" (https://www.flickr.com/commons/usage/)
and "United States Government Work" (https://www.usa.gov/copyright.shtml).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TERM = "(?:by|nc|nd|sa)"
_CREATIVE_COMMONS = re.compile(
    rf"https?://(?:www\.)?creativecommons\.org/licenses/({_TERM}(?:-{_TERM})*)/", re.IGNORECASE
)
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
