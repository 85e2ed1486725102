"""A PowerOcean account as a source: systems, stream, snapshots, and what can go wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
import logging
import ssl
import time
from typing import Any, override

from ..model.source import (
    Device,
    Problem,
    Shown,
    Source,
    SourceAuthError,
    SourceError,
    SourceListener,
    SourceRefusedError,
)
from ..model.states import SourceTable
from .api import Account, ListedDevice
from .diagnostics import describe_system
from .models import PARTS, Model, model_of, unsupported
from .stream import Stream
from .system import SILENT, STALE, System
from .tables import TABLE

_LOGGER = logging.getLogger(__name__)

_TAKE_OVER_INTERVAL = 60.0
_LONGEST_POLL_WAIT = 600.0
_SILENT_FOR_HOURS = 3 * 3600.0

CLIENT_ID_CONFLICT = "client_id_conflict"
UNSUPPORTED_SYSTEM = "unsupported_system"
STREAM_SILENT = "stream_silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person chose."""

    serials: tuple[str, ...] = ()
    """Systems typed by hand, for accounts whose list is empty."""
    client_uuid: str
    gentle: bool = False
    poll_interval: float = 300.0


@dataclass(frozen=True, slots=True)
class Found:
    """What an account holds."""

    systems: tuple[tuple[ListedDevice, Model], ...]
    unsupported: tuple[tuple[str, str], ...]
    """Serial number and name of systems that speak another protocol."""


async def find_systems(account: Account, typed: tuple[str, ...] = ()) -> Found:
    """Look up the systems of an account, and those typed by hand.

    Raises SourceError; finding nothing is not an error here.
    """
    listed = {device.serial: device for device in await account.devices()}
    for serial in typed:
        listed.setdefault(serial, ListedDevice(serial, "", None))
    return Found(
        tuple((device, model) for device in listed.values() if (model := model_of(device.serial))),
        tuple((serial, name) for serial in listed if (name := unsupported(serial))),
    )


def check_serial(serial: str) -> str:
    """Return a serial number as the cloud writes it.

    Raises SourceRefusedError for what is no PowerOcean: a part, a relative, anything else.
    """
    serial = serial.strip().upper()
    if model_of(serial):
        return serial
    if name := unsupported(serial):
        raise SourceRefusedError(f"{name} is not supported", "unsupported_model", model=name)
    if serial.startswith(PARTS):
        raise SourceRefusedError("serial number of a part", "serial_of_part")
    raise SourceRefusedError("unknown serial number", "unknown_serial")


class PowerOcean(Source):
    """All systems of one EcoFlow account."""

    def __init__(
        self,
        account: Account,
        settings: Settings,
        listener: SourceListener,
        tls: ssl.SSLContext,
    ) -> None:
        """Prepare; nothing is sent before `start`."""
        self._settings = settings
        self._listener = listener
        self._tls = tls
        self._account = account
        self._devices: dict[str, Device] = {}
        self._systems: dict[str, System] = {}
        self._owners: dict[str, System] = {}
        """Serial number of a device -> the system that it belongs to."""
        self._stream: Stream | None = None
        self._next_poll = 0.0
        self._poll_wait = _TAKE_OVER_INTERVAL
        self._unknown_topics = 0
        self._saved: dict[str, Any] = {}
        self._shown: Mapping[str, Mapping[str, Shown]] = {}

    @property
    @override
    def devices(self) -> Mapping[str, Device]:
        return self._devices

    @property
    @override
    def table(self) -> SourceTable:
        return TABLE

    # Running.

    @override
    async def start(self) -> None:
        found = await find_systems(self._account, self._settings.serials)
        for serial, name in found.unsupported:
            self._raise_problem(UNSUPPORTED_SYSTEM, model=name, ending=serial[-4:])
        if not found.systems:
            raise SourceRefusedError("no supported system in the account", "no_systems")
        for device, model in found.systems:
            self._add_system(device, model)
        await self.poll()
        for system in self._systems.values():
            system.watch()
        self._stream = Stream(
            client_uuid=self._settings.client_uuid,
            account=self._account,
            serials=tuple(self._systems),
            on_payload=self._on_payload,
            on_state=self._listener.on_availability,
            on_refused=self._listener.on_sign_in_refused,
            tls=self._tls,
            gentle=self._settings.gentle,
        )

    @override
    async def run(self) -> None:
        if self._stream:
            await self._stream.run()

    @override
    async def poll(self) -> None:
        """Fetch the snapshot of every system. Fails only if all of them fail."""
        errors: list[SourceError] = []
        self._next_poll = time.monotonic() + self._poll_wait
        for system in self._systems.values():
            key = f"snapshot_{system.serial}"
            try:
                data = await self._account.snapshot(system.serial, system.model.product_type)
            except SourceAuthError:
                raise
            except SourceRefusedError as err:
                errors.append(err)
                self._raise_problem(err.key, key, name=system.label)
            except SourceError as err:
                errors.append(err)
            else:
                self._listener.on_solved(key)
                system.snapshot(data)
        if errors and len(errors) == len(self._systems):
            self._poll_wait = min(self._poll_wait * 2, _LONGEST_POLL_WAIT)
            raise errors[0]
        self._poll_wait = _TAKE_OVER_INTERVAL

    @property
    @override
    def poll_due(self) -> bool:
        """While MQTT tells no powers the snapshot stands in for it."""
        silent = any(system.powers_heard.silent > SILENT for system in self._systems.values())
        return silent and time.monotonic() >= self._next_poll

    @override
    def available(self, serial: str) -> bool:
        system = self._owners.get(serial)
        return system is not None and system.available(serial)

    @override
    def forget(self, serial: str) -> bool:
        if self.available(serial):
            return False
        if system := self._owners.get(serial):
            system.forget(serial)
        self._devices.pop(serial, None)
        return True

    @property
    def _stale(self) -> float:
        return max(STALE, 2 * self._settings.poll_interval + 60)

    @override
    def tick(self) -> None:
        for system in self._systems.values():
            system.watch()
        stream = self._stream
        if stream is None:
            return
        self._set_problem(CLIENT_ID_CONFLICT, stream.kicked_out)
        self._set_problem(
            STREAM_SILENT,
            stream.connected
            and any(
                system.available() and system.mqtt_heard.silent > _SILENT_FOR_HOURS
                for system in self._systems.values()
            ),
        )

    # Arrivals.

    def _add_system(self, listed: ListedDevice, model: Model) -> None:
        system = System(
            listed.serial,
            model,
            listed.name,
            self._on_device,
            self._listener.on_reading,
            on_presence=self._listener.on_availability,
            stale=self._stale,
        )
        system.energies.restore(self._saved.get(listed.serial, {}))
        system.energies.resume(self._shown.get(listed.serial, {}))
        self._systems[listed.serial] = system
        self._on_device(system.device)

    def _on_device(self, device: Device) -> None:
        owner = self._systems.get(device.serial) or self._owners.get(device.parent or "")
        if owner is not None:
            self._owners[device.serial] = owner
        self._devices[device.serial] = device
        self._listener.on_device(device)

    def _on_payload(self, serial: str, kind: str, payload: bytes) -> None:
        system = self._systems.get(serial)
        if system is None:
            self._unknown_topics += 1
            return
        if kind == "set_reply":
            return  # an acknowledgement, of ours or of the phone app's
        told = system.mqtt(payload)
        if told and kind == "get_reply" and self._stream:
            self._stream.answered.add(serial)

    # Problems.

    def _raise_problem(self, text: str, key: str = "", **placeholders: str) -> None:
        self._listener.on_problem(Problem(key or text, text, placeholders))

    def _set_problem(self, key: str, there: bool) -> None:
        if there:
            self._raise_problem(key)
        else:
            self._listener.on_solved(key)

    # What is kept over restarts.

    @override
    def saved(self) -> dict[str, Any]:
        return {
            **self._saved,
            **{system.serial: system.energies.saved() for system in self._systems.values()},
        }

    @override
    def restore(self, saved: Mapping[str, Any]) -> None:
        self._saved = dict(saved)

    @override
    def resume(self, shown: Mapping[str, Mapping[str, Shown]]) -> None:
        self._shown = shown

    # Looking in.

    @override
    def diagnostics(self, serial: str | None = None) -> dict[str, Any]:
        chosen = self._owners.get(serial) if serial else None
        stream = self._stream
        now = time.time()
        return {
            "logins": self._account.logins,
            "connected": bool(stream and stream.connected),
            "connects": stream.log.connects if stream else 0,
            "connection_history": [
                {"seconds_ago": round(now - at), "event": event}
                for at, event in (stream.log.events if stream else ())
            ],
            "messages_on_unknown_topics": self._unknown_topics,
            "systems": [
                describe_system(system)
                for system in self._systems.values()
                if chosen in (None, system)
            ],
        }

    @override
    def health(self) -> dict[str, Any]:
        return {
            "connected": bool(self._stream and self._stream.connected),
            "systems": len(self._systems),
            "seconds_since_data": min(
                (round(system.heard.silent) for system in self._systems.values()), default=None
            ),
        }
