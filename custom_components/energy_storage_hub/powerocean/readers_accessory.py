"""How the reports of the accessories are read: wall box, heating rod, heat pump, plugs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..model.source import Reading
from ..model.states import StateRow
from .context import Context, Reader, reading, text_of
from .plan import Plan
from .rows import by_state
from .tables import HEATING_ROD_TIMERS, SMART_PLUG_PRIORITY, WALL_BOX_TIMERS

_WALL_BOX = ("wall_box", "PowerPulse")
_PILE = ("wall_box", "PowerPulse 2")
_ROD = ("heating_rod", "PowerGlow")
_PUMP = ("heat_pump", "Heat pump")
_PLUG = ("smart_plug", "Smart plug")


def part(kind: str, model: str, serial_field: str) -> Reader:
    """Read a message about one part that carries its own serial number."""

    def read(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
        if serial := text_of(getattr(message, serial_field)):
            context.announce(serial, kind, model)
            yield reading(context, serial, message, plan)

    return read


wall_box = part(*_WALL_BOX, "ev_sn")
rod = part(*_ROD, "hr_sn")
pump = part(*_PUMP, "hp_sn")


def wall_boxes(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 209/33: the power of each wall box, which is left out where it is zero."""
    for box in message.ev_stream_show:
        if serial := text_of(box.ev_sn):
            context.announce(serial, *_WALL_BOX)
            yield reading(context, serial, box, plan)


def rods(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 212/33: the power of each rod by origin, zeros left out."""
    for entry in message.hr_energy_stream:
        yield from rod(context, entry, plan)


def rod_run_data(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 212/50; with nothing but the serial number it is the question, not the answer."""
    if len(message.ListFields()) > 1:
        yield from rod(context, message, plan)


def rod_history(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 212/34, which replays old minutes: it says that the rod is there, no more."""
    for minute in message.hr_energy_stream:
        if serial := text_of(minute.hr_sn):
            context.announce(serial, *_ROD)
    yield from ()


def _timers(kind: str, model: str, serial_field: str, rows: Iterable[StateRow]) -> Reader:
    states = by_state(rows)
    enabled, active = states["enabledTasks"].key, states["isEffect"].key

    def read(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
        if serial := text_of(getattr(message, serial_field)):
            context.announce(serial, kind, model)
            tasks = [task for task in message.time_task_cfg if task.is_enable]
            yield Reading(
                serial,
                {enabled: len(tasks), active: any(task.is_effect for task in tasks)},
            )

    return read


wall_box_timers = _timers(*_WALL_BOX, "ev_sn", WALL_BOX_TIMERS)
rod_timers = _timers(*_ROD, "hr_sn", HEATING_ROD_TIMERS)

_PLACE = by_state(SMART_PLUG_PRIORITY)["devPrio"].key
_TAKES_SURPLUS = by_state(SMART_PLUG_PRIORITY)["enable"].key


_PLUG_ADDRESS = 213

_KINDS = {
    "plugParam": _PLUG,
    "plugRunData": _PLUG,
    "pileChargingParamReport": _PILE,
    "pile_charging_runData": _PILE,
}
"""Part of a report about an energy device -> what it is: they share the routes."""


def energy_device(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 241/3, or an entry of 241/44: of smart plugs and wall boxes."""
    serial = text_of(message.dev_info.dev_sn)
    kind = next(
        (_KINDS[field.name] for field, _ in message.ListFields() if field.name in _KINDS), None
    )
    if serial and kind:
        context.announce(serial, *kind)
        yield reading(context, serial, message, plan)


def run_data(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 241/44."""
    for entry in message.runData:
        yield from energy_device(context, entry, plan)


def energy_devices(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 240/33: what smart plugs draw. Other devices have reports of their own."""
    for entry in message.energy:
        serial = text_of(entry.dev_info.dev_sn)
        if serial and entry.dev_info.dev_addr == _PLUG_ADDRESS:
            context.announce(serial, *_PLUG)
            yield reading(context, serial, entry, plan)


def priorities(context: Context, message: Any, plan: Plan) -> Iterator[Reading]:
    """Read 240/2 for the devices that have reported themselves."""
    for entry in message.dev_prio_report:
        serial = text_of(entry.dev_info.dev_sn)
        if serial and context.is_known(serial):
            yield Reading(serial, {_PLACE: entry.dev_prio, _TAKES_SURPLUS: entry.enable})
