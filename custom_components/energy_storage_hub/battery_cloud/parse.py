"""Values of unknown spelling: numbers as text, flags as numbers, dates in three formats.

Nothing here raises: what cannot be read is None, "not known".
"""

from __future__ import annotations

from datetime import datetime, tzinfo
import math
import re
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.{0,20}", re.ASCII)
_MILLISECONDS = 100_000_000_000
"""Smaller numbers are no time in milliseconds of this half of the century."""

_FLAGS: dict[object, bool] = {"true": True, "1": True, "false": False, "0": False}


def number(value: Any) -> float | None:
    """Read a finite number, also one that is written as text."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if math.isfinite(result) else None


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


def moment(value: Any, zone: tzinfo) -> float | None:
    """Read a point in time, Unix seconds: ISO, `YYYY-MM-DD HH:MM:SS` or milliseconds.

    A time that does not name its zone is one of `zone`.
    """
    if (milliseconds := number(value)) is not None:
        return milliseconds / 1000 if milliseconds >= _MILLISECONDS else None
    if not isinstance(value, str) or not _DATE.fullmatch(value.strip()):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        return (time if time.tzinfo else time.replace(tzinfo=zone)).timestamp()
    except ValueError, OverflowError:
        return None
