"""Sets entries up in a Home Assistant of its own and tells what that imported, and where.

A program of its own, since the process that tests has imported everything. It takes a list of
entries and prints a report for the integration alone and one more for each entry, all as JSON.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
import json
import sys
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS, async_get_integration
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

# Before Home Assistant looks for a package of that name elsewhere.
import custom_components

DOMAIN = "energy_storage_hub"
PACKAGE = f"{custom_components.__name__}.{DOMAIN}"
LIBRARIES = ("aiomqtt", "google.protobuf")

searched_in_loop: list[str] = []


class Recorder:
    """Notes which modules are searched for while the event loop waits."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Find nothing."""
        if asyncio._get_running_loop() is not None:
            searched_in_loop.append(name)


def ours(names: Any) -> Iterator[str]:
    """Yield the modules of the integration, and of libraries that only sources need."""
    for name in sorted(names):
        if name.startswith((f"{PACKAGE}.", *LIBRARIES)):
            yield name.removeprefix(f"{PACKAGE}.")


def report() -> dict[str, list[str]]:
    return {"there": list(ours(sys.modules)), "in_loop": list(ours(searched_in_loop))}


async def use(hass: HomeAssistant, data: dict[str, Any]) -> None:
    """Set an entry up and look at all its dialogs and its diagnostics."""
    entry = MockConfigEntry(domain=DOMAIN, **data)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id), entry.reason
    await hass.async_block_till_done()
    await hass.config_entries.options.async_init(entry.entry_id)
    await entry.start_reconfigure_flow(hass)
    integration = await async_get_integration(hass, DOMAIN)
    diagnostics: Any = await integration.async_get_platform("diagnostics")
    assert await diagnostics.async_get_config_entry_diagnostics(hass, entry)
    assert await hass.config_entries.async_unload(entry.entry_id)


async def main(entries: list[dict[str, Any]]) -> list[dict[str, list[str]]]:
    """Return the reports."""
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS, None)
        sys.meta_path.insert(0, Recorder())  # type: ignore[arg-type]
        assert await async_setup_component(hass, DOMAIN, {})
        await hass.config_entries.flow.async_init(DOMAIN, context={"source": "user"})
        reports = [report()]
        for data in entries:
            await use(hass, data)
            reports.append(report())
        await hass.async_stop(force=True)
    return reports


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.argv[1])))))
