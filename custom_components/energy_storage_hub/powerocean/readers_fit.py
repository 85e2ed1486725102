"""How the reports of PowerOcean DC Fit are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import time
from typing import Any

from ..model.convert import converter
from ..model.source import Reading
from .context import Context, reading, text_of
from .lives import report_name
from .plan import Plan
from .rows import by_state
from .tables import FIT_HEARTBEAT, FIT_HOURS, POWER_FACTORS

_MODEL = "PowerOcean battery"
_STREAM = (96, 33)

_MINUTE = 60.0
_NEW = 150.0
"""A minute that began longer ago than that is history, s."""
_LIVE = 90.0
"""The stream was open so lately that its own reports are newer, s."""

_HOURS = {int(row.state.removeprefix("watth")): (row.key, converter(row)) for row in FIT_HOURS}
"""Number of the flow -> what it is a state of."""


_FACTORS = tuple((row.key, converter(row)) for row in POWER_FACTORS)

_CHARGE = tuple(by_state(FIT_HEARTBEAT)[state].key for state in ("bpSoc", "bpRemainWatth"))
_BATTERY = frozenset(
    (*_CHARGE, *(by_state(FIT_HEARTBEAT)[state].key for state in ("bpDsgTime", "bpChgDsgSta")))
)


def heartbeat(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/1. It has battery values, all zero, of an installation without packs, too."""
    told = reading(context, context.serial, message, plan)
    values = dict(told.values)
    if len(message.meter_power_factor) == len(_FACTORS):
        for (key, convert), factor in zip(_FACTORS, message.meter_power_factor, strict=True):
            values[key] = convert(factor)
    if not context.slots and all(values.get(key) == 0 for key in _CHARGE):
        values = {key: value for key, value in values.items() if key not in _BATTERY}
    yield replace(told, values=values)


def packs(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/108: packs are told apart by serial number, without one by their place."""
    for slot, pack in enumerate(message.bp_info, start=1):
        serial = text_of(pack.bp_sn)
        if serial:
            context.slots[slot] = serial
        elif pack.ListFields():
            serial = context.slots.setdefault(slot, f"{context.serial}-{slot}")
        else:
            continue  # an empty slot
        _announce(context, serial, slot)
        yield reading(context, serial, pack, plan)


def bms(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/111: one pack a message."""
    serial = text_of(message.bp_sn)
    if serial:
        context.slots.setdefault(message.bp_dsrc or 1, serial)
        _announce(context, serial, message.bp_dsrc or 1)
        yield reading(context, serial, message, plan)


def _announce(context: Context, serial: str, slot: int) -> None:
    """A pack keeps the number it was found with: a later list may hold one pack only."""
    if not context.is_known(serial):
        context.announce(serial, "fit_pack", _MODEL, slot)


def minutes(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/34: all that a Fit sends of its powers while the stream is closed.

    It replays old minutes too, so only a new one is shown.
    """
    newest = None
    for minute in message.sys_energy_stream:
        values = {field.name: value for field, value in minute.ListFields()}
        context.keep_minute(minute.timestamp, values)
        if newest is None or minute.timestamp > newest.timestamp:
            newest = minute
    if newest is None or context.heard_within(_STREAM, _LIVE):
        return
    age = time.time() - newest.timestamp
    if 0 <= age < _NEW:
        told = reading(context, context.serial, newest, plan)
        yield replace(told, report=report_name(_STREAM), age=max(0.0, age - _MINUTE))


def hours(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 254/32: the energies of a day by hour, of one flow."""
    item = message.watth_item
    watth = tuple(item.watth)
    newest = context.keep_hours(item.timestamp, item.watth_type, watth)
    told = _HOURS.get(item.watth_type)
    if newest and told is not None and watth:
        key, convert = told
        yield Reading(context.serial, {key: convert(sum(watth))})
