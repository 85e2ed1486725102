"""What is kept of a CT check over restarts: the run under way, and how the last one ended.

Both are plain JSON on the disk. What comes back from there is checked: a record that cannot be
read is no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any

from .codes import Phase, Result, flag, whole
from .ct_events import Note, Origin, Proof, State


@dataclass(frozen=True, slots=True)
class Run:
    """A check under way. Written before its start is posted, and when it was seen running."""

    started_at: float
    """Unix seconds."""
    origin: Origin
    baseline: Result
    """The result that was there before."""
    proof: Proof = Proof.NONE


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check stands, or how it ended: everything about it that is shown."""

    state: State = State.IDLE
    reasons: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    origin: Origin | None = None
    started_at: float | None = None
    finished_at: float | None = None
    message: str = ""
    """The vendor's own words, in whatever language."""
    last_error: str = ""
    """Key of the text of the latest failed request."""
    result: Result | None = None
    """What was last read in this run."""


def dump_run(run: Run) -> dict[str, Any]:
    """Return the record of a run."""
    return {
        "started_at": run.started_at,
        "origin": run.origin.value,
        "baseline": dump_result(run.baseline),
        "proof": run.proof.value,
    }


def load_run(saved: Any) -> Run | None:
    """Read the record of a run."""
    if not isinstance(saved, Mapping) or (started_at := _time(saved.get("started_at"))) is None:
        return None
    baseline = load_result(saved.get("baseline"))
    try:
        origin, proof = Origin(saved.get("origin", "")), Proof(saved.get("proof", ""))
    except ValueError:
        return None
    return Run(started_at, origin, baseline, proof) if baseline else None


def dump_outcome(outcome: Outcome) -> dict[str, Any]:
    """Return the record of an end."""
    return {
        "state": outcome.state.value,
        "reasons": list(outcome.reasons),
        "notes": [note.value for note in outcome.notes],
        "origin": outcome.origin and outcome.origin.value,
        "started_at": outcome.started_at,
        "finished_at": outcome.finished_at,
        "message": outcome.message,
        "last_error": outcome.last_error,
        "result": outcome.result and dump_result(outcome.result),
    }


def load_outcome(saved: Any) -> Outcome:
    """Read the record of an end."""
    if not isinstance(saved, Mapping):
        return Outcome()
    try:
        return Outcome(
            state=State(saved.get("state", "")),
            reasons=tuple(str(reason) for reason in saved.get("reasons") or ()),
            notes=tuple(Note(note) for note in saved.get("notes") or ()),
            origin=Origin(saved["origin"]) if saved.get("origin") else None,
            started_at=_time(saved.get("started_at")),
            finished_at=_time(saved.get("finished_at")),
            message=str(saved.get("message") or ""),
            last_error=str(saved.get("last_error") or ""),
            result=load_result(saved.get("result")),
        )
    except ValueError, TypeError:
        return Outcome()


def dump_result(result: Result) -> dict[str, Any]:
    """Return the record of a result."""
    return {
        "bits": [result.bit0, result.bit1, result.bit2, result.bit3],
        "word": result.word,
        "phases": [
            {
                "error_code": phase.error_code,
                "inverter_side": phase.inverter_side,
                "meter_side": phase.meter_side,
                "abnormal": phase.abnormal,
            }
            for phase in result.phases
        ],
    }


def load_result(saved: Any) -> Result | None:
    """Read the record of a result."""
    if not isinstance(saved, Mapping):
        return None
    bits, phases = saved.get("bits"), saved.get("phases")
    if not isinstance(bits, list) or len(bits) != 4:
        return None
    bit0, bit1, bit2, bit3 = map(flag, bits)
    return Result(
        bit0,
        bit1,
        bit2,
        bit3,
        word=whole(saved.get("word")),
        phases=tuple(
            Phase.parse(
                {
                    "phaseFlag": phase.get("error_code"),
                    "inverterSide": phase.get("inverter_side"),
                    "smartSide": phase.get("meter_side"),
                    "sensorAns": phase.get("abnormal"),
                }
            )
            for phase in (phases if isinstance(phases, list) else ())
            if isinstance(phase, Mapping)
        ),
    )


def _time(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
