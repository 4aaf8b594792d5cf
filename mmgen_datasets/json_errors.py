"""What goes wrong with bytes that are to be JSON."""

from __future__ import annotations

import msgspec

NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `msgspec.json.decode` raises: of the form, of a string that is no UTF-8, and of brackets
within brackets a thousand deep."""
