"""Energy Storage Hub: home energy storage in Home Assistant."""

from __future__ import annotations

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import DOMAIN
from .coordinator import HubConfigEntry, storage
from .sources import make_coordinator

PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.BUTTON, Platform.SENSOR)


async def async_setup_entry(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    """Set up a source."""
    coordinator = make_coordinator(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.async_run()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    """Stop a source, keeping what it counted."""
    await entry.runtime_data.async_save()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: HubConfigEntry) -> None:
    """Forget what a removed source kept."""
    await storage(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: HubConfigEntry, device: DeviceEntry
) -> bool:
    """Allow to remove a device that is gone: one that does not report now."""
    coordinator = entry.runtime_data
    return not any(
        domain == DOMAIN and serial in coordinator.source.devices and coordinator.available(serial)
        for domain, serial in device.identifiers
    )
