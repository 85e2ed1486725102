"""From what the cloud said, and from how a check stands, to the values of states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.convert import converter
from ..model.json_values import number
from ..model.states import Value
from .codes import BMS_COMM_FAULT, Precheck, Result
from .ct_events import CONCLUSIVE, State
from .ct_records import Outcome
from .states import CT_CHECK, MEASURED, PHASES, PRECHECK, PV, PV_INPUTS, REALTIME, RESULT

type Values = dict[str, Value | None]

_LARGEST_PV_CURRENT = 60.0
"""A: no input of these inverters carries more."""

_CONVERT = {row.key: converter(row) for row in (*MEASURED, *PV)}


def folded(name: str) -> str:
    """Spell a field so that `Battery_P` and `batteryP` are the same."""
    return name.replace("_", "").lower()


_FIELDS = {folded(row.state): row for row in (*MEASURED, *PV)}


def precheck_values(precheck: Precheck) -> Values:
    """Return what the inverter's own state says."""
    flags = precheck.fault_flags
    return _reported(
        PRECHECK,
        deviceStatus=precheck.status,
        deviceStatusCode=precheck.device_status,
        bmsFault=None if flags is None else bool(flags & BMS_COMM_FAULT),
        faultArmFlag2=flags,
        meterStatus=precheck.meter,
        meterConnected=precheck.meter_connected,
    )


def outcome_values(outcome: Outcome) -> Values:
    """Return how the check stands or ended; what it says of its phases if it said anything."""
    state = f"{CT_CHECK}_state"
    return {
        state: str(outcome.state),
        f"{state}.reasons": outcome.reasons or None,
        f"{state}.notes": tuple(str(note) for note in outcome.notes) or None,
        f"{state}.origin": str(outcome.origin) if outcome.origin else None,
        f"{state}.started_at": outcome.started_at,
        f"{state}.finished_at": outcome.finished_at,
        f"{state}.phases": abnormal_phases(outcome.result) or None,
        f"{state}.message": outcome.message or None,
        f"{state}.last_error": outcome.last_error or None,
    }


def result_values(result: Result | None) -> Values:
    """Return the raw result; every state is there, unknown where the result says nothing."""
    values = _reported(
        RESULT,
        meterStatus=result.word if result else None,
        bit0=result.bit0 if result else None,
    )
    word = result.word if result else None
    values[f"{RESULT}_meterStatus.hexadecimal"] = None if word is None else f"0x{word:X}"
    phases = result.phases if result else ()
    for index, name in enumerate(PHASES):
        phase = phases[index] if index < len(phases) else None
        code = phase.error_code if phase else None
        values |= {
            f"{RESULT}_sensorAns{name}": phase.abnormal if phase else None,
            f"{RESULT}_phaseFlag{name}": None if code is None else str(code),
            f"{RESULT}_inverterSide{name}": phase.inverter_side if phase else None,
            f"{RESULT}_smartSide{name}": phase.meter_side if phase else None,
        }
    return values


def abnormal_phases(result: Result | None) -> tuple[str, ...]:
    """Name the phases that are wired wrong, in the order in which the cloud lists them."""
    phases = result.phases if result else ()
    return tuple(f"L{number}" for number, phase in enumerate(phases, start=1) if phase.abnormal)


def summary_values(conclusion: Outcome | None) -> Values:
    """Return what the last check that came to a conclusion said."""
    known = conclusion is not None and conclusion.state in CONCLUSIVE
    return _reported(
        CT_CHECK,
        lastResult=str(conclusion.state) if conclusion and known else None,
        lastFinished=conclusion.finished_at if conclusion and known else None,
    )


def wiring_values(wiring: Outcome | None) -> Values:
    """Return whether the last check that judged the wiring found a fault."""
    fault = None if wiring is None else wiring.state is State.WIRING_FAULT
    return _reported(CT_CHECK, wiringProblem=fault)


def realtime_values(body: Mapping[str, Any]) -> Values:
    """Return what an inverter measures, in either spelling of the fields; None is not known."""
    numbers: dict[str, float | None] = {}
    for name, value in body.items():
        if (row := _FIELDS.get(folded(str(name)))) is not None:
            numbers[row.key] = number(value)
    _forget_empty_inputs(numbers)
    return {key: _converted(key, told) for key, told in numbers.items()}


def _forget_empty_inputs(numbers: dict[str, float | None]) -> None:
    for name in PV_INPUTS:
        volts, amps = f"{REALTIME}_Vpv{name}", f"{REALTIME}_Ipv{name}"
        current = numbers.get(amps)
        if current is None:
            continue
        impossible = not 0 <= current <= _LARGEST_PV_CURRENT
        if impossible or (current > 0 and not numbers.get(volts)):
            numbers[amps] = None


def _converted(key: str, told: float | None) -> Value | None:
    return None if told is None else _CONVERT[key](told)


def _reported(report: str, **values: Value | None) -> Values:
    return {f"{report}_{state}": value for state, value in values.items()}
