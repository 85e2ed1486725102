"""How old an inverter's measurements are, told by times in them of which nobody knows the zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
import time
from typing import Any

from ..model.json_values import moment, surely_past
from .readings import folded

_STAMPS = ("creationdate", "rtctime")
"""When the cloud took the measurements in, and the inverter's own clock."""
_NOT_KNOWN = (None, "", "--")


class Standstill:
    """Watches the stamps of one inverter's measurements.

    They are of now as long as they move on. What they say by themselves counts at the start only:
    a clock that is wrong, but runs, belongs to an inverter that measures.
    """

    __slots__ = ("_age", "_seen_at", "_stamps")

    def __init__(self) -> None:
        """Know of no measurements yet."""
        self._stamps: tuple[Any, ...] | None = None
        self._seen_at = 0.0
        self._age = 0.0

    def age(self, body: Mapping[str, Any]) -> float:
        """Return how old the measurements of an answer are at least, s."""
        stamps = tuple(value for name, value in body.items() if folded(str(name)) in _STAMPS)
        now = time.monotonic()
        if all(stamp in _NOT_KNOWN for stamp in stamps):
            return 0.0
        if stamps != self._stamps:
            self._age = _age_of(stamps) if self._stamps is None else 0.0
            self._stamps, self._seen_at = stamps, now
        return self._age + now - self._seen_at


def _age_of(stamps: tuple[Any, ...]) -> float:
    """Return how long ago the newest stamp surely was, s."""
    moments = [at for stamp in stamps if (at := moment(stamp, UTC)) is not None]
    return surely_past(max(moments), time.time()) if moments else 0.0
