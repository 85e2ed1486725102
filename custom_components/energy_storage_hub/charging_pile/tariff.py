"""The tariff of a pile: twelve slots that cover the day, each with a price for the energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..model.source import SourceInputError
from .commands_tariff import SLOTS
from .fields import Values

_DAY = 48
"""Half hours of a day."""

_HIGHEST_PRICE = 1000.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A price from one half hour to another."""

    first: int
    """Half hours since midnight."""
    last: int
    price: float
    """CNY/kWh, in steps of 0.01."""

    @property
    def start(self) -> str:
        """Return when it begins, H:MM."""
        return _clock(self.first)

    @property
    def end(self) -> str:
        """Return when it ends, H:MM; midnight is 24:00."""
        return _clock(self.last)

    def as_dict(self) -> dict[str, Any]:
        """Return it as an action's answer shows it."""
        return {"start": self.start, "end": self.end, "price": self.price}


def _clock(half_hours: int) -> str:
    return f"{half_hours // 2:02}:{half_hours % 2 * 30:02}"


def read_slots(values: Values) -> tuple[Slot, ...]:
    """Return the slots of 1102 that are not empty; neighbours with the same price are one."""
    slots: list[Slot] = []
    for number in range(1, SLOTS + 1):
        if f"energy_price_{number}" not in values:
            break
        slot = Slot(
            _half_hours(values, "start", number),
            _half_hours(values, "end", number),
            values[f"energy_price_{number}"],
        )
        if slot.last <= slot.first:
            continue
        if slots and (slots[-1].last, slots[-1].price) == (slot.first, slot.price):
            slots[-1] = replace(slots[-1], last=slot.last)
        else:
            slots.append(slot)
    return tuple(slots)


def _half_hours(values: Values, side: str, number: int) -> int:
    hour: int = values[f"{side}_hour_{number}"]
    minute: int = values[f"{side}_minute_{number}"]
    return 2 * hour + minute // 30


def check_slots(typed: Sequence[Mapping[str, Any]]) -> tuple[Slot, ...]:
    """Return a tariff as a person wrote it.

    Raises SourceInputError unless it ascends, covers the day and changes at half hours only.
    """
    if not 1 <= len(typed) <= SLOTS:
        raise SourceInputError("number of slots", "tariff_slots", count=str(SLOTS))
    slots: list[Slot] = []
    for entry in typed:
        slot = Slot(_parse(entry["start"]), _parse(entry["end"]), round(float(entry["price"]), 2))
        if slot.first != (slots[-1].last if slots else 0) or slot.last <= slot.first:
            raise SourceInputError("slots have gaps", "tariff_gap", start=slot.start)
        if not 0 <= slot.price <= _HIGHEST_PRICE:
            raise SourceInputError("price", "tariff_price", start=slot.start)
        slots.append(slot)
    if slots[-1].last != _DAY:
        raise SourceInputError("slots end early", "tariff_gap", start=slots[-1].end)
    return tuple(slots)


def _parse(text: str) -> int:
    """Return a time of day, H:MM or HH:MM:SS, in half hours."""
    hour, _, minute = str(text).partition(":")
    minute = minute.removesuffix(":00") if len(minute) > 2 else minute
    if not (hour.isdecimal() and minute in ("00", "30")):
        raise SourceInputError("time", "tariff_time", time=str(text)[:20])
    half_hours = 2 * int(hour) + int(minute) // 30
    if half_hours > _DAY:
        raise SourceInputError("time", "tariff_time", time=str(text)[:20])
    return half_hours


def write_slots(slots: Sequence[Slot]) -> Values:
    """Return the fields of 1103: always twelve slots, the longest are halved until there are."""
    all_slots = list(slots)
    while len(all_slots) < SLOTS:
        at = max(range(len(all_slots)), key=lambda i: all_slots[i].last - all_slots[i].first)
        slot = all_slots[at]
        middle = (slot.first + slot.last) // 2
        all_slots[at : at + 1] = [replace(slot, last=middle), replace(slot, first=middle)]
    values: Values = {}
    for number, slot in enumerate(all_slots, start=1):
        values[f"start_hour_{number}"], start_half = divmod(slot.first, 2)
        values[f"end_hour_{number}"], end_half = divmod(slot.last, 2)
        values[f"start_minute_{number}"] = 30 * start_half
        values[f"end_minute_{number}"] = 30 * end_half
        values[f"energy_price_{number}"] = slot.price
    return values
