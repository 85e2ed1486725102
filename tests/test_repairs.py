"""Repair issues: each appears when a person has to act, says what to do, and goes away again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.energy_storage_hub.const import DOMAIN
from simulator.powerocean import Fault
from simulator.powerocean.system import OCEAN_2, SimulatedCloud

from .conftest import SetUp
from .powerocean import STREAM, SYSTEM, House, pass_time, value_of

SMALL: dict[str, Any] = {"packs": (), "wall_box": False}
ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / DOMAIN

ticking = pytest.mark.freeze_time("2026-06-21 07:30:00", tick=True)


@pytest.fixture
def simulation() -> dict[str, Any]:
    """A small system is quick, and has the same problems."""
    return SMALL


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return our issues by the key of their text."""
    registry = ir.async_get(hass)
    return {
        issue.translation_key or "": issue
        for (domain, _), issue in registry.issues.items()
        if domain == DOMAIN and issue.active
    }


def told(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> str:
    """Return what a person reads in the only issue there is."""
    assert list(issues(hass)) == [key]
    issue = issues(hass)[key]
    assert issue.severity is ir.IssueSeverity.WARNING
    assert not issue.is_fixable
    assert issue.issue_id.startswith(entry.entry_id)
    page, _, section = (issue.learn_more_url or "").partition("/blob/main/")[2].partition("#")
    headings = [
        line.lstrip("# ").strip().lower().replace(" ", "-")
        for line in (ROOT / page).read_text().splitlines()
        if line.startswith("#") or "<a id=" in line
    ]
    assert section in (ROOT / page).read_text() or section in headings
    texts = json.loads((COMPONENT / "translations" / "en.json").read_text())["issues"][key]
    placeholders = issue.translation_placeholders or {}
    title, description = (texts[part].format(**placeholders) for part in ("title", "description"))
    assert title
    assert SYSTEM not in description
    return str(description)


@pytest.mark.parametrize("simulation", [SMALL | {"extra_devices": (OCEAN_2,)}], ids=["two"])
async def test_a_system_that_is_not_supported(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    text = told(hass, entry, "unsupported_system")
    assert "Ocean 2" in text
    assert OCEAN_2.serial not in text

    del cloud.listed[OCEAN_2.serial]
    await hass.config_entries.async_reload(entry.entry_id)
    assert not issues(hass)


@pytest.mark.parametrize("simulation", [SMALL | {"extra_devices": (OCEAN_2,)}], ids=["two"])
async def test_an_ignored_issue_stays_ignored(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    issue = issues(hass)["unsupported_system"]
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, True)
    await hass.config_entries.async_reload(entry.entry_id)
    assert issues(hass)["unsupported_system"].dismissed_version


@ticking
@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("illegal_device", "slave_serial"),
        ("wrong_region", "wrong_region"),
        ("not_allowed", "not_allowed"),
    ],
)
async def test_a_system_that_the_cloud_refuses(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    cloud: SimulatedCloud,
    set_up: SetUp,
    fault: str,
    key: str,
) -> None:
    # From the start: nothing can be set up, and Home Assistant does not try in vain.
    setattr(cloud.faults, fault, True)
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == key
    assert "PowerOcean Plus" in told(hass, entry, key)

    cloud.faults.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert not issues(hass)

    # And later, at a poll.
    await House(hass, cloud).online()
    setattr(cloud.faults, fault, True)
    await pass_time(freezer, 400, lambda: issues(hass))
    assert told(hass, entry, key)
    assert entry.state is ConfigEntryState.LOADED
    assert value_of(hass, f"{STREAM}_sysLoadPwr") != "unavailable"
    cloud.faults.clear()
    await pass_time(freezer, 900, lambda: not issues(hass))
    assert not issues(hass)


async def test_an_issue_does_not_outlive_another_reason(
    hass: HomeAssistant, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    cloud.faults.illegal_device = True
    entry = await set_up()
    assert told(hass, entry, "slave_serial")
    cloud.faults.illegal_device = False
    cloud.faults.no_devices = True
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.error_reason_translation_key == "no_systems"
    assert not issues(hass)


@ticking
async def test_somebody_else_uses_the_client_id(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    for times in range(1, 6):
        await house.online(times)
        assert not issues(hass)
        await cloud.broker.kick(cloud.broker.app_clients[0])  # as the other one's connection does
        await cloud.broker.wait_for_no_app()
        await pass_time(freezer, 30, lambda: cloud.broker.app_clients)
    await pass_time(freezer, 31)
    assert told(hass, entry, "client_id_conflict")

    # The other one is gone: the connection lasts.
    await house.online(6)
    await pass_time(freezer, 120)
    assert len(cloud.broker.app_clients) == 1
    assert not issues(hass)


@ticking
async def test_a_stream_that_is_silent_for_hours(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    entry = await set_up()
    house = House(hass, cloud)
    await house.online()
    await cloud.device.stop()  # the snapshot goes on
    await pass_time(freezer, 2.9 * 3600, step=300)
    assert not issues(hass)
    await pass_time(freezer, 0.2 * 3600, step=120)
    assert value_of(hass, f"{STREAM}_sysLoadPwr") != "unavailable"
    assert told(hass, entry, "stream_silent")

    await cloud.device.start()
    await house.fence()
    await pass_time(freezer, 60)
    assert not issues(hass)


@ticking
async def test_an_ill_cloud_is_no_reason_to_call_a_person(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, cloud: SimulatedCloud, set_up: SetUp
) -> None:
    await set_up()
    await House(hass, cloud).online()
    await cloud.broker.stop()
    cloud.faults.add("*", Fault.http(503))
    await pass_time(freezer, 3600, step=60)
    assert not issues(hass)
    assert not hass.config_entries.flow.async_progress()
