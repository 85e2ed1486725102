"""What Home Assistant's long-term statistics make of counters: the recorder's own sums.

The device is the heater of `tests/sources`; its energy is reported every five minutes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
    do_adhoc_statistics,
)

import custom_components.energy_storage_hub as hub
from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.sources import SOURCES, SourceKind

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
ENERGY = "HEATER01_now_energy"
OTHER = "sensor.another_meter"
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def mock_recorder_before_hass(async_test_recorder: Any) -> None:
    """Let the recorder be there first."""


@pytest.fixture
async def heater(
    mock_recorder_before_hass: None,
    recorder_mock: Any,
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Heater]:
    """A heater whose energy goes into the recorder."""
    freezer.move_to(START)
    folder = Path(__file__).with_name("sources")
    monkeypatch.setattr(hub, "__path__", [*hub.__path__, str(folder)])
    monkeypatch.setitem(SOURCES, "heater", SourceKind("heater"))  # type: ignore[arg-type]
    assert await async_setup_component(hass, "sensor", {})
    entry = MockConfigEntry(domain=DOMAIN, title="Heaters", data={"source": "heater"})
    entry.add_to_hass(hass)
    heater = Heater(hass, entry, freezer)
    await heater.start()
    yield heater
    await hass.config_entries.async_unload(entry.entry_id)


class Heater:
    """The heater, the clock and the statistics."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, freezer: FrozenDateTimeFactory
    ) -> None:
        self.hass, self.entry, self._freezer = hass, entry, freezer

    async def start(self) -> None:
        """Set the entry up, as at a start of Home Assistant."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done()

    async def restart(self) -> None:
        """Stop and start."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.start()

    @property
    def entity_id(self) -> str:
        found = er.async_get(self.hass).async_get_entity_id("sensor", DOMAIN, ENERGY)
        assert found
        return found

    @property
    def shown(self) -> str:
        state = self.hass.states.get(self.entity_id)
        assert state
        return state.state

    async def reads(self, *energies: float | None) -> str:
        """Report these energies, one every five minutes; what is shown at the end."""
        for energy in energies:
            self.entry.runtime_data.source.tell(energy=energy)
            await self.passes(FIVE_MINUTES)
        return self.shown

    async def passes(self, time: timedelta) -> None:
        """Let time pass: the statistics are made up every five minutes."""
        await async_wait_recording_done(self.hass)
        do_adhoc_statistics(self.hass, start=self._slot())
        await async_wait_recording_done(self.hass)
        self._freezer.tick(time)
        async_fire_time_changed(self.hass)
        await self.hass.async_block_till_done()

    def _slot(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)

    async def counted(self, entity_id: str = "") -> float:
        """Return the energy in the statistics since the start, kWh."""
        entity_id = entity_id or self.entity_id
        await self.passes(FIVE_MINUTES)
        rows = await get_instance(self.hass).async_add_executor_job(
            statistics_during_period,
            self.hass,
            START - FIVE_MINUTES,
            None,
            {entity_id},
            "5minute",
            None,
            {"sum"},
        )
        sums = [row["sum"] for row in rows[entity_id]]
        assert sums[-1] is not None
        return round(sums[-1], 3)


async def test_what_is_used_is_counted(heater: Heater) -> None:
    assert await heater.reads(12.5, 12.52, 12.6) == "12.6"
    assert await heater.counted() == 0.1
    assert heater.entry.runtime_data.store("HEATER01").guards["now_energy"].held == 0


@pytest.mark.parametrize(
    "glitch", [125.92, 42_949_672.95, 0.0, None, 1.0, -5.0, float("nan"), 12.55]
)
async def test_a_glitch_leaves_nothing_behind(heater: Heater, glitch: float | None) -> None:
    await heater.reads(12.5, 12.6)
    assert await heater.reads(glitch) == "12.6"
    assert await heater.reads(12.7) == "12.7"
    assert await heater.counted() == 0.2


async def test_zeros_after_a_restart_and_for_hours(heater: Heater) -> None:
    await heater.reads(12.5, 12.6)
    heater.entry.runtime_data.source.state["now_energy"] = 0.0
    await heater.restart()
    await heater.reads(*[0.0] * 40)
    assert await heater.reads(12.62) == "12.62"
    assert await heater.counted() == 0.12


async def test_a_replaced_heater_is_counted_on(heater: Heater) -> None:
    """2000 kWh and a new one: what it has used since is energy, and only that."""
    store = heater.entry.runtime_data.store("HEATER01")
    await heater.reads(12.5, 12.6)
    # New, and 0.2 kWh an hour.
    await heater.reads(*[round(0.1 + n / 60, 3) for n in range(35)])
    assert heater.shown == "12.6"
    assert await heater.reads(0.7) == "0.7"
    state = heater.hass.states.get(heater.entity_id)
    assert state
    assert "last_reset" in state.attributes
    assert store.guards["now_energy"].reset_at is not None
    assert await heater.reads(0.8) == "0.8"
    assert await heater.counted() == 0.9  # 0.1 of the old one, 0.8 of the new one
    # A restart does not count it once more.
    await heater.restart()
    assert await heater.reads(0.9) == "0.9"
    assert await heater.counted() == 1.0


async def test_a_person_says_that_it_was_replaced(heater: Heater) -> None:
    hass = heater.hass
    assert await async_setup_component(hass, "repairs", {})
    await heater.reads(12.5, 12.6, *[5.0] * 8)
    [issue] = [issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]
    assert issue.translation_key == "counter_fell"
    assert issue.is_fixable
    assert issue.translation_placeholders == {
        "entry": "Heaters",
        "entity": heater.entity_id,
        "before": "12.6 kWh",
        "told": "5 kWh",
    }
    manager = repairs_flow_manager(hass)
    assert manager
    flow = await manager.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert flow["step_id"] == "confirm"
    done = await manager.async_configure(flow["flow_id"], {})
    assert done["type"] == "create_entry"
    await hass.async_block_till_done()
    assert heater.shown == "5.0"
    assert not [issue for issue in ir.async_get(hass).issues.values() if issue.domain == DOMAIN]
    assert await heater.reads(5.1) == "5.1"


async def test_doubts_go_away_by_themselves(heater: Heater) -> None:
    await heater.reads(12.5, 12.6, *[5.0] * 8)
    assert [issue for issue in ir.async_get(heater.hass).issues.values() if issue.domain == DOMAIN]
    await heater.reads(12.7)
    assert not [
        issue for issue in ir.async_get(heater.hass).issues.values() if issue.domain == DOMAIN
    ]
    assert heater.shown == "12.7"


@pytest.mark.parametrize(("state_class", "booked"), [("total", 0.2), ("total_increasing", 12.8)])
async def test_why_counters_for_life_are_totals(
    heater: Heater, state_class: str, booked: float
) -> None:
    """A fall that gets through after all, as after a crash: 12.5, 12.6, then 6.0, then 12.7 kWh.

    A total takes it back when the right value returns. One that is said to be increasing has begun
    again from 0: 6.0 and 6.7 are counted beside the 0.1 of before.
    """
    hass = heater.hass
    about = {
        "state_class": state_class,
        "device_class": "energy",
        "unit_of_measurement": "kWh",
    }
    for energy in ("12.5", "12.6", "6.0", "12.7"):
        hass.states.async_set(OTHER, energy, about)
        await heater.passes(FIVE_MINUTES)
    assert await heater.counted(OTHER) == booked
