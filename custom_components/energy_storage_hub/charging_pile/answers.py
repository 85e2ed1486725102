"""What the server says: answers to a pile, and requests that are always the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
import secrets
from typing import Final

from .clock import Clock
from .command_numbers import Cmd
from .fields import Values, write_time

ACCEPTED: Final = 0
REFUSED: Final = 1
"""203: an invalid account. 207 has no published list; by analogy anything but 0 refuses."""

TRIGGER: Final = 0x55
"""The value that makes a pile obey a control command."""

STOP: Final = 2
REBOOT: Final = 11
LOGIN_NOW: Final = 14
STATUS_NOW: Final = 15
"""Addresses of control commands. Others are unsafe or have no published unit."""

_TIME: Final = 2
_SET: Final = 1

RECORDS = {
    Cmd.CHARGE_RECORD: (
        Cmd.CHARGE_RECORD_RESPONSE,
        ("connector_id", "id_tag", "internal_index"),
    ),
    Cmd.CHARGE_RECORD_WIDE: (
        Cmd.CHARGE_RECORD_WIDE_RESPONSE,
        ("connector_id", "charge_point_id", "session_cost", "transaction_id"),
    ),
    Cmd.CHARGE_RECORD_HIGH_PRECISION: (
        Cmd.CHARGE_RECORD_HIGH_PRECISION_RESPONSE,
        ("connector_id", "id_tag", "internal_index"),
    ),
}
"""Records, what confirms each, and the fields that this takes over."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may charge without asking Home Assistant first."""

    cards: frozenset[str] = frozenset()
    vins: frozenset[str] = frozenset()
    everybody: bool = False

    def card(self, number: str) -> bool:
        """Whether a card is accepted."""
        return self.everybody or number.strip() in self.cards

    def vin(self, number: str) -> bool:
        """Whether a vehicle is accepted."""
        return self.everybody or number.strip() in self.vins


def masked(identity: str) -> str:
    """Return a card's or vehicle's number without what identifies it."""
    return f"***{identity[-4:]}" if len(identity) > 8 else "***" if identity else ""


def new_transaction(now: datetime) -> str:
    """Return a number for a session that no other one has."""
    return f"{now:%Y%m%d%H%M%S}{secrets.randbelow(10**6):06}"


def login(values: Values, clock: Clock) -> Values:
    """Return the fields of 105: everything plain, records with three decimals."""
    return {
        "login_random_echo": values.get("login_random", b""),
        "server_time": clock.now(),
        "three_decimals_supported": 1,
    }


def record(command: Cmd, values: Values) -> tuple[Cmd, Values]:
    """Return command and fields that confirm a record, without amounts: this is no shop."""
    number, echoed = RECORDS[command]
    return number, {field: values[field] for field in echoed if field in values}


def card(values: Values, clock: Clock, *, accepted: bool) -> Values:
    """Return the fields of 203."""
    return {
        "response_code": ACCEPTED if accepted else REFUSED,
        "connector_id": values.get("connector_id", 0),
        "transaction_id": new_transaction(clock.now()) if accepted else "",
    }


def vin(values: Values, clock: Clock, *, accepted: bool) -> Values:
    """Return the fields of 207."""
    return {
        **{
            field: values[field]
            for field in ("charge_point_id", "connector_id", "vin")
            if field in values
        },
        "transaction_id": new_transaction(clock.now()) if accepted else "",
        "result": ACCEPTED if accepted else REFUSED,
    }


def set_clock(clock: Clock) -> Values:
    """Return the fields of 3 that set a pile's clock."""
    time = write_time(clock.now())
    return {
        "operation": _SET,
        "start_address": _TIME,
        "data_length": len(time),
        "value": time,
    }


def set_parameter(address: int, value: int) -> Values:
    """Return the fields of 1 that set one integer parameter."""
    return {
        "operation": _SET,
        "start_address": address,
        "count": 1,
        "data_length": 4,
        "values": (value,),
    }


def control(connector: int, address: int, value: int = TRIGGER) -> Values:
    """Return the fields of 5."""
    return {
        "connector_id": connector,
        "start_command_address": address,
        "command_count": 1,
        "data_length": 4,
        "command_values": (value,),
    }
