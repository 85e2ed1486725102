"""Diagnostics of an entry and of a device: enough to mend a decoder, nothing secret."""

from __future__ import annotations

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import CONF_SOURCE, DOMAIN
from .hub.coordinator import HubConfigEntry, HubCoordinator
from .model.states import StateRow, Value
from .sources import SOURCES

_NAMES = frozenset({"title", "unique_id"})
"""What every entry is called by: an account, for instance."""

_REDACTED = "**REDACTED**"
_SERIAL_LIKE = re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z0-9]{12,24}\b")


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HubConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an entry, also of one that could not be set up."""
    coordinator: HubCoordinator | None = getattr(entry, "runtime_data", None)
    return {
        "entry": async_redact_data(entry.as_dict(), await _secret_keys(hass, entry)),
        "problems": coordinator and coordinator.problems.texts,
        "source": coordinator and coordinator.source.diagnostics(),
        "devices": coordinator
        and [_describe(coordinator, serial) for serial in coordinator.source.devices],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: HubConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of a device, also of an entry that could not be set up."""
    coordinator: HubCoordinator | None = getattr(entry, "runtime_data", None)
    if coordinator is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    serials = [serial for domain, serial in device.identifiers if domain == DOMAIN]
    return {
        "source": [coordinator.source.diagnostics(serial) for serial in serials],
        "devices": [_describe(coordinator, serial) for serial in serials],
    }


async def _secret_keys(hass: HomeAssistant, entry: HubConfigEntry) -> frozenset[str]:
    """Return what is not shown of an entry: its source's secrets, and what nobody declared."""
    kind = SOURCES.get(entry.data.get(CONF_SOURCE, ""))
    if kind is None:  # a discovery that was ignored
        return _NAMES
    package = await kind.async_load(hass)
    undeclared = {*entry.data, *entry.options} - package.public - {CONF_SOURCE}
    return _NAMES | package.secret | undeclared


def _describe(coordinator: HubCoordinator, serial: str) -> dict[str, Any]:
    device = coordinator.source.devices.get(serial)
    return {
        "kind": device.kind if device else None,
        "model": device.model if device else None,
        "number": device.number if device else None,
        "sw_version": device.sw_version if device else None,
        "available": coordinator.available(serial),
        "states": _masked(coordinator.store(serial).values, coordinator.source.table.rows),
    }


def _masked(values: Mapping[str, Value | None], rows: Mapping[str, StateRow]) -> dict[str, Any]:
    return {
        key: _REDACTED if value is not None and key in rows and rows[key].private else _mask(value)
        for key, value in sorted(values.items())
    }


def _mask(value: Value | None) -> Any:
    if isinstance(value, tuple):
        return [_mask(element) for element in value]
    if isinstance(value, str):
        return _SERIAL_LIKE.sub(_REDACTED, value)
    return value
