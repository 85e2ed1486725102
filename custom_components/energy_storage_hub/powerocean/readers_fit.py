"""How the reports of PowerOcean DC Fit are read."""

from __future__ import annotations

from collections.abc import Iterator
import time
from typing import Any

from ..model.convert import converter
from ..model.source import Reading
from .context import Context, reading, text_of
from .plan import Plan
from .tables import FIT_HOURS

_MODEL = "PowerOcean battery"
_STREAM = (96, 33)

_NEW = 150.0
"""A minute that began longer ago than that is history, s."""
_LIVE = 90.0
"""The stream was open so lately that its own reports are newer, s."""

_HOURS = {int(row.state.removeprefix("watth")): (row.key, converter(row)) for row in FIT_HOURS}
"""Number of the flow -> what it is a state of."""


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
        yield reading(serial, pack, plan)


def bms(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/111: one pack a message."""
    serial = text_of(message.bp_sn)
    if serial:
        _announce(context, serial, message.bp_dsrc or 1)
        yield reading(serial, message, plan)


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
    if 0 <= time.time() - newest.timestamp < _NEW:
        yield reading(context.serial, newest, plan)


def hours(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 254/32: the energies of a day by hour, of one flow."""
    item = message.watth_item
    watth = tuple(item.watth)
    newest = context.keep_hours(item.timestamp, item.watth_type, watth)
    told = _HOURS.get(item.watth_type)
    if newest and told is not None and watth:
        key, convert = told
        yield Reading(context.serial, {key: convert(sum(watth))})
