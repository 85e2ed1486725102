"""How often Home Assistant writes what a charging connector tells, and what it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import time
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.charging_pile import SimulatedPile

from .piles import CODE, FIRST, entity_id, entry_for, free_port, state_of, until, value_of

STATE = "cmd104_connector_status"
SECONDS = "cmd104_session_duration"
COST = "cmd104_session_cost"
ENERGY = "cmd104_session_energy"
REMAINING = "cmd104_remaining_charging_time"
MOVING = (SECONDS, COST, ENERGY, REMAINING)

LAST_COST = "cmd202_session_cost"
LAST_ENERGY = "cmd202_session_energy"


@asynccontextmanager
async def charging(
    hass: HomeAssistant, interval: float, *enabled: str
) -> AsyncIterator[SimulatedPile]:
    """A pile whose first connector charges; what moves is written every `interval` s."""
    port = free_port()
    entry = entry_for(port, CODE, update_seconds=interval)
    entry.add_to_hass(hass)
    for key in enabled:
        er.async_get(hass).async_get_or_create(
            "sensor", DOMAIN, f"{FIRST}_{key}", config_entry=entry, disabled_by=None
        )
    await hass.config_entries.async_setup(entry.entry_id)
    async with SimulatedPile(port) as pile:
        await pile.signed_in()
        pile.plug()
        pile.charge()
        await pile.heard(103, count=3)
        await hass.async_block_till_done()
        yield pile
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[Counter[str]]:
    """Count the changes that are written of each of the first connector's states."""
    keys = {entity_id(hass, key): key for key in (STATE, *MOVING)}
    counts: Counter[str] = Counter()

    @callback
    def count(event: Event[Any]) -> None:
        counts[keys.get(event.data["entity_id"], "")] += 1

    remove = hass.bus.async_listen(EVENT_STATE_CHANGED, count)
    yield counts
    remove()


async def minutes(pile: SimulatedPile, count: int) -> None:
    """Let the connector charge for so many minutes, with a report each."""
    for _ in range(count):
        pile.pass_time(60)
    await pile.heard(103, count=count)


async def test_a_session_is_written_at_the_chosen_rate(hass: HomeAssistant) -> None:
    interval = 0.4
    async with charging(hass, interval) as pile:
        begun = time.monotonic()
        with writes(hass) as counts:
            await minutes(pile, 12)
            await until(lambda: value_of(hass, SECONDS) == "720.0")
        most = 2 + (time.monotonic() - begun) // interval
        for key in MOVING:
            assert 1 <= counts[key] <= most, key
        # What was written last is what is known.
        energy = float(value_of(hass, ENERGY))
        assert energy > 1
        assert float(value_of(hass, COST)) == pytest.approx(0.8 * energy, abs=0.01)


async def test_a_session_waits_for_its_time_and_its_state_does_not(hass: HomeAssistant) -> None:
    async with charging(hass, 60) as pile:
        with writes(hass) as counts:
            await minutes(pile, 6)
            pile.connectors[1].state = 3
            pile.report()
            await until(lambda: value_of(hass, STATE) == "finished")
            pile.connectors[1].state = 2
            pile.report()
            await until(lambda: value_of(hass, STATE) == "charging")
        assert counts[STATE] == 2
        assert {counts[key] for key in MOVING} <= {0, 1}


async def test_a_session_that_ended_is_written_at_once(hass: HomeAssistant) -> None:
    """Whoever hears of the end finds this session's figures, not those of the one before."""
    async with charging(hass, 60) as pile:
        pile.end()
        event = entity_id(hass, "event_session")
        await until(lambda: state_of(hass, "event_session").attributes["event_type"] == "ended")
        await hass.async_block_till_done()
        assert value_of(hass, LAST_COST) == "0.0"
        told: list[tuple[str, str]] = []

        @callback
        def hear(happened: Event[Any]) -> None:
            state = happened.data["new_state"]
            if state.entity_id == event and state.attributes["event_type"] == "ended":
                told.append((value_of(hass, LAST_ENERGY), value_of(hass, LAST_COST)))

        hass.bus.async_listen(EVENT_STATE_CHANGED, hear)
        pile.charge()
        pile.connectors[1].energy = 12.5
        pile.end()
        await until(lambda: told)
        # 0.80 CNY a kWh.
        assert told == [("12.5", "10.0")]


async def test_what_a_session_shows(hass: HomeAssistant) -> None:
    async with charging(hass, 60):
        shown = {
            key: (
                attributes.get("device_class"),
                attributes.get("unit_of_measurement"),
                attributes.get("state_class"),
            )
            for key in (*MOVING, "cmd104_charging_power", "cmd104_start_time")
            for attributes in [state_of(hass, key).attributes]
        }
    assert shown == {
        SECONDS: ("duration", "s", None),
        REMAINING: ("duration", "min", None),
        COST: ("monetary", "CNY", None),
        ENERGY: ("energy", "kWh", "total_increasing"),
        "cmd104_charging_power": ("power", "W", "measurement"),
        "cmd104_start_time": ("timestamp", None, None),
    }


async def test_energies_of_a_day_are_shown_as_their_sum(hass: HomeAssistant) -> None:
    periods = "cmd114_periods"
    half_hours = {f"energy_period_{number:02}": 0.0 for number in range(1, 49)}
    half_hours |= {"energy_period_01": 1.5, "energy_period_48": 2.75}
    async with charging(hass, 0, periods) as pile:
        pile.send(114, {"connector_id": 1, **half_hours})
        await until(lambda: hass.states.get(entity_id(hass, periods)))
        assert value_of(hass, periods) == "4.25"
        elements = state_of(hass, periods).attributes["elements"]
    assert elements == [1.5, *[0.0] * 46, 2.75]
