"""How the reports of a parallel system are read: the whole, and each inverter by its serial.

The system's own serial number is its master's. The whole has no serial number at all, and its
place in the list is not relied upon.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model.source import Reading
from .context import Context, reading, text_of
from .messages import message_class
from .models import is_inverter
from .plan import Plan, plan_for, told_in_full
from .tables import UNIT_STREAM

_UNIT = plan_for(message_class("ParallelStream"), UNIT_STREAM, {})
_EXPLICIT_UNIT = told_in_full(_UNIT)


def devices(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/12: which inverters there are."""
    for group in message.para_dev_list:
        for serial in (group.dev_sn, *(device.dev_sn for device in group.para_dev)):
            if (serial := text_of(serial)) and is_inverter(serial):
                context.announce_unit(serial)
    yield from ()


def stream(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/50, which stands in for the energy stream of a single system."""
    for entry in message.para_energy_stream:
        if entry.bpSoc > 100:  # 999: no battery
            entry.ClearField("bpSoc")
            if not entry.bpPwr:
                entry.ClearField("bpPwr")
        serial = text_of(entry.dev_sn)
        if serial and is_inverter(serial):
            context.announce_unit(serial)
            yield reading(context, serial, entry, _EXPLICIT_UNIT if plan.explicit else _UNIT)
        elif not entry.dev_sn:
            told = reading(context, context.serial, entry, plan)
            context.balance.add(told.values)
            yield told


def history(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 96/51: the minutes of the whole are kept, never shown as live."""
    for minute in message.para_energy_stream_detail:
        if not minute.dev_sn:
            values = {
                field.name: value
                for field, value in minute.ListFields()
                if not isinstance(value, str)
            }
            context.keep_minute(minute.timestamp, values)
    yield from ()
