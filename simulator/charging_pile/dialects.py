"""The dialects that piles speak: older ones are shorter, their records have other commands."""

from __future__ import annotations

from dataclasses import dataclass, field

from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a pile speaks."""

    version: float = 5.2
    """Of the protocol."""
    info: int = 0x03
    lengths: dict[Cmd, int] = field(default_factory=dict)
    """Bytes of data of a command where it is not all of them; more are filled with zeros."""
    record: Cmd = Cmd.CHARGE_RECORD_HIGH_PRECISION
    """Command of a record where the server allows three decimals; 202 where it does not."""
    idle_meter: bool = True
    """Whether an idle connector tells its meter's reading rather than 0."""
    late_answer: bool = False
    """Whether a start is acknowledged only when charging has begun."""


NEWEST = Dialect()
V2_9 = Dialect(
    2.9,
    lengths={
        Cmd.HEARTBEAT: 38,
        Cmd.STATUS_REPORT: 191,
        Cmd.LOGIN: 100,
        Cmd.CHARGE_RECORD: 288,
    },
    record=Cmd.CHARGE_RECORD,
    idle_meter=False,
)
V2_6 = Dialect(
    2.6,
    0x10,
    {
        Cmd.START_CHARGING_RESPONSE: 41,
        Cmd.HEARTBEAT: 38,
        Cmd.STATUS_REPORT: 172,
        Cmd.LOGIN: 96,
    },
    Cmd.CHARGE_RECORD,
    late_answer=True,
)
V3_WIDE = Dialect(3.0, record=Cmd.CHARGE_RECORD_WIDE)
LONGER = Dialect(
    5.3,
    lengths={Cmd.STATUS_REPORT: 250, Cmd.LOGIN: 140, Cmd.CHARGE_RECORD_HIGH_PRECISION: 396},
)

DIALECTS = {
    "newest": NEWEST,
    "2.9": V2_9,
    "2.6": V2_6,
    "3.0": V3_WIDE,
    "longer": LONGER,
}
