"""Charging piles in Home Assistant: discovery, states, control, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
import socket
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import Blueprint, BlueprintInputs
from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.energy_storage_hub.charging_pile.client import Settings
from custom_components.energy_storage_hub.charging_pile.command_numbers import Cmd
from custom_components.energy_storage_hub.charging_pile.limits import Limits
from custom_components.energy_storage_hub.const import DOMAIN
from simulator.charging_pile import SimulatedPile
from simulator.charging_pile.connector import Connector
from simulator.charging_pile.dialects import V2_9

from .piles import (
    CODE,
    FIRST,
    SECOND,
    act,
    device_of,
    entity_id,
    entry_for,
    free_port,
    peer,
    press,
    state_of,
    until,
    value_of,
)

STATE = "cmd104_connector_status"
BLUEPRINTS = Path(__file__).parent.parent / "blueprints/automation/energy_storage_hub"

type Listen = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def listen(hass: HomeAssistant, port: int) -> AsyncIterator[Listen]:
    """Set up a server; it is unloaded when the test ends."""
    entries: list[MockConfigEntry] = []

    async def listen(*piles: str, **options: Any) -> MockConfigEntry:
        entry = entry_for(port, *piles, **options)
        entries.append(entry)
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    yield listen
    for entry in entries:
        if hass.config_entries.async_get_entry(entry.entry_id):
            await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


@pytest.fixture
async def pile(hass: HomeAssistant, listen: Listen, port: int) -> AsyncIterator[SimulatedPile]:
    """A server with one pile, which has signed in and reported."""
    await listen(CODE)
    async with SimulatedPile(port) as pile:
        await settled(hass, pile, 2)
        yield pile


async def settled(hass: HomeAssistant, pile: SimulatedPile, reports: int) -> None:
    """Wait until the server has answered so many status reports, and everything is written."""
    await pile.signed_in()
    await pile.heard(103, count=reports)
    await hass.async_block_till_done()


async def shows(hass: HomeAssistant, value: str, key: str = STATE, serial: str = FIRST) -> None:
    """Wait until a state's entity shows a value."""
    await until(lambda: value_of(hass, key, serial) == value)


def enable(hass: HomeAssistant, entry: MockConfigEntry, serial: str, *keys: str) -> None:
    """Enable entities before they are made."""
    for key in keys:
        platform = "binary_sensor" if "byte" in key else "sensor"
        er.async_get(hass).async_get_or_create(
            platform, DOMAIN, f"{serial}_{key}", config_entry=entry, disabled_by=None
        )


# Adding the server, and the piles.


async def test_adding_the_server(hass: HomeAssistant, port: int) -> None:
    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"next_step_id": "charging_pile"}
    )
    assert flow["type"] is FlowResultType.FORM

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"host": "127.0.0.1", "port": taken}
        )
        assert flow["errors"] == {"port": "port_in_use"}
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"host": "192.0.2.1", "port": port}
    )
    assert flow["errors"] == {"host": "address_not_here"}
    with patch(
        "asyncio.base_events.BaseEventLoop.create_server", side_effect=PermissionError(13, "no")
    ):
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"host": "127.0.0.1", "port": port}
        )
    assert flow["errors"] == {"port": "port_not_allowed"}
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"host": " 127.0.0.1 ", "port": port}
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["data"] == {
        "source": "charging_pile",
        "host": "127.0.0.1",
        "port": port,
        "piles": [],
    }
    await hass.async_block_till_done()

    flow = await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
    flow = await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"next_step_id": "charging_pile"}
    )
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "server_configured")
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    await hass.config_entries.async_unload(entry.entry_id)


async def test_moving_the_server(hass: HomeAssistant, listen: Listen, port: int) -> None:
    entry = await listen(CODE)
    other = free_port()
    async with SimulatedPile(port) as pile:
        await pile.signed_in()
        for address, reached in ((port, True), (other, False)):
            flow = await entry.start_reconfigure_flow(hass)
            flow = await hass.config_entries.flow.async_configure(
                flow["flow_id"], {"host": "127.0.0.1", "port": address}
            )
            assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "server_changed")
            await hass.async_block_till_done()
            assert entry.state is ConfigEntryState.LOADED
            if reached:
                await pile.heard(105, count=2)
    assert entry.data["piles"] == [CODE]
    async with SimulatedPile(other) as moved:
        await moved.signed_in()


async def test_moving_to_a_port_in_use(hass: HomeAssistant, listen: Listen) -> None:
    entry = await listen()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        flow = await entry.start_reconfigure_flow(hass)
        flow = await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"host": "127.0.0.1", "port": other.getsockname()[1]}
        )
    assert flow["errors"] == {"port": "port_in_use"}


async def found(hass: HomeAssistant) -> list[Any]:
    """Return the discoveries that wait for the person."""
    await hass.async_block_till_done()
    return hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_an_unknown_pile_is_discovered_and_served_when_it_was_added(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    entry = await listen()
    async with SimulatedPile(port) as pile:
        await pile.signed_in()
        pile.beat()
        pile.plug(1)
        await until(hass.config_entries.flow.async_progress)
        (flow,) = await found(hass)
        assert flow["context"]["title_placeholders"] == {"code": CODE}
        assert {said for said, _ in pile.received} == {105}
        assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)

        # It signs in again and again: that is still one discovery.
        pile.drop()
        await pile.heard(105, count=2)
        assert len(await found(hass)) == 1

        done = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
        assert (done["type"], done["reason"]) == (FlowResultType.ABORT, "pile_added")
        assert entry.data["piles"] == [CODE]
        await pile.heard(1101)
        pile.report(1)
        await shows_up(hass, FIRST)
        assert value_of(hass, "connection_online", CODE) == STATE_ON
    assert entry.state is ConfigEntryState.LOADED


async def shows_up(hass: HomeAssistant, serial: str) -> None:
    """Wait until a connector has a state."""

    def there() -> bool:
        return bool(er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"{serial}_{STATE}"))

    await until(there)
    await hass.async_block_till_done()


async def test_a_pile_that_was_ignored_is_not_offered_again(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    await listen()
    async with SimulatedPile(port) as pile:
        await pile.signed_in()
        await until(hass.config_entries.flow.async_progress)
        (flow,) = await found(hass)
        await hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_IGNORE},
            data={"unique_id": flow["context"]["unique_id"], "title": "x"},
        )
        assert await found(hass) == []
    ignored = next(e for e in hass.config_entries.async_entries(DOMAIN) if not e.data)
    assert not ignored.supports_options
    again = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": "integration_discovery"},
        data={"source": "charging_pile", "code": CODE},
    )
    assert again["reason"] == "already_configured"


async def test_a_pile_is_added_while_its_server_does_not_run(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    entry = await listen()
    async with SimulatedPile(port):
        await until(hass.config_entries.flow.async_progress)
        (flow,) = await found(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert entry.data["piles"] == [CODE]


async def test_a_discovery_outlives_its_server(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    entry = await listen()
    async with SimulatedPile(port):
        await until(hass.config_entries.flow.async_progress)
        (flow,) = await found(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    done = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert done["reason"] == "server_gone"


async def test_a_discovery_goes_to_the_server_that_is_there(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    """The dialog waits, the server is removed and added again: the pile is not offered twice."""
    first = await listen()
    async with SimulatedPile(port) as pile:
        await until(hass.config_entries.flow.async_progress)
        await hass.config_entries.async_remove(first.entry_id)
        second = await listen()
        await pile.heard(105, count=2)
        (flow,) = await found(hass)
        done = await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    assert done["reason"] == "pile_added"
    assert second.data["piles"] == [CODE]


# States.


async def test_devices(hass: HomeAssistant, pile: SimulatedPile) -> None:
    registry = dr.async_get(hass)
    device = registry.async_get(device_of(hass, CODE))
    connector = registry.async_get(device_of(hass, SECOND))
    assert isinstance(device, dr.DeviceEntry)
    assert isinstance(connector, dr.ChildDeviceEntry)
    assert (device.name, device.serial_number, device.sw_version) == (
        "Charging pile 1",
        CODE,
        "104.10",
    )
    assert (connector.name, connector.parent_device_id) == ("Connector 2", device.id)


async def test_from_idle_to_the_record(hass: HomeAssistant, pile: SimulatedPile) -> None:
    assert value_of(hass, STATE) == "idle"
    assert value_of(hass, "cmd104_cable") == STATE_OFF
    assert value_of(hass, "cmd104_soc") == STATE_UNKNOWN
    pile.plug(1, soc=40)
    await shows(hass, STATE_ON, "cmd104_cable")
    pile.charge(1)
    await shows(hass, "charging")
    pile.pass_time(1800)
    connector = pile.connectors[1]
    await pile.heard(103, count=5)
    pile.end(1, 316)
    await pile.heard(221)
    await hass.async_block_till_done()
    assert value_of(hass, STATE) == "finished"
    energy = state_of(hass, "cmd202_session_energy")
    assert float(energy.state) == round(connector.energy, 3)
    assert sum(energy.attributes["half_hours"]) == pytest.approx(connector.energy, abs=0.002)
    assert value_of(hass, "cmd202_stop_reason") == "bms_soc_full"
    assert value_of(hass, "cmd202_sessions") == "1"
    event = state_of(hass, "event_session")
    assert event.attributes["event_type"] == "ended"
    assert event.attributes["energy"] == round(connector.energy, 3)


async def test_energy_for_the_dashboard(hass: HomeAssistant, pile: SimulatedPile) -> None:
    lifetime = state_of(hass, "cmd104_lifetime_energy")
    assert lifetime.attributes["state_class"] == "total"
    assert lifetime.attributes["device_class"] == "energy"
    assert lifetime.attributes["unit_of_measurement"] == "kWh"
    power = state_of(hass, "cmd104_charging_power")
    assert (power.attributes["device_class"], power.attributes["unit_of_measurement"]) == (
        "power",
        "W",
    )
    assert lifetime.state == "1300.5"
    pile.connectors[1].meter = 0.0
    pile.report(1)
    await settled(hass, pile, 3)
    assert value_of(hass, "cmd104_lifetime_energy") == "1300.5"


async def test_alarms_in_words(hass: HomeAssistant, listen: Listen, port: int) -> None:
    entry = await listen(CODE)
    enable(hass, entry, CODE, "cmd108_byte1_bit2", "cmd108_byte1_bit3")
    await hass.config_entries.async_reload(entry.entry_id)
    async with SimulatedPile(port) as pile:
        await settled(hass, pile, 2)
        assert value_of(hass, "cmd108_alarm", CODE) == "none"
        pile.fault(2)
        await shows(hass, "system_fault")
        await hass.async_block_till_done()
        alarm = state_of(hass, "cmd108_alarm", CODE)
        assert (alarm.state, alarm.attributes["active"]) == (
            "insulation_fault",
            ["insulation_fault"],
        )
        assert value_of(hass, "cmd104_error_code") == "insulation_fault"
        assert value_of(hass, "cmd104_error_code", CODE) == "insulation_fault"
        assert value_of(hass, "cmd108_byte1_bit2", CODE) == STATE_ON
        assert value_of(hass, "cmd108_byte1_bit3", CODE) == STATE_OFF
        pile.fault(0)
        await shows(hass, "idle")
        await hass.async_block_till_done()
        assert value_of(hass, "cmd108_alarm", CODE) == "none"


async def test_cards_are_hidden_unless_wanted(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    keys = ("cmd104_id_tag", "cmd104_vin", "cmd202_license_plate")
    entry = await listen(CODE)
    enable(hass, entry, FIRST, *keys)
    for shown, card, plate in ((False, "***7890", "***"), (True, "1234567890", "粤B12345")):
        hass.config_entries.async_update_entry(entry, options={"show_identities": shown})
        await hass.config_entries.async_reload(entry.entry_id)
        async with SimulatedPile(port) as pile:
            await pile.signed_in()
            pile.plug(1)
            pile.charge(1, "1234567890")
            pile.end(1)
            await pile.heard(221)
            await hass.async_block_till_done()
            assert value_of(hass, "cmd104_id_tag") == card
            assert value_of(hass, "cmd202_license_plate") == plate


async def test_a_lost_pile_is_unavailable_and_comes_back(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    quick = partial(Settings, limits=Limits(sweep=0.02, grace=0.1))
    with patch("custom_components.energy_storage_hub.charging_pile.entry.Settings", quick):
        await listen(CODE)
    async with SimulatedPile(port) as pile:
        await settled(hass, pile, 2)
        assert value_of(hass, STATE) == "idle"
    await shows(hass, STATE_UNAVAILABLE)
    assert value_of(hass, "connection_online", CODE) == STATE_OFF
    assert value_of(hass, "command_start") == STATE_UNAVAILABLE
    assert value_of(hass, "event_session") == STATE_UNAVAILABLE
    async with SimulatedPile(port) as pile:
        await settled(hass, pile, 2)
        assert value_of(hass, STATE) == "idle"
        assert value_of(hass, "command_start") == STATE_UNKNOWN
        assert value_of(hass, "connection_online", CODE) == STATE_ON


async def test_states_are_there_again_after_a_restart(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    entry = await listen(CODE)
    async with SimulatedPile(port) as pile:
        await pile.signed_in()
        pile.plug(1)
        pile.charge(1)
        pile.pass_time(60)
        pile.end(1)
        await pile.heard(221)
        await hass.async_block_till_done()
        before = value_of(hass, "cmd202_session_energy")
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert value_of(hass, "cmd202_session_energy") == STATE_UNAVAILABLE
    assert value_of(hass, "connection_online", CODE) == STATE_OFF
    async with SimulatedPile(port) as pile:
        await settled(hass, pile, 2)
        assert value_of(hass, "cmd202_session_energy") == before
        assert value_of(hass, "cmd202_sessions") == "1"


# How old it is, and what is counted.

POWER, LIFETIME = "cmd104_charging_power", "cmd104_lifetime_energy"
SESSION, ALARM = "cmd104_session_energy", "cmd104_error_code"
ALL_ONES = 0xFFFFFFFF / 100
"""What a meter of four bytes in 0.01 kWh says that has no reading."""


class Slow:
    """A pile in a time that passes only when a test says so."""

    def __init__(
        self, hass: HomeAssistant, pile: SimulatedPile, freezer: FrozenDateTimeFactory
    ) -> None:
        self.hass, self.pile = hass, pile
        self._freezer = freezer

    async def said(self, answer: int, *, count: int = 1) -> None:
        """Wait until what the pile said is answered, and what it changed is written."""
        await self.pile.heard(answer, count=count)
        await self.pass_time(15)

    async def pass_time(self, seconds: float, *reporting: int) -> None:
        """Let heartbeats go on, and the reports of some connectors."""
        while seconds > 0:
            self._freezer.tick(min(seconds, 15))
            seconds -= 15
            before = len(self.pile.received)
            for number in reporting:
                self.pile.report(number)
            self.pile.beat()
            await self.pile.heard(101, after=before)
            async_fire_time_changed(self.hass)
            await self.hass.async_block_till_done()

    async def tell(self, **fields: Any) -> None:
        """Let the first connector say something else than it would by itself."""
        before = len(self.pile.received)
        status = self.pile.connectors[1].status(idle_meter=True)
        self.pile.send(Cmd.STATUS_REPORT, {"connector_count": 2, **status, **fields})
        await self.pile.heard(103, after=before)
        await self.pass_time(15)

    @property
    def entry(self) -> MockConfigEntry:
        """The entry of its server."""
        (entry,) = self.hass.config_entries.async_entries(DOMAIN)
        assert isinstance(entry, MockConfigEntry)
        return entry

    async def reload(self) -> None:
        """Take the server down and up again; the pile dials in again."""
        before = len(self.pile.received)
        await self.hass.config_entries.async_reload(self.entry.entry_id)
        await self.dial_in(before)

    async def dial_in(self, before: int) -> None:
        """Let the pile dial in again."""
        for _ in range(20):
            await asyncio.sleep(0)
        self._freezer.tick(1)
        await self.pile.heard(103, after=before, count=2)
        await self.pass_time(15)


@pytest.fixture
async def slow(
    freezer: FrozenDateTimeFactory, hass: HomeAssistant, listen: Listen, port: int
) -> AsyncIterator[Slow]:
    await listen(CODE)
    async with SimulatedPile(port) as pile:
        slow = Slow(hass, pile, freezer)
        await settled(hass, pile, 2)
        await slow.pass_time(15)
        yield slow


async def test_a_connector_that_falls_silent_does_not_charge_for_ever(
    hass: HomeAssistant, slow: Slow
) -> None:
    """Heartbeats and the other connector go on: 300 s after its last 104 nobody knows."""
    slow.pile.plug(1)
    slow.pile.charge(1)
    await slow.said(103, count=4)
    power, lifetime = value_of(hass, POWER), value_of(hass, LIFETIME)
    assert float(power) > 0
    await slow.pass_time(270, 2)
    assert (value_of(hass, STATE), value_of(hass, POWER)) == ("charging", power)
    await slow.pass_time(60, 2)
    for key in (STATE, POWER, "cmd104_cable", "cmd104_soc"):
        assert value_of(hass, key) == STATE_UNKNOWN
    assert value_of(hass, LIFETIME) == lifetime
    assert value_of(hass, STATE, SECOND) == "idle"
    assert value_of(hass, "connection_online", CODE) == STATE_ON
    # It says again what it said last: that is news.
    await slow.pass_time(15, 1)
    assert (value_of(hass, STATE), value_of(hass, POWER)) == ("charging", power)


async def test_what_is_said_again_stays_current(hass: HomeAssistant, slow: Slow) -> None:
    await slow.pass_time(900, 1, 2)
    assert (value_of(hass, STATE), value_of(hass, STATE, SECOND)) == ("idle", "idle")
    assert value_of(hass, ALARM, CODE) == "none"


async def test_what_the_vehicle_says_ends_with_the_charging(
    hass: HomeAssistant, slow: Slow
) -> None:
    """302 comes every 30 s: after 120 s without, its demands are nobody's."""
    enable(hass, slow.entry, FIRST, "cmd302_bcl_current_demand")
    await slow.reload()
    slow.pile.report_bms(1)
    await slow.said(301)
    await slow.pass_time(75, 1, 2)
    assert value_of(hass, "cmd302_bcl_current_demand") == "125.0"
    await slow.pass_time(60, 1, 2)
    assert value_of(hass, "cmd302_bcl_current_demand") == STATE_UNKNOWN
    assert value_of(hass, STATE) == "idle"


async def test_what_comes_once_stays(hass: HomeAssistant, slow: Slow) -> None:
    slow.pile.charge(1)
    slow.pile.pass_time(60)
    slow.pile.end(1)
    await slow.said(221)
    keys = [
        *((FIRST, f"cmd202_{name}") for name in ("session_energy", "stop_reason", "sessions")),
        *((CODE, key) for key in ("cmd106_firmware_version", "cmd108_alarm", "cmd1102_slots")),
    ]
    before = [value_of(hass, key, serial) for serial, key in keys]
    assert STATE_UNKNOWN not in before
    await slow.pass_time(1800, 1, 2)
    assert [value_of(hass, key, serial) for serial, key in keys] == before


async def test_the_alarm_of_a_pile_is_that_of_any_connector(
    hass: HomeAssistant, slow: Slow
) -> None:
    """Whichever of them said something last."""
    slow.pile.fault(2, 2)
    await slow.pass_time(15, 1, 2)
    assert value_of(hass, ALARM, CODE) == "insulation_fault"
    slow.pile.plug(1)
    await slow.pass_time(15, 1, 2)
    assert value_of(hass, ALARM, CODE) == "insulation_fault"
    slow.pile.fault(0, 2)
    await slow.pass_time(15)
    assert value_of(hass, ALARM, CODE) == "none"
    # One that is not heard any more raises none.
    slow.pile.fault(2, 2)
    await slow.pass_time(330)
    slow.pile.unplug(1)
    await slow.pass_time(15)
    assert value_of(hass, ALARM, CODE) == "none"


@pytest.mark.parametrize("nonsense", [ALL_ONES, ALL_ONES - 0.01, 35_554.92, 0.0, 0.01])
async def test_a_meter_without_a_reading_books_nothing(
    hass: HomeAssistant, slow: Slow, nonsense: float
) -> None:
    """1300.50 kWh, nonsense, then 1300.60."""
    assert value_of(hass, LIFETIME) == "1300.5"
    await slow.tell(meter_value=nonsense, meter_start=nonsense)
    assert value_of(hass, LIFETIME) == "1300.5"
    await slow.tell(meter_value=1300.60)
    assert value_of(hass, LIFETIME) == "1300.6"


async def test_all_ones_are_no_first_reading(hass: HomeAssistant, slow: Slow) -> None:
    """Before anything was known, and to stand for ever."""
    slow.pile.connectors[3] = Connector(3, meter=1000.0)
    await slow.tell(connector_id=3, meter_value=ALL_ONES, meter_start=ALL_ONES)
    for told in (1000.0, ALL_ONES, 1000.1):
        await slow.tell(connector_id=3, meter_value=told, meter_start=1000.0)
    assert value_of(hass, LIFETIME, f"{CODE}#3") == "1000.1"


async def test_a_start_reading_stands_in_only_before_there_is_another(
    hass: HomeAssistant, slow: Slow
) -> None:
    """An idle pile says 0, and where its last session began: lower, and no new meter."""
    await slow.pass_time(600)
    await slow.tell(meter_start=1300.5, meter_value=1310.5, connector_status=2)
    assert value_of(hass, LIFETIME) == "1310.5"
    for soc in range(4):
        await slow.tell(meter_start=1300.5, meter_value=0, soc=soc)
        await slow.pass_time(900)
    assert value_of(hass, LIFETIME) == "1310.5"
    assert not ir.async_get(hass).issues
    slow.pile.dialect = V2_9
    slow.pile.connectors[1].meter_start = 1300.5
    await slow.reload()
    assert value_of(hass, LIFETIME) == "1310.5"
    await slow.tell(meter_start=1310.5, meter_value=1310.9)
    assert value_of(hass, LIFETIME) == "1310.9"


async def test_a_session_counts_from_nothing_again(hass: HomeAssistant, slow: Slow) -> None:
    state = state_of(hass, SESSION)
    assert (state.attributes["device_class"], state.state) == ("energy", "0.0")
    await slow.pass_time(600)
    await slow.tell(session_energy=12.34, connector_status=3)
    assert value_of(hass, SESSION) == "12.34"
    # 0 once may be a slip. Twice it is not, though an idle connector says the very same.
    await slow.tell(session_energy=0)
    assert value_of(hass, SESSION) == "12.34"
    await slow.pass_time(30, 1)
    assert value_of(hass, SESSION) == "0.0"


async def test_what_came_after_a_record_is_kept_when_home_assistant_stops(
    hass: HomeAssistant, hass_storage: dict[str, Any], slow: Slow, port: int
) -> None:
    """A record is written at once; 20 kWh and a second pile after it must not be lost."""
    slow.pile.connectors[1].meter = 1301.0
    slow.pile.end(1)
    await slow.said(221)
    kept = hass_storage[f"{DOMAIN}.{slow.entry.entry_id}"]
    assert kept["data"]["source"][CODE]["connectors"]["1"]["sessions"] == 1
    assert kept["data"]["counters"][FIRST][LIFETIME]["value"] == 1301.0

    await slow.pass_time(180, 2)
    await slow.tell(meter_value=1321.0)
    assert value_of(hass, LIFETIME) == "1321.0"
    async with SimulatedPile(port, code="32010002", connectors=1) as second:
        await second.signed_in()
        (flow,) = await found(hass)
        await hass.config_entries.flow.async_configure(flow["flow_id"], {})
        await second.heard(1101)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await hass.async_block_till_done()
        kept = hass_storage[f"{DOMAIN}.{slow.entry.entry_id}"]
        assert kept["data"]["counters"][FIRST][LIFETIME]["value"] == 1321.0
        assert kept["data"]["source"][CODE]["connectors"]["1"]["sessions"] == 1
        assert kept["data"]["source"]["32010002"]["number"] == 2


async def test_sessions_never_fall(
    hass: HomeAssistant, hass_storage: dict[str, Any], slow: Slow
) -> None:
    """What was shown after the last write to the disk was shown: counting goes on from there."""
    slow.pile.end(1)
    await slow.said(221)
    entry_id, before = slow.entry.entry_id, len(slow.pile.received)
    await hass.config_entries.async_unload(entry_id)
    kept = hass_storage[f"{DOMAIN}.{entry_id}"]["data"]
    assert kept["source"][CODE]["connectors"]["1"]["sessions"] == 1
    kept["counters"][FIRST]["cmd202_sessions"]["value"] = 7
    await hass.config_entries.async_setup(entry_id)
    await slow.dial_in(before)
    # The record that it sends again is known.
    assert value_of(hass, "cmd202_sessions") == "7"
    slow.pile.charge(1)
    slow.pile.end(1)
    await slow.said(221, count=3)
    assert value_of(hass, "cmd202_sessions") == "8"


# Control.


async def test_start_and_stop(hass: HomeAssistant, pile: SimulatedPile) -> None:
    pile.plug(1)
    await shows(hass, STATE_ON, "cmd104_cable")
    await press(hass, "start")
    order = await pile.heard(7)
    assert (order["connector_id"], order["charging_strategy"]) == (1, 0)
    assert order["charging_strategy_param"] == order["account_balance"] == 0
    assert order["transaction_id"]
    await shows(hass, "preparing")
    pile.pass_time(10)
    await shows(hass, "charging")
    await press(hass, "stop")
    assert value_of(hass, STATE) == "finished"
    assert (await pile.heard(5))["command_values"] == (0x55,)
    await pile.heard(221)


async def test_a_stop_does_not_wait_for_a_slow_start(
    hass: HomeAssistant, pile: SimulatedPile
) -> None:
    for number in (1, 2):
        pile.plug(number)
    pile.charge(2)
    await shows(hass, "charging", serial=SECOND)
    await shows(hass, STATE_ON, "cmd104_cable")
    pile.mute = {7}
    starting = asyncio.create_task(press(hass, "start"))
    await pile.heard(7)
    await press(hass, "stop", SECOND)
    assert value_of(hass, STATE, SECOND) == "finished"
    assert not starting.done()
    pile.send(8, {"connector_id": 1, "result": 30})
    assert await why(starting) == "start_refused"


async def test_start_with_a_limit(hass: HomeAssistant, pile: SimulatedPile) -> None:
    for strategy, limit, number, parameter in (
        ("by_time", 90, 1, 5400),
        ("by_amount", 12.5, 2, 1250),
    ):
        pile.plug(1)
        await shows(hass, STATE_ON, "cmd104_cable")
        answer = await act(hass, "start_charging", strategy=strategy, limit=limit)
        order = [values for said, values in pile.received if said == 7][-1]
        assert (order["charging_strategy"], order["charging_strategy_param"]) == (
            number,
            parameter,
        )
        assert answer == {"transaction_id": order["transaction_id"], "state": "preparing"}
        assert (await act(hass, "stop_charging"))["state"] == "finished"


async def why(order: Awaitable[object]) -> str | None:
    """Return the text that tells a person why an order failed at the device."""
    with pytest.raises(HomeAssistantError) as caught:
        await order
    assert not isinstance(caught.value, ServiceValidationError)
    assert caught.value.translation_domain == DOMAIN
    return caught.value.translation_key


async def mistake(order: Awaitable[object]) -> str | None:
    """Return the text that tells a person what they did wrong."""
    with pytest.raises(ServiceValidationError) as caught:
        await order
    assert caught.value.translation_domain == DOMAIN
    return caught.value.translation_key


async def test_what_cannot_be_started(hass: HomeAssistant, pile: SimulatedPile) -> None:
    assert await why(press(hass, "start")) == "no_vehicle"
    pile.plug(1)
    await shows(hass, STATE_ON, "cmd104_cable")
    pile.start_result = 9
    assert await why(press(hass, "start")) == "start_refused"
    pile.fault(1)
    await shows(hass, "system_fault")
    assert await why(press(hass, "start")) == "connector_fault"
    pile.fault(0)
    pile.charge(1)
    await shows(hass, "charging")
    assert await why(press(hass, "start")) == "already_charging"
    pile.control_result = 1
    assert await why(press(hass, "stop")) == "pile_refused"


async def test_the_heartbeat_is_set(hass: HomeAssistant, pile: SimulatedPile) -> None:
    """What is shown is what the pile says when it signs in again, which it is asked to."""
    number = entity_id(hass, "set_heartbeat_interval", CODE)
    assert hass.states.get(number) is None  # nobody needs it from the start
    er.async_get(hass).async_update_entity(number, disabled_by=None)
    [entry] = hass.config_entries.async_entries(DOMAIN)
    await hass.config_entries.async_reload(entry.entry_id)
    await settled(hass, pile, 4)
    state = hass.states.get(number)
    assert state
    assert (state.state, state.attributes["min"], state.attributes["max"]) == ("15.0", 5, 60)
    set_to = {"entity_id": number, "value": 20}
    await hass.services.async_call("number", "set_value", set_to, blocking=True)
    assert pile.parameters[21] == 20
    assert value_of(hass, "set_heartbeat_interval", CODE) == "20.0"

    # A pile that does not know the parameter says so.
    seconds = pile.parameters.pop(21)
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "number", "set_value", {"entity_id": number, "value": 30}, blocking=True
        )
    pile.parameters[21] = seconds
    assert caught.value.translation_key == "pile_refused"
    assert value_of(hass, "set_heartbeat_interval", CODE) == "20.0"


async def test_buttons_of_the_pile(hass: HomeAssistant, pile: SimulatedPile) -> None:
    await press(hass, "report_now", CODE)
    asked = [
        (values["start_command_address"], values["connector_id"])
        for said, values in pile.received
        if said == 5
    ]
    assert asked == [(14, 1), (15, 1), (15, 2)]
    await press(hass, "report_now", SECOND)
    boots = pile.boots
    await press(hass, "reboot", CODE)
    await until(lambda: pile.boots == boots + 1)
    await pile.heard(105, count=pile.logins + 1)
    await settled(hass, pile, 2)
    await press(hass, "set_clock", CODE)
    assert [values for said, values in pile.received if said == 3][-1]["start_address"] == 2


async def test_the_clock_is_set_where_it_is_wrong(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    entry = await listen(CODE, time_zone="Asia/Shanghai")
    shanghai = timedelta(hours=8)
    async with SimulatedPile(port, clock=shanghai) as right:
        await settled(hass, right, 2)
        assert not [said for said, _ in right.received if said == 3]
    async with SimulatedPile(port, clock=timedelta(hours=3)) as wrong:
        await wrong.heard(3)
        await until(lambda: abs(wrong.now - right.now) < timedelta(seconds=3))
    hass.config_entries.async_update_entry(
        entry, options={"time_zone": "Asia/Shanghai", "set_clock": False}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    async with SimulatedPile(port, clock=timedelta(hours=3)) as own:
        await settled(hass, own, 2)
        assert not [said for said, _ in own.received if said == 3]


async def test_reading_parameters(hass: HomeAssistant, pile: SimulatedPile) -> None:
    answer = await act(hass, "read_parameter", CODE, parameter="heartbeat_interval")
    assert answer == {
        "parameter": "heartbeat_interval",
        "address": 21,
        "value": 15,
        "unit": "s",
    }
    answer = await act(hass, "read_parameter", CODE, parameter="charge_point_id")
    assert answer["value"] == CODE
    for unknown in ("meter_type", "server_domain"):
        order = act(hass, "read_parameter", CODE, parameter=unknown)
        assert await why(order) == "pile_refused"
    order = act(hass, "read_parameter", CODE, parameter="admin_password")
    assert await mistake(order) == "unknown_parameter"


async def test_tariffs(hass: HomeAssistant, pile: SimulatedPile) -> None:
    tariff = state_of(hass, "cmd1102_slots", CODE)
    assert tariff.state == "3"
    assert tariff.attributes["elements"][0] == "00:00-07:00: 0.35"
    slots = [
        {"start": "00:00", "end": "06:30", "price": 0.3},
        {"start": "06:30", "end": "24:00", "price": 0.9},
    ]
    assert await act(hass, "set_tariff", CODE, slots=slots) == {"slots": slots}
    assert len(pile.tariff) == 12
    assert await act(hass, "read_tariff", CODE) == {"slots": slots}
    assert value_of(hass, "cmd1102_slots", CODE) == "2"


@pytest.mark.parametrize(
    ("slots", "text"),
    [
        ([], "tariff_slots"),
        ([("00:00", "24:00", 0.5)] * 13, "tariff_slots"),
        ([("00:00", "06:30", 0.5)], "tariff_gap"),
        ([("00:00", "06:00", 0.5), ("07:00", "24:00", 0.5)], "tariff_gap"),
        ([("00:00", "06:15", 0.5), ("06:15", "24:00", 0.5)], "tariff_time"),
        ([("00:00", "25:00", 0.5)], "tariff_time"),
        ([("00:00", "24:00", -0.5)], "tariff_price"),
    ],
)
async def test_tariffs_that_cannot_be(
    hass: HomeAssistant, pile: SimulatedPile, slots: list[tuple[str, str, float]], text: str
) -> None:
    before = list(pile.tariff)
    typed = [{"start": start, "end": end, "price": price} for start, end, price in slots]
    assert await mistake(act(hass, "set_tariff", CODE, slots=typed)) == text
    assert pile.tariff == before


async def test_half_hour_energies(hass: HomeAssistant, pile: SimulatedPile) -> None:
    pile.plug(1)
    pile.charge(1)
    pile.pass_time(600)
    answer = await act(hass, "read_half_hour_energies")
    assert len(answer["energies"]) == 48
    assert sum(answer["energies"]) == pytest.approx(pile.connectors[1].energy, abs=0.01)
    assert answer["start"]


async def test_actions_on_the_wrong_device(
    hass: HomeAssistant, listen: Listen, port: int, pile: SimulatedPile
) -> None:
    assert await mistake(act(hass, "stop_charging", CODE)) == "which_connector"
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            DOMAIN, "stop_charging", {"device_id": "nothing"}, blocking=True
        )
    assert caught.value.translation_key == "unknown_device"
    entry = hass.config_entries.async_entries(DOMAIN)[0]
    await hass.config_entries.async_unload(entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "stop_charging")
    assert caught.value.translation_key == "source_not_running"


# Cards and vehicles.


async def test_cards_are_refused_unless_listed(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    entry = await listen(CODE, cards=["1234567890"], vins=["LSVAU2180N2000001"])
    er.async_get(hass).async_get_or_create(
        "event", DOMAIN, f"{FIRST}_event_card", config_entry=entry, disabled_by=None
    )
    await hass.config_entries.async_reload(entry.entry_id)
    async with SimulatedPile(port) as pile:
        await settled(hass, pile, 2)
        for card, code, happened in (
            ("9999999999", 1, "card_refused"),
            ("1234567890", 0, "card_accepted"),
        ):
            before = len(pile.received)
            pile.swipe(card)
            assert (await pile.heard(203, after=before))["response_code"] == code
            await hass.async_block_till_done()
            event = state_of(hass, "event_card")
            assert event.attributes["event_type"] == happened
            assert event.attributes["identity"] == f"***{card[-4:]}"
        for vin, result in (("LSVAU2180N2000009", 1), ("LSVAU2180N2000001", 0)):
            before = len(pile.received)
            pile.ask_vin(vin, 2)
            answer = await pile.heard(207, after=before)
            assert (answer["result"], answer["vin"]) == (result, vin)
            assert bool(answer["transaction_id"]) is (result == 0)


async def test_accepting_all(hass: HomeAssistant, listen: Listen, port: int) -> None:
    await listen(CODE, accept_all=True)
    async with SimulatedPile(port) as pile:
        await pile.signed_in()
        pile.swipe("9999999999")
        assert (await pile.heard(203))["response_code"] == 0


async def test_options(hass: HomeAssistant, listen: Listen) -> None:
    entry = await listen(CODE)
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    assert flow["step_id"] == "charging_pile"
    flow = await hass.config_entries.options.async_configure(
        flow["flow_id"],
        {
            "time_zone": "Asia/Shanghai",
            "set_clock": False,
            "cards": [" 123 ", "", "123"],
            "vins": [],
            "accept_all": False,
            "show_identities": True,
            "update_seconds": 5,
        },
    )
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert flow["data"]["cards"] == ["123"]
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


# What goes wrong, and the end.


async def test_a_port_in_use(hass: HomeAssistant, listen: Listen, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        entry = await listen(CODE)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{entry.entry_id}_port_in_use")
        assert issue
        assert issue.translation_placeholders == {"entry": "Charging piles", "port": str(port)}
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=30))
    await until(lambda: entry.state is ConfigEntryState.LOADED)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"{entry.entry_id}_port_in_use")


async def test_an_encrypting_pile_is_a_repair_issue(
    hass: HomeAssistant, listen: Listen, pile: SimulatedPile
) -> None:
    pile.send(104, {"connector_id": 1}, encrypted=True)
    await until(lambda: len(ir.async_get(hass).issues) == 1)
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "encrypted_pile"
    assert issue.translation_placeholders == {"entry": "Charging piles", "ending": CODE[-4:]}
    pile.plug(2)
    await until(lambda: not ir.async_get(hass).issues)


async def test_unloading_closes_everything(hass: HomeAssistant, listen: Listen, port: int) -> None:
    entry = await listen(CODE)
    async with peer(port) as somebody, SimulatedPile(port) as pile:
        await pile.signed_in()
        for _ in range(2):
            await hass.config_entries.async_unload(entry.entry_id)
            assert await somebody.hung_up()
            with pytest.raises(ConnectionError):
                await asyncio.open_connection("127.0.0.1", port)
            await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
        await pile.heard(105, count=2)


async def test_a_server_that_cannot_be_set_up_does_not_listen(
    hass: HomeAssistant, listen: Listen, port: int
) -> None:
    with patch.object(
        hass.config_entries, "async_forward_entry_setups", side_effect=HomeAssistantError
    ):
        entry = await listen(CODE)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_removing_a_pile(hass: HomeAssistant, pile: SimulatedPile) -> None:
    """It is a stranger again, and comes back as a new one when it is added again."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    registry = dr.async_get(hass)
    from custom_components.energy_storage_hub import async_remove_config_entry_device  # noqa: PLC0415

    connector = registry.async_get(device_of(hass, FIRST))
    assert not await async_remove_config_entry_device(hass, entry, connector)
    device = registry.async_get(device_of(hass, CODE))
    assert device
    assert await async_remove_config_entry_device(hass, entry, device)
    registry.async_remove_device(device.id)
    await hass.async_block_till_done()
    assert entry.data["piles"] == []
    assert not er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    await until(hass.config_entries.flow.async_progress)
    (flow,) = await found(hass)
    await hass.config_entries.flow.async_configure(flow["flow_id"], {})
    await until(lambda: value_of_or_none(hass) is not None)
    pile.report(1)
    await shows_up(hass, FIRST)
    await press(hass, "report_now")


def value_of_or_none(hass: HomeAssistant) -> str | None:
    """Return whether the pile is online, None before it is known."""
    found_id = er.async_get(hass).async_get_entity_id(
        "binary_sensor", DOMAIN, f"{CODE}_connection_online"
    )
    state = hass.states.get(found_id) if found_id else None
    return state.state if state else None


async def test_diagnostics(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, pile: SimulatedPile
) -> None:
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    pile.plug(1)
    pile.charge(1, "1234567890")
    pile.end(1)
    await pile.heard(221)
    await hass.async_block_till_done()
    whole = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    told = str(whole)
    for secret in (CODE, "1234567890", "LSVAU2180N2000001", "粤B12345", "127.0.0.1"):
        assert secret not in told
    assert REDACTED in told
    assert whole["source"]["piles"][0]["online"] is True
    assert whole["source"]["server"]["connections"] == 1
    device = dr.async_get(hass).async_get(device_of(hass, FIRST))
    assert device
    part = await get_diagnostics_for_device(hass, hass_client, entry, device)
    assert part["devices"][0]["kind"] == "connector"


async def test_system_health(hass: HomeAssistant, pile: SimulatedPile, port: int) -> None:
    from homeassistant.components.system_health import SystemHealthRegistration  # noqa: PLC0415

    from custom_components.energy_storage_hub import system_health  # noqa: PLC0415

    registration = SystemHealthRegistration(hass, DOMAIN)
    system_health.async_register(hass, registration)
    assert registration.info_callback
    health = await registration.info_callback(hass)
    assert health["source_1"] == f"port: {port}, piles: 1, connected: 1"


async def test_nothing_private_is_logged(
    hass: HomeAssistant, pile: SimulatedPile, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    pile.plug(1)
    pile.charge(1, "1234567890")
    pile.beat()
    pile.end(1)
    pile.swipe("5555666677")
    await pile.heard(203)
    await hass.async_block_till_done()
    ours = [
        record for record in caplog.records if record.name.startswith(f"custom_components.{DOMAIN}")
    ]
    assert not [record for record in ours if record.levelname != "DEBUG"]
    assert entity_id(hass, STATE)


# Blueprints.


async def automate(hass: HomeAssistant, name: str, inputs: dict[str, Any]) -> None:
    """Make an automation of a blueprint."""
    blueprint = Blueprint(
        load_yaml_dict(BLUEPRINTS / name),
        expected_domain="automation",
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )
    config = BlueprintInputs(
        blueprint, {"use_blueprint": {"path": name, "input": inputs}}
    ).async_substitute()
    assert await async_setup_component(hass, "automation", {"automation": config})
    await hass.async_block_till_done()


async def test_the_blueprint_of_a_session(hass: HomeAssistant, pile: SimulatedPile) -> None:
    told = async_mock_service(hass, "test", "tell")
    await automate(
        hass,
        "pile_session.yaml",
        {
            "sessions": [entity_id(hass, "event_session")],
            "actions": [
                {"action": "test.tell", "data": {"text": "{{ connector }} {{ what }} {{ energy }}"}}
            ],
        },
    )
    pile.plug(1)
    pile.charge(1)
    pile.pass_time(900)
    pile.end(1)
    await until(lambda: told)
    assert [call.data["text"] for call in told] == ["Connector 1 ended 10.0"]


async def test_the_blueprint_of_the_surplus(hass: HomeAssistant, pile: SimulatedPile) -> None:
    hass.states.async_set("sensor.export", "0")
    await automate(
        hass,
        "pile_surplus.yaml",
        {
            "surplus": "sensor.export",
            "state": entity_id(hass, STATE),
            "cable": entity_id(hass, "cmd104_cable"),
            "start": entity_id(hass, "command_start"),
            "stop": entity_id(hass, "command_stop"),
            "delay": {"seconds": 0},
        },
    )
    hass.states.async_set("sensor.export", "5000")
    await hass.async_block_till_done()
    assert not [said for said, _ in pile.received if said == 7]
    pile.plug(1)
    await shows(hass, STATE_ON, "cmd104_cable")
    hass.states.async_set("sensor.export", "200")
    await hass.async_block_till_done()
    hass.states.async_set("sensor.export", "4500")
    await pile.heard(7)
    await shows(hass, "preparing")
    await hass.async_block_till_done()
    hass.states.async_set("sensor.export", "50")
    await pile.heard(5)
    await shows(hass, "finished")
    await hass.async_block_till_done()
