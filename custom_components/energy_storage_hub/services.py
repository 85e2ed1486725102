"""Actions: what takes or gives values, and so is more than a button."""

from __future__ import annotations

from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import probatio as vol

from .const import DOMAIN
from .hub.coordinator import HubCoordinator
from .sources import SOURCES

_DEVICE: dict[Any, Any] = {vol.Required(ATTR_DEVICE_ID): cv.string}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the actions of all sources."""

    async def run(call: ServiceCall) -> ServiceResponse:
        fields = dict(call.data)
        coordinator, serial = _find(hass, fields.pop(ATTR_DEVICE_ID))
        answer: ServiceResponse = await coordinator.async_run_action(serial, call.service, fields)
        return answer if call.return_response else None

    for kind in SOURCES.values():
        for name, (fields, response) in kind.actions.items():
            schema = vol.Schema({**_DEVICE, **fields})
            hass.services.async_register(DOMAIN, name, run, schema, supports_response=response)


def _find(hass: HomeAssistant, device_id: str) -> tuple[HubCoordinator, str]:
    """Return the coordinator and the serial number of a device."""
    device = dr.async_get(hass).async_get(device_id, include_composite_devices=False)
    serials = (
        [serial for domain, serial in device.identifiers if domain == DOMAIN] if device else []
    )
    entry = hass.config_entries.async_get_entry(device.config_entry_id) if device else None
    if not serials or entry is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="unknown_device")
    if entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="source_not_running",
            translation_placeholders={"entry": entry.title},
        )
    coordinator: HubCoordinator = entry.runtime_data
    return coordinator, serials[0]
