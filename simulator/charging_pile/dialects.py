"""The dialects that piles speak: older ones are shorter, their records have other commands."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a pile speaks."""

    version: int = 52
    """Protocol version times ten."""
    info: int = 0x03
    lengths: dict[int, int] = field(default_factory=dict)
    """Bytes of data of a command where it is not all of them; more are filled with zeros."""
    record: int = 222
    """Command of a record where the server allows three decimals; 202 where it does not."""
    idle_meter: bool = True
    """Whether an idle connector tells its meter's reading rather than 0."""
    late_answer: bool = False
    """Whether a start is acknowledged only when charging has begun."""


NEWEST = Dialect()
V2_9 = Dialect(29, lengths={104: 191, 106: 100, 102: 38, 202: 288}, record=202, idle_meter=False)
V2_6 = Dialect(26, 0x10, {104: 172, 106: 96, 102: 38, 8: 41}, 202, late_answer=True)
V3_WIDE = Dialect(30, record=206)
LONGER = Dialect(53, lengths={104: 250, 106: 140, 222: 396})

DIALECTS = {
    "newest": NEWEST,
    "2.9": V2_9,
    "2.6": V2_6,
    "3.0": V3_WIDE,
    "longer": LONGER,
}
