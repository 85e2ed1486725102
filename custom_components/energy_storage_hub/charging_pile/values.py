"""From the fields of a frame to the values of states: what has to be made of several fields.

Each function takes decoded fields, in their units, and returns them with what was made, under
the names that the state tables use. `Converter` then turns them into states as the tables' rows
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..model.convert import Convert, converter
from ..model.states import StateRow, Value
from .alarms import ALARMS, BYTES, active
from .clock import Clock
from .command_numbers import Cmd
from .commands import COMMANDS
from .fields import HALF_HOURS, Values
from .rows import Report
from .states_connector import DC_ONLY, HALF_HOUR_ENERGIES, LAST_ENERGY, PLUGGED_IN
from .states_pile import ACTIVE, ALARM, ALARM_BITS, NO_ALARM, TARIFF, UNKNOWN_BITS
from .tariff import read_slots

CHARGING = 2
_RESERVED = 5
_NOT_POSSIBLE = (6, 7)
_AC = 2
_HIGHEST_CELL = 6.0
"""V that no lithium cell is charged to."""
_OLDEST, _NEWEST = 1985, 2100

_ENERGY_STEP = {
    command.number: field.scale
    for command in COMMANDS.values()
    if (field := command.by_key.get("session_energy"))
}
"""kWh that one step of a session's energy is, by command."""

_MAX_CELL_VOLTAGE = COMMANDS[Cmd.BMS_REPORT].by_key["bcp_max_cell_voltage"]

_SLUGS = {alarm.index: alarm.slug for alarm in ALARMS}


class Converter:
    """Turns the fields of a report into states."""

    def __init__(self, command: Cmd, rows: Iterable[StateRow]) -> None:
        """Know the states that this command tells."""
        report = Report(command).key
        self._plan: tuple[tuple[str, str, Convert], ...] = tuple(
            (row.key, row.source, converter(row)) for row in rows if row.report == report
        )

    def states(self, values: Mapping[str, Any]) -> dict[str, Value | None]:
        """Return the states of the fields that are there, by key."""
        return {
            key: None if (value := values[field]) is None else convert(value)
            for key, field, convert in self._plan
            if field in values
        }


def status(values: Values, clock: Clock) -> Values:
    """Return what 104 tells of a connector."""
    state = values.get("connector_status")
    if state == _RESERVED and not values.get("reservation_flag"):
        values["connector_status"] = PLUGGED_IN
    if "session_energy" in values:
        values["session_energy"] = _session_energy(Cmd.STATUS_REPORT, values)
    if "start_time" in values:
        values["start_time"] = clock.unix(values["start_time"])
    if (link := values.get("vehicle_connection_status")) is not None and state is not None:
        values["iec61851"] = _iec_61851(state, link)
        if not link and "soc" in values:
            values["soc"] = None
    if values.get("connector_type") == _AC:
        for field in DC_ONLY:
            values.pop(field, None)
    return values


def _session_energy(command: Cmd, values: Values) -> float:
    """Return a session's energy, kWh, with the third decimal where its own step has no room."""
    energy: float = values["session_energy"]
    third: float = values.get("session_energy_thousandth", 0.0)
    return round(energy + third, 3) if third < _ENERGY_STEP[command] else energy


def _iec_61851(state: int, link: int) -> int:
    if state in _NOT_POSSIBLE:
        return 3
    if state == CHARGING:
        return 2
    return 1 if link else 0


def record(command: Cmd, values: Values, clock: Clock) -> Values:
    """Return what 202, 206 or 222 tells of an ended session."""
    if "session_energy" in values:
        values["session_energy"] = _session_energy(command, values)
    for field in ("start_time", "stop_time"):
        if field in values:
            values[field] = clock.unix(values[field])
    return values


def half_hours(values: Values) -> tuple[float, ...] | None:
    """Return the energies of a day's half hours, kWh; None if not all are there."""
    try:
        return tuple(values[key] for key in HALF_HOURS)
    except KeyError:
        return None


def record_states(values: Values, rows: Converter) -> dict[str, Value | None]:
    """Return the states of a session that is over."""
    states = rows.states(values)
    states[LAST_ENERGY.attribute_key(HALF_HOUR_ENERGIES)] = half_hours(values)
    return states


def login(values: Values, clock: Clock) -> Values:
    """Return what 106 tells of a pile."""
    firmware = values.get("firmware_version")
    values["firmware_version"] = f"{firmware:.2f}" if firmware else None
    if "protocol_version" in values:
        version = values["protocol_version"]
        values["protocol_version"] = f"{version:.1f}" if version else None
    if "pile_time" in values:
        values["clock_deviation"] = clock.deviation(values["pile_time"])
    if "flags" in values:
        values["encryption_supported"] = bool(values["flags"] & 1)
    return values


def bms(values: Values) -> Values:
    """Return what 110 or 302 tells of a vehicle's battery."""
    if (version := values.get("brm_bms_protocol_version")) is not None:
        values["brm_bms_protocol_version"] = f"{version[1]}.{version[2]}" if any(version) else None
    if (version := values.get("brm_bms_software_version")) is not None:
        values["brm_bms_software_version"] = version.hex() if any(version) else None
    if "brm_manufacture_day" in values:
        values["brm_manufacture_date"] = _date(values)
    if values.get("bcp_max_cell_voltage", 0.0) > _HIGHEST_CELL:
        values["bcp_max_cell_voltage"] = _MAX_CELL_VOLTAGE.otherwise(values["bcp_max_cell_voltage"])
    return values


def _date(values: Values) -> str | None:
    year = values["brm_manufacture_year"]
    if not _OLDEST <= year <= _NEWEST:
        year = int.from_bytes(year.to_bytes(2, "little"), "big")
    month, day = values["brm_manufacture_month"], values["brm_manufacture_day"]
    if not (_OLDEST <= year <= _NEWEST and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year:04}-{month:02}-{day:02}"


def alarm_states(bits: bytes) -> dict[str, Value | None]:
    """Return the states of the alarm bits."""
    on = active(bits)
    named = sorted(on & _SLUGS.keys())
    options = ALARM.options or {}
    states: dict[str, Value | None] = {
        ALARM.key: options[named[0] if named else NO_ALARM],
        ALARM.attribute_key(ACTIVE): tuple(dict.fromkeys(_SLUGS[index] for index in named)),
        UNKNOWN_BITS.key: tuple(
            f"{index // 8 + 1}.{index % 8}" for index in sorted(on - _SLUGS.keys()) if index
        ),
    }
    last = min(len(bits), BYTES) * 8
    for index, row in ALARM_BITS.items():
        if index < last:
            states[row.key] = index in on
    return states


def tariff_states(values: Values) -> dict[str, Value | None]:
    """Return the states of a tariff."""
    return {
        TARIFF.key: tuple(
            f"{slot.start}-{slot.end}: {slot.price:.2f}" for slot in read_slots(values)
        )
    }
