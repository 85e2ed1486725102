"""A server for charging piles as a source: the piles that were added, and those that were not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import logging
import time
from typing import Any, override
from zoneinfo import ZoneInfo

from ..model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    Shown,
    Source,
    SourceError,
    SourceInputError,
    SourceListener,
)
from ..model.states import SourceTable, Value
from .answers import Admission
from .clock import Clock
from .command_numbers import Cmd
from .commands import decode
from .connector import Connector
from .diagnostics import describe_pile, describe_server
from .frame import Frame
from .limits import Limits
from .orders import Orders
from .pile import CODE_PATTERN, Host, Pile
from .reports import Reports
from .server import Connection, PileServer
from .stranger import FOUND_INTERVAL, Stranger
from .tables import (
    REBOOT,
    REPORT_NOW,
    SET_CLOCK,
    SET_HEARTBEAT_INTERVAL,
    START_CHARGING,
    STOP_CHARGING,
    TABLE,
)

_LOGGER = logging.getLogger(__name__)

_MOST_FOUND = 32
"""So many unknown piles are shown at most: whoever makes up names runs out of them."""

PORT_IN_USE = "port_in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person chose."""

    host: str
    port: int
    piles: tuple[str, ...] = ()
    """Codes of the piles that were added."""
    cards: tuple[str, ...] = ()
    vins: tuple[str, ...] = ()
    accept_all: bool = False
    time_zone: str = "UTC"
    set_clock: bool = True
    show_identities: bool = False
    limits: Limits = field(default_factory=Limits)


class ChargingPiles(Source, Host):
    """A TCP server that charging piles dial into."""

    def __init__(
        self,
        settings: Settings,
        listener: SourceListener,
        *,
        found: Callable[[str], None],
        keep: Callable[[tuple[str, ...]], None],
    ) -> None:
        """Prepare; nothing listens before `start`.

        `found` is told the code of a pile that nobody has added; `keep` the codes of those that
        are added, whenever that changes.
        """
        self.limits = settings.limits
        self.set_clock = settings.set_clock
        self.show_identities = settings.show_identities
        self.admission = Admission(
            frozenset(settings.cards), frozenset(settings.vins), settings.accept_all
        )
        self.clock: Clock
        self._settings = settings
        self._listener = listener
        self._found = found
        self._keep = keep
        self._server = PileServer(self, settings.limits)
        self._devices: dict[str, Device] = {}
        self._piles: dict[str, Pile] = {}
        self._strangers: dict[str, Stranger] = {}
        self._saved: dict[str, Any] = {}
        self._shown: dict[str, Mapping[str, float]] = {}
        self._saving: asyncio.Task[None] | None = None

    @property
    @override
    def devices(self) -> Mapping[str, Device]:
        return self._devices

    @property
    @override
    def table(self) -> SourceTable:
        return TABLE

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._server.port

    # Running.

    @override
    async def start(self) -> None:
        zone = await asyncio.to_thread(ZoneInfo, self._settings.time_zone)
        self.clock = Clock(zone)
        for code in self._settings.piles:
            if code not in self._piles:
                self._add(code)
        try:
            await self._server.start(self._settings.host, self._settings.port)
        except SourceError as err:
            if err.key == PORT_IN_USE:
                port = str(self._settings.port)
                self.on_problem(
                    Problem(PORT_IN_USE, PORT_IN_USE, {"port": port}, "charging_pile.md")
                )
            raise
        self._listener.on_solved(PORT_IN_USE)

    @override
    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(self.limits.sweep)
                self.tick()
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop listening and hang up on every pile."""
        await self._server.close()

    @override
    def available(self, serial: str) -> bool:
        pile = self._piles.get(serial.partition("#")[0])
        return pile is not None and pile.online

    @override
    def tick(self) -> None:
        self._server.sweep()
        for pile in self._piles.values():
            pile.sweep()

    # Piles come and go.

    def on_first_frame(self, connection: Connection, frame: Frame) -> None:
        """Let a pile sign in; whoever says something else first is not heard."""
        if frame.command != Cmd.LOGIN or frame.encrypted:
            return
        code = (decode(frame) or {}).get("charge_point_id", "").strip()
        if not CODE_PATTERN.fullmatch(code):
            connection.close()
        elif pile := self._piles.get(code):
            pile.attach(connection, frame)
        else:
            self._on_stranger(code, connection, frame)

    def _on_stranger(self, code: str, connection: Connection, frame: Frame) -> None:
        if (stranger := self._strangers.get(code)) is None:
            if len(self._strangers) >= _MOST_FOUND:
                connection.close()
                return
            stranger = self._strangers[code] = Stranger(code, frame, self)
            _LOGGER.info("An unknown charging pile (...%s) signed in", code[-4:])
        stranger.login = frame
        stranger.attach(connection)
        now = time.monotonic()
        if now - stranger.found_at >= FOUND_INTERVAL:
            stranger.found_at = now
            self._found(code)

    def _add(self, code: str) -> Pile:
        saved = self._saved.get(code, {})
        taken = {pile.number for pile in self._piles.values()}
        number = saved.get("number") or next(n for n in range(1, 10**6) if n not in taken)
        pile = self._piles[code] = Pile(code, number, self, Reports)
        pile.restore(saved)
        pile.resume(self._shown)
        pile.begin()
        return pile

    def admit(self, code: str) -> None:
        """Add a pile, from now on and for good."""
        if code in self._piles:
            return
        pile = self._add(code)
        self._keep(tuple(self._piles))
        stranger = self._strangers.pop(code, None)
        if stranger and stranger.connection:
            pile.attach(stranger.connection, stranger.login)

    @override
    def forget(self, serial: str) -> bool:
        """Remove a pile; a connector goes with its pile only."""
        if (pile := self._piles.pop(serial, None)) is None:
            return serial not in self._devices
        self._saved.pop(serial, None)
        for known in [serial, *(connector.serial for connector in pile.connectors.values())]:
            self._devices.pop(known, None)
            self._shown.pop(known, None)
        self._keep(tuple(self._piles))
        pile.drop()
        return True

    # What piles tell.

    @override
    def on_device(self, device: Device) -> None:
        """Pass a device on."""
        if self._devices.get(device.serial) != device:
            self._devices[device.serial] = device
            self._listener.on_device(device)

    @override
    def on_reading(self, reading: Reading) -> None:
        """Pass a reading on."""
        self._listener.on_reading(reading)

    @override
    def on_event(self, happening: Happening) -> None:
        """Pass an event on."""
        self._listener.on_event(happening)

    @override
    def on_availability(self) -> None:
        """Pass on that a pile is back or lost."""
        self._listener.on_availability()

    @override
    def on_problem(self, problem: Problem) -> None:
        """Pass a problem on."""
        self._listener.on_problem(problem)

    @override
    def on_solved(self, key: str) -> None:
        """Pass on that a problem is gone."""
        self._listener.on_solved(key)

    @override
    def on_record(self) -> None:
        """Write what was counted: it would be counted again after a crash."""
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._listener.save_now())

    # Orders.

    @override
    async def run_command(self, serial: str, command: str) -> None:
        pile, connector = self._find(serial)
        orders = Orders(pile, self)
        match command:
            case _ if command == START_CHARGING and connector:
                await orders.start(connector)
            case _ if command == STOP_CHARGING and connector:
                await orders.stop(connector)
            case _ if command == REPORT_NOW and connector:
                await orders.report_now([connector])
            case _ if command == REPORT_NOW:
                await orders.sign_in_now()
                await orders.report_now(list(pile.connectors.values()))
            case _ if command == SET_CLOCK:
                await orders.set_clock()
            case _ if command == REBOOT:
                await orders.reboot()
            case _:
                raise SourceInputError(f"no command {command}", "no_command")

    @override
    async def run_action(self, serial: str, action: str, data: Mapping[str, Any]) -> dict[str, Any]:
        pile, connector = self._find(serial)
        orders = Orders(pile, self)
        match action:
            case "start_charging":
                return await orders.start(
                    self._one(pile, connector), data["strategy"], data.get("limit", 0.0)
                )
            case "stop_charging":
                return await orders.stop(self._one(pile, connector))
            case "read_half_hour_energies":
                return await orders.half_hour_energies(self._one(pile, connector))
            case "read_parameter":
                return await orders.read_parameter(data["parameter"])
            case "read_tariff":
                return await orders.read_tariff()
            case "set_tariff":
                return await orders.set_tariff(data["slots"])
            case _:
                raise SourceInputError(f"no action {action}", "no_action")

    @override
    async def change_setting(self, serial: str, setting: str, value: Value) -> None:
        pile, _ = self._find(serial)
        if setting != SET_HEARTBEAT_INTERVAL.setting or not isinstance(value, int | float):
            raise SourceInputError(f"no setting {setting}", "no_setting")
        await Orders(pile, self).set_parameter(setting, round(value))

    def _find(self, serial: str) -> tuple[Pile, Connector | None]:
        """Return the pile, and the connector if the serial number is that of one."""
        code, _, number = serial.partition("#")
        if (pile := self._piles.get(code)) is None:
            raise SourceInputError("unknown pile", "not_a_pile")
        return pile, pile.connectors.get(int(number)) if number else None

    @staticmethod
    def _one(pile: Pile, connector: Connector | None) -> Connector:
        """Return the connector that is meant, which may go without saying."""
        if connector is None and len(pile.connectors) == 1:
            return next(iter(pile.connectors.values()))
        if connector is None:
            raise SourceInputError("which connector?", "which_connector")
        return connector

    # What is kept over restarts.

    @override
    def saved(self) -> dict[str, Any]:
        return {code: pile.saved() for code, pile in self._piles.items()}

    @override
    def restore(self, saved: Mapping[str, Any]) -> None:
        self._saved = dict(saved)

    @override
    def resume(self, shown: Mapping[str, Mapping[str, Shown]]) -> None:
        self._shown = {
            serial: {key: last.value for key, last in counters.items()}
            for serial, counters in shown.items()
        }

    # Looking in.

    @override
    def diagnostics(self, serial: str | None = None) -> dict[str, Any]:
        code = (serial or "").partition("#")[0]
        return {
            "server": describe_server(self._server),
            "strangers": len(self._strangers),
            "piles": [
                describe_pile(pile) for pile in self._piles.values() if code in ("", pile.code)
            ],
        }

    @override
    def health(self) -> dict[str, Any]:
        return {
            "port": self._server.port,
            "piles": len(self._piles),
            "connected": sum(pile.connected for pile in self._piles.values()),
        }
