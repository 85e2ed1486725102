"""How the state tables are written: a row takes unit and options from the command's field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..model.quantity import Pace, Quantity
from ..model.states import StateRow
from .command_numbers import Cmd
from .commands import COMMANDS

Q = Quantity

_TO_UNIT = {"kW": 1000.0}
"""Factor from the field's unit to the quantity's, where they differ."""

NOT_FITTED = frozenset({-50.0, 205.0})
"""Temperatures that a byte of 0 and of 255 stand for: no sensor there."""


@dataclass(frozen=True, slots=True)
class Report:
    """Makes the rows of the states that one command tells."""

    command: Cmd

    def told(self, key: str, name: str, quantity: Q, **more: Any) -> StateRow:
        """Return the state that a field of the command tells."""
        field = COMMANDS[self.command].by_key[key]
        if quantity is Q.TEMPERATURE:
            more.setdefault("unknown", NOT_FITTED)
        if quantity is Q.ENUM:
            more.setdefault("options", field.options)
        elif field.unit in _TO_UNIT:
            more.setdefault("scale", _TO_UNIT[field.unit])
        return self.made(key, name, quantity, **more)

    def made(self, key: str, name: str, quantity: Q, **more: Any) -> StateRow:
        """Return a state that is made of several fields, in the quantity's own unit."""
        return StateRow(key, name, quantity, report=self.key, **more)

    @property
    def key(self) -> str:
        """Name of the report in the states' keys."""
        return f"cmd{self.command}"


def technical(*rows: StateRow) -> tuple[StateRow, ...]:
    """Mark states as technical information."""
    return tuple(replace(row, diagnostic=True) for row in rows)


def at_once(*rows: StateRow) -> tuple[StateRow, ...]:
    """Write states whenever they change: they are told once, of something that is over."""
    return tuple(replace(row, pace=Pace.AT_ONCE) for row in rows)


def shown(*rows: StateRow) -> tuple[StateRow, ...]:
    """Show states from the start."""
    return tuple(replace(row, enabled=True) for row in rows)
