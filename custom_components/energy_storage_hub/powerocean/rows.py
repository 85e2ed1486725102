"""What PowerOcean's state tables share: row families, marks for whole groups, options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..model.quantity import Quantity
from ..model.states import StateRow

Q = Quantity
"""Short, for it stands in every row."""

RUN_STATES = {0: "standby", 1: "running", 2: "stopped"}

WORK_MODES = {
    0: "self_use",
    1: "time_of_use",
    2: "backup",
    3: "debug",
    4: "ac_makeup",
    5: "demand_response",
    6: "remote_schedule",
    7: "standby",
    8: "soc_calibration",
    9: "timer",
    10: "fcr",
    11: "third_party",
    12: "ai_schedule",
    13: "kraken",
}

TURNED = (
    "Wire: + = charge (load = solar + grid - battery in all captured items);"
    " turned to + = discharge, as Home Assistant's energy dashboard has it."
)


def with_report(report: str, rows: Iterable[StateRow]) -> tuple[StateRow, ...]:
    """Put the rows into a report."""
    return tuple(replace(row, report=report) for row in rows)


def family(
    members: Mapping[str, str] | Iterable[str], rows: Iterable[StateRow]
) -> tuple[StateRow, ...]:
    """Repeat template rows for each member, such as a phase or a PV string.

    `{}` in a state takes the member as the vendor spells it, `{}` in a name the member as a
    person reads it; without a mapping both are the same.
    """
    templates = tuple(rows)
    spelled = members if isinstance(members, Mapping) else {member: member for member in members}
    return tuple(
        replace(row, state=row.state.format(vendor), name=row.name.format(person))
        for vendor, person in spelled.items()
        for row in templates
    )


def by_state(rows: Iterable[StateRow]) -> dict[str, StateRow]:
    """Return rows by their state, for what needs a certain one: a KeyError if it is gone."""
    return {row.state: row for row in rows}


def technical(rows: Iterable[StateRow]) -> tuple[StateRow, ...]:
    """Mark rows as technical information."""
    return tuple(replace(row, diagnostic=True) for row in rows)


def explained(notes: Mapping[Quantity, str], rows: Iterable[StateRow]) -> tuple[StateRow, ...]:
    """Say why rows of a quantity have a unit that the vendor's table lacks."""
    return tuple(replace(row, deviates=row.deviates or notes.get(row.quantity, "")) for row in rows)
