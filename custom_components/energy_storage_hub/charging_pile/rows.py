"""How the state tables are written: a row takes scale and options from the command's field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..model.quantity import Pace, Quantity
from ..model.states import StateRow
from .commands import COMMANDS

Q = Quantity

_TO_UNIT = {"kW": 1000.0}
"""Factor from the wire's unit to the quantity's."""

NOT_FITTED = frozenset({-50.0, 205.0})
"""Temperatures that a byte of 0 and of 255 stand for: no sensor there."""


def told(command: int, key: str, name: str, quantity: Q, **more: Any) -> StateRow:
    """Return the state that a field of a command tells."""
    field = COMMANDS[command].by_key[key]
    if quantity is Q.TEMPERATURE:
        more.setdefault("unknown", NOT_FITTED)
    if quantity is Q.ENUM:
        more.setdefault("options", field.options)
    elif quantity is not Q.CODE:
        more.setdefault("scale", field.scale * _TO_UNIT.get(field.unit, 1.0))
    return StateRow(key, name, quantity, report=f"cmd{command}", **more)


def made(command: int, key: str, name: str, quantity: Q, **more: Any) -> StateRow:
    """Return a state that is made of several fields, in the quantity's own unit."""
    return StateRow(key, name, quantity, report=f"cmd{command}", **more)


def technical(*rows: StateRow) -> tuple[StateRow, ...]:
    """Mark states as technical information."""
    return tuple(replace(row, diagnostic=True) for row in rows)


def at_once(*rows: StateRow) -> tuple[StateRow, ...]:
    """Write states whenever they change: they are told once, of something that is over."""
    return tuple(replace(row, pace=Pace.AT_ONCE) for row in rows)


def shown(*rows: StateRow) -> tuple[StateRow, ...]:
    """Show states from the start."""
    return tuple(replace(row, enabled=True) for row in rows)
