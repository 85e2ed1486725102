"""What the readers of reports share: what they are told, what they may say, how they read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
import time
from typing import Any

from ..model.source import Reading
from .balance import Balance
from .envelope import Route
from .limits import Limits
from .messages import Message
from .plan import Collected, Plan


@dataclass(slots=True)
class RouteRecord:
    """What is remembered of a route for diagnostics."""

    count: int = 0
    failed: int = 0
    last: bytes = b""
    at: float = 0.0
    """When the last one came, monotonic s."""


class Context(ABC):
    """What a reader may know and say beside its message.

    Of the system, or of the inverter of a parallel system that reports.
    """

    def __init__(self, serial: str, limits: Limits) -> None:
        """Stand for the system or inverter with this serial number and these limits."""
        self.serial = serial
        self.limits = limits
        self.refused = 0
        """Powers that cannot be."""
        self.balance = Balance()
        self.packs_told: dict[str, int] = {}
        """How many packs there are, by each state that counts them."""
        self.battery_told: set[str] = set()
        """Keys of the battery that were told while there was one."""
        self.slots: dict[int, str] = {}
        """Serial number of the pack in each slot."""
        self.replaced: set[str] = set()
        """Packs whose slot another pack has now."""
        self.routes: dict[Route, RouteRecord] = {}
        """What has come by MQTT."""

    def take_slot(self, slot: int, serial: str) -> None:
        """Note that a pack is in a slot: the one before it there is gone, or will say where."""
        before = self.slots.get(slot)
        if before == serial:
            return
        for other in [other for other, pack in self.slots.items() if pack == serial]:
            del self.slots[other]
        self.slots[slot] = serial
        self.replaced.discard(serial)
        if before is not None:
            self.replaced.add(before)

    def heard_within(self, route: Route, seconds: float) -> bool:
        """Whether a report of this route has come by MQTT lately."""
        record = self.routes.get(route)
        return record is not None and time.monotonic() - record.at < seconds

    @property
    def without_battery(self) -> bool:
        """Whether all that counts packs counts none."""
        return bool(self.packs_told) and not any(self.packs_told.values())

    @abstractmethod
    def announce(
        self, serial: str, kind: str, model: str, number: int = 0, parent: str = ""
    ) -> None:
        """Say that a part is there; it hangs on this system or inverter if nothing is said."""

    @abstractmethod
    def announce_unit(self, serial: str) -> None:
        """Say that an inverter works in parallel."""

    @abstractmethod
    def is_known(self, serial: str) -> bool:
        """Whether the part was announced."""

    @abstractmethod
    def keep_version(self, serial: str, version: int) -> None:
        """Keep the firmware version of a module, four bytes in one number."""

    @abstractmethod
    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Keep the averages of a minute."""

    @abstractmethod
    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Keep the hourly energies of a day. Return whether that day is the newest."""


type Reader = Callable[[Context, Any, Plan], Iterator[Reading]]
"""Turns a parsed message into readings."""


def reading(context: Context, serial: str, message: Message, plan: Plan) -> Reading:
    """Return what a message says about one device. Powers that cannot be are not known."""
    collected = Collected()
    plan.collect(message, collected)
    if collected.refuse(plan.powers, context.limits):
        context.refused += 1
    return Reading(serial, collected.values, tuple(collected.zeros))


def text_of(serial: str) -> str:
    """Return a serial number of a message, empty for what cannot be one."""
    serial = serial.strip("\0 ")
    return serial if serial.isascii() and serial.isalnum() and len(serial) <= 32 else ""
