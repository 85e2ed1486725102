"""Numbers and times out of JSON, where nobody promises what they look like."""

from __future__ import annotations

from datetime import datetime, tzinfo
import math
import re
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.{0,20}", re.ASCII)
_MILLISECONDS = 100_000_000_000
"""Smaller numbers are no time in milliseconds of this half of the century."""

_ANY_ZONE = 26 * 3600.0
"""No two clocks on earth are further apart, s: from UTC-12 to UTC+14."""


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


def surely_past(moment: float, now: float) -> float:
    """Return how long ago a moment was, s; 0 where its zone may be wrong by so much."""
    passed = now - moment
    return passed if passed > _ANY_ZONE else 0.0
