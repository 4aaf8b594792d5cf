"""What a licence's address says, and what only looks as if it did."""

from __future__ import annotations

import pytest

from mmgen_datasets.licence import license_from_url

FREE = (True, True, False)
UNKNOWN = (None, None, None)


def terms(url: str) -> tuple[bool | None, bool | None, bool | None]:
    found = license_from_url("1", "", url)
    return found.commercial, found.derivatives, found.share_alike


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://creativecommons.org/licenses/by/2.0/", FREE),
        ("https://creativecommons.org/licenses/by/4.0", FREE),
        ("https://www.creativecommons.org/licenses/by-sa/2.0/", (True, True, True)),
        ("https://creativecommons.org/licenses/by-nc-nd/2.0/", (False, False, False)),
        ("HTTPS://CreativeCommons.org/licenses/BY-NC/2.0/", (False, True, False)),
        ("https://creativecommons.org/publicdomain/zero/1.0/", FREE),
        ("http://flickr.com/commons/usage/", FREE),
        ("https://www.flickr.com/commons/usage", FREE),
        ("http://www.usa.gov/copyright.shtml", FREE),
    ],
)
def test_an_address_tells_its_terms(
    url: str, expected: tuple[bool | None, bool | None, bool | None]
) -> None:
    assert terms(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://notusa.gov/x",
        "https://usa.gov.example.com/",
        "https://usa.gov@example.com/",
        "https://example.com/usa.gov/",
        "https://notflickr.com/commons/usage/",
        "https://flickr.com/photos/1",
        "https://notcreativecommons.org/licenses/by/2.0/",
        "https://example.com/?from=https://creativecommons.org/licenses/by/2.0/",
        "https://creativecommons.org/licenses/sampling/1.0/",
        "https://creativecommons.org/licenses/",
    ],
)
def test_an_address_of_anything_else_tells_nothing(url: str) -> None:
    assert terms(url) == UNKNOWN
