"""Changing a setting of a device: refused, confirmed, or not known, and never assumed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..model.source import (
    Reading,
    Source,
    SourceConnectionError,
    SourceInputError,
    SourceRefusedError,
)
from ..model.states import SettingRow, StateRow, Value

type Values = Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Range:
    """What a number may be: the unit is that of the state."""

    least: float
    most: float
    step: float


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that a device was asked for and has not shown yet."""

    row: SettingRow
    wanted: Value
    shown: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


def range_of(row: SettingRow, values: Values) -> Range | None:
    """Return what a setting may be now; None while a state that says so is not known."""
    least, most = _bound(row.least, values), _bound(row.most, values)
    if least is None or most is None or least > most:
        return None
    return Range(least, most, row.step)


def _bound(bound: float | StateRow, values: Values) -> float | None:
    if isinstance(bound, StateRow):
        value = values.get(bound.key)
        return value if isinstance(value, int | float) else None
    return bound


def check(row: SettingRow, values: Values, value: Value) -> None:
    """Raise SourceRefusedError, SourceInputError among them, for what a setting cannot be now."""
    if isinstance(value, bool) or value in row.options:
        return
    if row.options:
        raise SourceInputError("not to be chosen", "setting_no_option")
    allowed = range_of(row, values)
    if allowed is None:
        raise SourceRefusedError("the range is not known", "setting_range_unknown")
    if not isinstance(value, int | float) or not allowed.least <= value <= allowed.most:
        raise SourceInputError(
            "out of range",
            "setting_out_of_range",
            least=f"{allowed.least:g}",
            most=f"{allowed.most:g}",
        )
    steps = (value - allowed.least) / allowed.step
    if abs(steps - round(steps)) > 1e-6:
        # Not rounded: nobody asked for what would come of it.
        raise SourceInputError(
            "between two steps",
            "setting_off_step",
            least=f"{allowed.least:g}",
            step=f"{allowed.step:g}",
        )


class Changing:
    """The changes under way, at most one for each setting of each device."""

    def __init__(self) -> None:
        """Begin with none."""
        self._changes: dict[tuple[str, str], _Change] = {}

    def __bool__(self) -> bool:
        """Whether any change is under way."""
        return bool(self._changes)

    async def change(
        self, source: Source, values: Values, serial: str, row: SettingRow, value: Value
    ) -> None:
        """Ask for another value, and return when a report that came after shows it.

        Raises SourceError: for a value that cannot be, for what the device refused, and when it
        has not shown the value in the time that its row gives it. Nothing is sent again.
        """
        check(row, values, value)
        if (serial, row.shown_by) in self._changes:
            raise SourceRefusedError("another change is under way", "setting_busy")
        change = self._changes[serial, row.shown_by] = _Change(row, value)
        try:
            async with asyncio.timeout(row.within):
                await source.change_setting(serial, row.setting, value)
                await change.shown
        except TimeoutError as err:
            raise SourceConnectionError("not confirmed", "setting_not_confirmed") from err
        finally:
            del self._changes[serial, row.shown_by]

    def take(self, reading: Reading) -> None:
        """Look whether a report shows what was asked for."""
        for (serial, key), change in self._changes.items():
            shown = serial == reading.serial and _is(reading.values.get(key), change)
            if shown and not change.shown.done():
                change.shown.set_result(None)


def _is(value: Value | None, change: _Change) -> bool:
    wanted, step = change.wanted, change.row.step
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        return value == wanted
    return isinstance(value, int | float) and abs(value - wanted) < step / 2
