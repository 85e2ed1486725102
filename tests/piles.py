"""Charging piles in Home Assistant: entries, entities, and a raw peer on a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
import socket
from typing import Any

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_storage_hub.charging_pile.commands import COMMANDS
from custom_components.energy_storage_hub.charging_pile.frame import Frame, Splitter
from custom_components.energy_storage_hub.const import DOMAIN

CODE = "32010001"
FIRST, SECOND = f"{CODE}#1", f"{CODE}#2"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def entry_for(port: int, *piles: str, **options: Any) -> MockConfigEntry:
    """Return an entry of a server with these piles."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Charging piles",
        unique_id="charging_pile",
        data={
            "source": "charging_pile",
            "host": "127.0.0.1",
            "port": port,
            "piles": list(piles),
        },
        options=options,
    )


def entity_id(hass: HomeAssistant, key: str, serial: str = FIRST) -> str:
    """Return the entity of a state, a command or an event."""
    registry = er.async_get(hass)
    for platform in ("sensor", "binary_sensor", "button", "event", "number"):
        if found := registry.async_get_entity_id(platform, DOMAIN, f"{serial}_{key}"):
            return found
    raise AssertionError(f"no entity for {serial} {key}")


def state_of(hass: HomeAssistant, key: str, serial: str = FIRST) -> State:
    """Return the state of an entity."""
    state = hass.states.get(entity_id(hass, key, serial))
    assert state, f"{serial} {key} is disabled"
    return state


def value_of(hass: HomeAssistant, key: str, serial: str = FIRST) -> str:
    """Return what an entity shows."""
    return state_of(hass, key, serial).state


def device_of(hass: HomeAssistant, serial: str) -> str:
    """Return the id of a device."""
    registry = dr.async_get(hass)
    for device in (*registry.devices, *registry.child_devices):
        if (DOMAIN, serial) in device.identifiers:
            return device.id
    raise AssertionError(f"no device {serial}")


async def press(hass: HomeAssistant, key: str, serial: str = FIRST) -> None:
    """Press a button."""
    target = {"entity_id": entity_id(hass, f"command_{key}", serial)}
    await hass.services.async_call("button", "press", target, blocking=True)


async def act(hass: HomeAssistant, action: str, serial: str = FIRST, **data: Any) -> Any:
    """Run an action and return its answer."""
    return await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": device_of(hass, serial), **data},
        blocking=True,
        return_response=True,
    )


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that no event tells."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.005)


class Peer:
    """Somebody on a socket who says exactly what a test wants."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._splitter = Splitter()

    def say(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    def tell(self, command: int, fields: Mapping[str, Any], info: int = 0x10) -> None:
        """Send a command."""
        self.say(frame(command, fields, info).encode())

    async def hear(self, seconds: float = 3.0) -> list[Frame]:
        """Return the next frames; none when the server has hung up."""
        async with asyncio.timeout(seconds):
            while True:
                try:
                    data = await self._reader.read(4096)
                except ConnectionError:
                    return []
                if not data:
                    return []
                if frames := self._splitter.feed(data):
                    return frames

    async def silence(self, seconds: float = 0.1) -> bool:
        """Whether nothing is heard for a while, on a connection that stays open."""
        try:
            await self.hear(seconds)
        except TimeoutError:
            return True
        return False

    async def hung_up(self, seconds: float = 3.0) -> bool:
        """Whether the server hangs up in time."""
        with suppress(TimeoutError):
            while await self.hear(seconds):
                pass
            return True
        return False


@asynccontextmanager
async def peer(port: int) -> AsyncIterator[Peer]:
    """Connect to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Peer(reader, writer)
    finally:
        writer.transport.abort()


def frame(command: int, fields: Mapping[str, Any], info: int = 0x10) -> Frame:
    """Return a frame of the pile."""
    known = COMMANDS[command]
    if "charge_point_id" in known.by_key:
        fields = {"charge_point_id": CODE, **fields}
    return Frame(command, known.encode(fields), info, 7)
