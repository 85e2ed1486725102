"""Energy Storage Hub: home energy storage in Home Assistant."""

from __future__ import annotations

from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from . import services
from .const import CONF_SOURCE, DOMAIN
from .hub.coordinator import HubConfigEntry, HubCoordinator
from .hub.keeping import Kept
from .hub.problems import async_solve_others
from .sources import SOURCES

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what does not depend on a source."""
    services.async_register(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    """Set up a source."""
    package = await SOURCES[entry.data[CONF_SOURCE]].async_load(hass)
    coordinator = package.make(hass, entry)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    coordinator.async_run()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: HubConfigEntry) -> bool:
    """Stop a source, keeping what it counted."""
    await entry.runtime_data.async_close()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: HubConfigEntry) -> None:
    """Forget what a removed source kept."""
    await Kept(hass, entry.entry_id).async_remove()
    async_solve_others(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: HubConfigEntry, device: DeviceEntry
) -> bool:
    """Allow to remove a device if its source can do without it, as with one that is gone."""
    coordinator: HubCoordinator | None = getattr(entry, "runtime_data", None)
    serials = [serial for domain, serial in device.identifiers if domain == DOMAIN]
    return coordinator is None or all(coordinator.async_forget(serial) for serial in serials)
