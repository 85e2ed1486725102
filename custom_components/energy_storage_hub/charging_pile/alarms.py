"""The alarm bits of command 108: 20 bytes of eight, lowest bit first.

Two implementations and the codes 2000 + n of the "highest alarm" agree that the first name of a
byte is its bit 0; an older table is shifted by one (its byte 1 begins with the emergency stop).
Reserved bits have no name. The same name in several bytes is the same alarm for a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
import re

BYTES = 20
"""Bytes of the alarm field that have names; the other twelve have none."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm bit."""

    index: int
    """Eight times the byte, counted from zero, plus the bit; 2000 more is the alarm's code."""
    slug: str
    name: str
    """As a person reads it, with the byte where several have the same name."""


_NAMES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        1,
        (
            "",
            "Emergency stop",
            "Insulation fault",
            "DC output overvoltage",
            "DC output undervoltage",
            "Soft start failed",
            "DC output reverse polarity",
            "DC contactor fault",
        ),
    ),
    (
        2,
        (
            "Module fault",
            "AC input overvoltage",
            "AC input undervoltage",
            "AC input overfrequency",
            "AC input underfrequency",
            "Module communication fault",
            "Module type mismatch",
            "System auxiliary power lost",
        ),
    ),
    (
        3,
        (
            "DC output open circuit",
            "Air inlet overtemperature protection",
            "Air inlet low temperature protection",
            "Air outlet overtemperature protection",
            "Group charging module overtemperature",
            "Surge protection fault",
            "AC contactor fault",
            "Connector head overtemperature",
        ),
    ),
    (
        4,
        (
            "DC output overcurrent",
            "Connector lock fault",
            "Connector disabled in fast charging window",
            "Door protection",
            "CAN3 communication error",
            "Group charging module communication fault",
            "Input phase loss",
            "Control pilot fault",
        ),
    ),
    (
        5,
        (
            "Module not ready",
            "",
            "Connector lock failed to unlock",
            "Connector lock failed to lock",
            "Soft start failed (module off)",
            "Soft start failed (no battery voltage)",
            "Grid voltage high",
            "Grid voltage low",
        ),
    ),
    (
        6,
        (
            "Insulation abnormal",
            "Output short circuit",
            "Module overtemperature",
            "Module abnormal",
            "",
            "",
            "",
            "",
        ),
    ),
    (
        7,
        (
            "",
            "",
            "",
            "Emergency stop",
            "Smoke detector fault",
            "AC input circuit breaker fault",
            "Output high-voltage contactor fault",
            "Output high-voltage fuse fault",
        ),
    ),
    (
        8,
        (
            "Electronic lock fault",
            "Fan fault",
            "Surge arrester fault",
            "Insulation monitoring fault",
            "Battery reverse connection",
            "Control pilot fault while charging",
            "Charger overtemperature",
            "Charging interface overtemperature",
        ),
    ),
    (
        9,
        (
            "Connector not returned to holder",
            "BMS communication fault",
            "Input overvoltage",
            "Input undervoltage",
            "Output overvoltage",
            "Output undervoltage",
            "Output overcurrent",
            "Module fault",
        ),
    ),
    (
        10,
        (
            "Module AC input fault",
            "Module AC input overvoltage",
            "Module AC input undervoltage",
            "Module AC input phase loss",
            "Module DC output short circuit",
            "Module DC output overcurrent",
            "Module DC output overvoltage",
            "Module DC output undervoltage",
        ),
    ),
    (
        11,
        (
            "Charging module overtemperature",
            "Charging module communication fault",
            "Charging module fan fault",
            "Door fault",
            "DC output contactor welded",
            "Insulation monitoring warning",
            "Discharge circuit fault",
            "Charging pile overtemperature warning",
        ),
    ),
    (
        12,
        (
            "Connector overtemperature warning",
            "AC input contactor fault",
            "AC input contactor welded",
            "Auxiliary power fault",
            "Parallel contactor fault",
            "Parallel contactor welded",
            "Heartbeat timeout",
            "",
        ),
    ),
    (
        13,
        (
            "",
            "",
            "",
            "",
            "Display communication warning",
            "Meter communication warning",
            "Card reader communication warning",
            "CAN1 bus error",
        ),
    ),
    (
        14,
        (
            "BMS bus error",
            "Group or parallel charging communication error",
            "Stopped by slave fault",
            "Charging record upload failed",
            "Tariff parameter abnormal",
            "Registration invalid",
            "Version check timeout",
            "Parameter setting not answered",
        ),
    ),
    (
        15,
        (
            "Heartbeat reception timeout",
            "Time synchronization timeout",
            "Data synchronization timeout",
            "Protocol version mismatch",
            "Metering abnormal",
            "Configuration mismatch",
            "Synchronization data length mismatch",
            "CAN port transmit abnormal",
        ),
    ),
    (
        16,
        (
            "CAN port transmit fault",
            "Reading of date and time failed",
            "Initial configuration read timeout",
            "Initial configuration write timeout",
            "Initial configuration synchronization failed",
            "Meter 2 communication warning",
            "Energy data update abnormal",
            "Meter data acquisition abnormal",
        ),
    ),
    (
        17,
        (
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
        ),
    ),
    (
        18,
        (
            "Input overvoltage fault",
            "Input undervoltage fault",
            "Input overvoltage warning",
            "Input undervoltage warning",
            "Input overfrequency",
            "Input underfrequency",
            "AC contactor fault",
            "Auxiliary power lost",
        ),
    ),
    (
        19,
        (
            "Surge arrester fault",
            "Emergency stop",
            "Door warning",
            "Air inlet overtemperature",
            "Air inlet low temperature",
            "Air outlet overtemperature",
            "Group charging module overtemperature",
            "Group charging module communication fault",
        ),
    ),
    (
        20,
        (
            "Meter communication fault",
            "Charging module communication fault",
            "",
            "",
            "",
            "",
            "",
            "",
        ),
    ),
)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _alarms() -> Iterator[Alarm]:
    """Yield the alarms; a name that several bytes use is followed by its byte."""
    uses = Counter(name for _, names in _NAMES for name in names)
    for byte, names in _NAMES:
        for bit, name in enumerate(names):
            if name:
                shown = name if uses[name] == 1 else f"{name} (byte {byte})"
                yield Alarm(8 * (byte - 1) + bit, _slug(name), shown)


ALARMS: tuple[Alarm, ...] = tuple(_alarms())
"""All alarms that have a name."""


def active(bits: bytes) -> frozenset[int]:
    """Return the indices of the alarms that are set, with and without a name."""
    return frozenset(
        8 * at + bit for at, byte in enumerate(bits) if byte for bit in range(8) if byte >> bit & 1
    )
