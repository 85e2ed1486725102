"""What every source gives the integration: devices, readings, problems, errors.

The client libraries speak only in these types and know nothing of Home Assistant; the
coordinator speaks only in these types and knows nothing of a vendor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
import math
from typing import Any, Protocol

from .states import SourceTable, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A thing with a serial number of its own: a system, a pack, a wall box."""

    serial: str
    kind: str
    """Names the device in the translations, such as `pack`."""
    manufacturer: str
    model: str
    name: str = ""
    """The owner's own name of it; the translated name of its kind, if empty."""
    number: int = 0
    """Place among its like, 0 if it has none."""
    parent: str | None = None
    part: bool = False
    """A logical part of its parent, without a type plate of its own, such as a connector."""
    sw_version: str | None = None
    hw_version: str | None = None
    rated_power: float = 0.0
    """What it can convert, store or deliver at most, W; 0 if that is not known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one report said about one device.

    `values` holds the states it told, None where it told "not known". `zeros` are the states
    that are zero now if the device ever had them.
    """

    serial: str
    values: Mapping[str, Value | None]
    zeros: tuple[str, ...] = ()
    report: str = ""
    """Which report: what it tells lives and dies together. Empty for what no device reports."""
    life: float = math.inf
    """For how long it is current, s; without end for what is told when it changes."""
    age: float = 0.0
    """How old it is already, s."""
    counted_here: bool = False
    """Whether it tells counters that are kept here, which know how much they may rise."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a counter showed last."""

    value: float
    at: float
    """Unix time, s."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a person has to mend: its identity, its text, what it is about."""

    key: str
    text: str
    placeholders: Mapping[str, str] = field(default_factory=dict)
    page: str = "troubleshooting.md"
    """Page of the documentation with a section named like the text."""
    fix: Mapping[str, str] = field(default_factory=dict)
    """What mends it at a person's word, as the text says; empty if only a person can."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event at a device."""

    serial: str
    key: str
    """Of the event's row."""
    type: str
    details: Mapping[str, Any] = field(default_factory=dict)


class SourceListener(Protocol):
    """What a source calls as things happen. Every call is made on the event loop."""

    def on_device(self, device: Device) -> None:
        """A device was found, or what is known of it changed."""

    def on_reading(self, reading: Reading) -> None:
        """A report came in."""

    def on_event(self, happening: Happening) -> None:
        """Something happened."""

    def on_availability(self, serial: str = "") -> None:
        """`Source.available` may answer differently now, for one device or for any."""

    def on_problem(self, problem: Problem) -> None:
        """A problem is there; telling it again changes nothing."""

    def on_solved(self, key: str) -> None:
        """A problem is gone, if it was there."""

    def on_sign_in_refused(self, error: SourceAuthError) -> None:
        """The credentials were refused after all that could be tried."""

    async def save_now(self) -> None:
        """Write what `Source.saved` answers, and return when it is on the disk."""


class Source(ABC):
    """A running source: one config entry's worth of devices.

    What a source cannot do it leaves as it is here.
    """

    @property
    @abstractmethod
    def devices(self) -> Mapping[str, Device]:
        """The devices known so far, by serial number."""

    @property
    @abstractmethod
    def table(self) -> SourceTable:
        """Every state that this source can report, and every command, by kind of device."""

    @abstractmethod
    async def start(self) -> None:
        """Sign in, find the devices, read the first values. Raises SourceError."""

    @abstractmethod
    def available(self, serial: str) -> bool:
        """Whether what is known of the device is current."""

    async def run(self) -> None:
        """Stay connected until cancelled; one that is only asked has nothing to do."""

    async def poll(self) -> None:
        """Ask for all states once: the safety net. Raises SourceError."""

    @property
    def poll_due(self) -> bool:
        """Whether a poll is wanted before its regular time."""
        return False

    def tick(self) -> None:
        """Look at the clock; called twice a minute."""

    async def run_command(self, serial: str, command: str) -> None:
        """Make a device do something. Raises SourceError with a text for the person."""
        raise SourceInputError(f"no command {command}", "no_command")

    async def run_action(self, serial: str, action: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Do something that takes or gives values; returns plain JSON. Raises SourceError."""
        raise SourceInputError(f"no action {action}", "no_action")

    async def change_setting(self, serial: str, setting: str, value: Value) -> None:
        """Ask a device for another value of a setting, in the unit of its state.

        Returns when the device was asked: the state of the setting's row confirms it. Raises
        SourceError for what the device surely will not do.
        """
        raise SourceInputError(f"no setting {setting}", "no_setting")

    def forget(self, serial: str) -> bool:
        """Drop a device that a person wants removed; whether that is possible now."""
        return serial not in self.devices or not self.available(serial)

    def saved(self) -> dict[str, Any]:
        """What must survive a restart: plain JSON."""
        return {}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was saved. Called before `start`."""

    def resume(self, shown: Mapping[str, Mapping[str, Shown]]) -> None:
        """Take note of what counters showed last, by serial number and key.

        What is counted here goes on from there: it may have been shown after the last `saved`.
        """

    @abstractmethod
    def diagnostics(self, serial: str | None = None) -> dict[str, Any]:
        """What helps to understand a problem, without anything secret."""

    @abstractmethod
    def health(self) -> dict[str, Any]:
        """A few plain values for the system-health page."""


class SourceError(Exception):
    """Anything that a source could not do. `key` names the text that tells a person."""

    key = "cannot_connect"

    def __init__(self, message: str, key: str | None = None, **placeholders: str) -> None:
        """Say what happened for the log; `key` and placeholders say it to a person."""
        super().__init__(message)
        if key is not None:
            self.key = key
        self.placeholders = placeholders


class SourceConnectionError(SourceError):
    """The other side did not answer, or not now: trying again later may help."""


class SourceDataError(SourceConnectionError):
    """The other side answered with something that is not an answer."""

    key = "bad_answer"


class SourceAuthError(SourceError):
    """The credentials were refused."""

    key = "invalid_auth"


class SourceRefusedError(SourceError):
    """The other side understood and said no; asking again will not help."""

    key = "refused"


class SourceInputError(SourceRefusedError):
    """What a person asked for cannot be, whatever the device says."""

    key = "bad_input"
