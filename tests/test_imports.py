"""A source is imported for those who have it, and never while the event loop waits."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
import sys

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant

from custom_components.energy_storage_hub.sources import SOURCES
from simulator.battery_cloud import HEALTHY, SimulatedBatteryCloud
from simulator.powerocean.system import SimulatedCloud
from simulator.solinteg import SimulatedSolinteg

from . import battery_cloud, conftest
from .piles import entry_for, free_port
from .solinteg import House

type Report = dict[str, list[str]]

OF_A_SOURCE_BUT_LIGHT = {"charging_pile", "charging_pile.actions"}
"""Home Assistant knows actions from the start."""


async def probe(entries: str) -> list[Report]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.import_probe", entries),
        cwd=Path(__file__).parent.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problems = await process.communicate()
    assert process.returncode == 0, problems.decode()
    told: list[Report] = json.loads(out)
    return told


def rooms(modules: list[str]) -> set[str]:
    """Return the sources that modules are of."""
    heavy = set(modules) - OF_A_SOURCE_BUT_LIGHT
    return {module.partition(".")[0] for module in heavy} & set(SOURCES)


async def test_a_source_is_imported_for_those_who_have_it(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    async with (
        SimulatedBatteryCloud() as server,
        SimulatedSolinteg() as solinteg,
        SimulatedCloud(packs=(), wall_box=False) as cloud,
    ):
        entries = {
            "battery_cloud": battery_cloud.entry_for(server, HEALTHY),
            "solinteg": House(hass, solinteg, freezer).entry(),
            "charging_pile": entry_for(free_port()),
            "powerocean": conftest.entry_for(cloud),
        }
        data = [
            {"data": dict(entry.data), "options": dict(entry.options)} for entry in entries.values()
        ]
        before, *after = await probe(json.dumps(data))
    assert set(entries) == set(SOURCES)

    assert rooms(before["there"]) == set()
    had: set[str] = set()
    for source, report in zip(entries, after, strict=True):
        had.add(source)
        assert rooms(report["there"]) == had
        assert {f"{source}.client", f"{source}.entry", f"{source}.flow"} <= set(report["there"])
        # The event loop never waited for the disk.
        assert report["in_loop"] == []
        # Libraries that Home Assistant does not have anyway.
        assert ("aiomqtt" in report["there"]) is (source == "powerocean")
        assert ("google.protobuf" in report["there"]) is (source == "powerocean")
