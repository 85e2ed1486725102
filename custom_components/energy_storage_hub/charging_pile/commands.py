"""All commands, by number [SEED-PILE], and the frames made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import commands_session, commands_tariff
from .command_numbers import Cmd
from .commands_control import CONTROL
from .commands_report import BMS, LOGIN, STATUS
from .commands_session import AUTHORIZATION, RECORDS
from .commands_tariff import TARIFF
from .fields import Command, Values
from .frame import Frame

SEED: tuple[Command, ...] = (*CONTROL, *LOGIN, *STATUS, *BMS, *AUTHORIZATION, *RECORDS, *TARIFF)
"""The commands of the vendor's table."""

COMMANDS: Mapping[int, Command] = {
    command.number: command
    for command in (*SEED, *commands_session.NOT_IN_SEED, *commands_tariff.NOT_IN_SEED)
}


def decode(frame: Frame) -> Values | None:
    """Return the values of a frame, by key; None for a command that is not known."""
    command = COMMANDS.get(frame.command)
    return command.decode(frame.data) if command else None


def request(number: Cmd, values: Mapping[str, Any], sequence: int = 0) -> Frame:
    """Return a frame that nobody asked for. Raises ValueError for values that do not fit."""
    return Frame(number, COMMANDS[number].encode(values), sequence=sequence)


def answer(frame: Frame, number: Cmd, values: Mapping[str, Any]) -> Frame:
    """Return the answer to a frame."""
    return frame.answer(number, COMMANDS[number].encode(values))
