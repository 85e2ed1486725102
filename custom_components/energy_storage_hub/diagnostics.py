"""Diagnostics of an entry and of a device: enough to mend a decoder, nothing secret."""

from __future__ import annotations

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_EMAIL, CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_BATTERIES,
    CONF_CARDS,
    CONF_CLIENT_UUID,
    CONF_PILES,
    CONF_SERIALS,
    CONF_SERVER,
    CONF_VINS,
    DOMAIN,
)
from .hub.coordinator import HubConfigEntry, HubCoordinator
from .model.states import StateRow, Value

_TO_REDACT = {
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_BATTERIES,
    CONF_CARDS,
    CONF_CLIENT_UUID,
    CONF_EMAIL,
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PILES,
    CONF_SERIALS,
    CONF_SERVER,
    CONF_TOKEN,
    CONF_URL,
    CONF_VINS,
    "title",
    "unique_id",
}

_REDACTED = "**REDACTED**"
_SERIAL_LIKE = re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z0-9]{12,24}\b")


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: HubConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of an entry, also of one that could not be set up."""
    coordinator: HubCoordinator | None = getattr(entry, "runtime_data", None)
    return {
        "entry": async_redact_data(entry.as_dict(), _TO_REDACT),
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
