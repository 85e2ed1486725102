"""Values of unknown spelling: flags as numbers, ids as numbers, texts with anything in them.

Nothing here raises: what cannot be read is None, "not known".
"""

from __future__ import annotations

from typing import Any

_FLAGS: dict[object, bool] = {"true": True, "1": True, "false": False, "0": False}


def flag(value: Any) -> bool | None:
    """Read a yes or no: true, 1, "true", "1" and their opposites."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return _FLAGS.get(str(value).strip().lower())
    return None


def text(value: Any) -> str | None:
    """Read a text; whole numbers are texts too, ids above 2^53 among them."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    try:
        plain = str(value)
    except ValueError:  # a number of thousands of digits
        return None
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:255] or None
