"""What the readers of reports share: what they are told, what they may say, how they read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from ..model.source import Reading
from .envelope import Route
from .messages import Message
from .plan import Collected, Plan


class Context(Protocol):
    """What a reader may know and say beside its message."""

    serial: str
    """Of the system, or of the inverter of a parallel system that reports."""
    slots: dict[int, str]
    """Serial number of the pack in each slot."""

    def announce(self, serial: str, kind: str, model: str, number: int = 0) -> None:
        """Say that a part of the system is there."""

    def announce_unit(self, serial: str) -> None:
        """Say that an inverter works in parallel."""

    def is_known(self, serial: str) -> bool:
        """Whether the part was announced."""

    def heard_within(self, route: Route, seconds: float) -> bool:
        """Whether a report of this route has come by MQTT lately."""

    def keep_version(self, serial: str, version: int) -> None:
        """Keep the firmware version of a module, four bytes in one number."""

    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Keep the averages of a minute."""

    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Keep the hourly energies of a day. Return whether that day is the newest."""


type Reader = Callable[[Context, Any, Plan], Iterator[Reading]]


def reading(serial: str, message: Message, plan: Plan) -> Reading:
    """Return what a message says about one device."""
    collected = Collected()
    plan.collect(message, collected)
    return Reading(serial, collected.values, tuple(collected.zeros))


def text_of(serial: str) -> str:
    """Return a serial number of a message, empty for what cannot be one."""
    serial = serial.strip("\0 ")
    return serial if serial.isascii() and serial.isalnum() and len(serial) <= 32 else ""
