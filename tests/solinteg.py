"""A Solinteg account in Home Assistant: finding its states, and letting time pass."""

from __future__ import annotations

import asyncio
from datetime import timedelta
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.solinteg import SimulatedSolinteg
from simulator.solinteg.inverter import SERIAL

ENDS = (
    "passed",
    "wiring_fault",
    "failed",
    "blocked",
    "not_started",
    "timed_out",
    "unknown",
)

_BEFORE_NOON = 120.0
_STEP = 10.0
_TURNS = 40
_PLATFORMS = ("sensor", "binary_sensor", "button", "event")


def entity_id(hass: HomeAssistant, key: str, serial: str = SERIAL) -> str:
    """Return the entity of a state, an event or a command."""
    registry = er.async_get(hass)
    for platform in _PLATFORMS:
        if found := registry.async_get_entity_id(platform, DOMAIN, f"{serial}_{key}"):
            return found
    raise AssertionError(f"no entity for {key}")


def state_of(hass: HomeAssistant, key: str, serial: str = SERIAL) -> State:
    """Return the state of a state's entity."""
    state = hass.states.get(entity_id(hass, key, serial))
    assert state, f"{key} is disabled"
    return state


def value_of(hass: HomeAssistant, key: str, serial: str = SERIAL) -> str:
    """Return what a state's entity shows."""
    return state_of(hass, key, serial).state


def check_of(hass: HomeAssistant) -> str:
    """Return where the check stands."""
    return value_of(hass, "ctCheck_state")


class House:
    """The simulated account in Home Assistant."""

    def __init__(
        self, hass: HomeAssistant, cloud: SimulatedSolinteg, freezer: FrozenDateTimeFactory
    ) -> None:
        """Move the time of `hass` and of `cloud`."""
        self.hass, self.cloud = hass, cloud
        self._freezer = freezer
        self.somebody_waits = False
        """Whether somebody in Home Assistant waits for what comes only with time."""
        self.entries: list[MockConfigEntry] = []

    def entry(self, **data: Any) -> MockConfigEntry:
        """Return a config entry for the simulated account."""
        return MockConfigEntry(
            domain=DOMAIN,
            title=self.cloud.account.name,
            unique_id=f"solinteg_{self.cloud.account.name}",
            data={
                "source": "solinteg",
                "account": self.cloud.account.name,
                "password": self.cloud.account.password,
                "base_url": self.cloud.base_url,
                "serials": [SERIAL],
            }
            | data,
        )

    async def set_up(self, **data: Any) -> MockConfigEntry:
        """Set up an entry; it is unloaded when the test ends."""
        entry = self.entry(**data)
        self.entries.append(entry)
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.quiet()
        return entry

    async def press(self) -> None:
        """Press the button and wait for what it says."""
        button = entity_id(self.hass, "command_ct_check")
        self.somebody_waits = True
        try:
            await self.hass.services.async_call(
                "button", "press", {"entity_id": button}, blocking=True
            )
        finally:
            self.somebody_waits = False
        await self.quiet()

    async def quiet(self) -> None:
        """Let everything happen that happens without time passing."""
        before = None
        while before != (before := dict(self.cloud.arrived)):
            await self.turns()
            if not self.somebody_waits:
                await self.hass.async_block_till_done()

    @staticmethod
    async def turns() -> None:
        """Let everything that is ready to run, run: also what is answered over a socket.

        What waits for a thread, waits in real time.
        """
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await asyncio.to_thread(time.sleep, 0.0005)
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def pass_days(self, days: int) -> None:
        """Jump from noon to noon: the last minutes as they pass, so that the inverter is heard."""
        for _ in range(days):
            self._freezer.tick(timedelta(days=1, seconds=-_BEFORE_NOON))
            async_fire_time_changed(self.hass)
            await self.quiet()
            await self.pass_time(_BEFORE_NOON)

    async def pass_time(self, seconds: float) -> None:
        """Move the clocks in steps, and let happen what happens."""
        while seconds > 0:
            step = min(seconds, _STEP)
            seconds -= step
            self._freezer.tick(timedelta(seconds=step))
            async_fire_time_changed(self.hass)
            await self.quiet()

    async def to_the_end(self, at_most: float = 1000.0) -> str:
        """Let time pass until the check has ended; how it ended."""
        passed = 0.0
        while (state := check_of(self.hass)) not in ENDS:
            assert passed < at_most, f"still {state}"
            await self.pass_time(_STEP)
            passed += _STEP
        return state
