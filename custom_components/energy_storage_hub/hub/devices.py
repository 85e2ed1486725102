"""Devices in Home Assistant's registry: things of their own, and parts of such things."""

from __future__ import annotations

from collections.abc import Collection

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.typing import UNDEFINED

from ..const import DOMAIN
from ..model.source import Device


@callback
def async_register(hass: HomeAssistant, entry_id: str, device: Device) -> None:
    """Put a device into the registry: entities and children refer to it."""
    registry = dr.async_get(hass)
    identifier = (DOMAIN, device.serial)
    parent = device.parent and registry.async_get_device_by_identifier(
        (DOMAIN, device.parent), entry_id
    )
    name = _name(device)
    placeholders = {"number": str(device.number)} if device.number else None
    if device.part and parent:
        registry.async_get_or_create_child(
            config_entry_id=entry_id,
            identifiers={identifier},
            parent_device_id=parent.id,
            name=name or UNDEFINED,
            translation_key=None if name else device.kind,
            translation_placeholders=placeholders,
        )
        return
    registry.async_get_or_create(
        config_entry_id=entry_id,
        identifiers={identifier},
        manufacturer=device.manufacturer or None,
        model=device.model or None,
        serial_number=device.serial,
        sw_version=device.sw_version,
        hw_version=device.hw_version,
        name=name or UNDEFINED,
        translation_key=None if name else device.kind,
        translation_placeholders=placeholders,
        via_device_id=parent.id if parent else UNDEFINED,
    )


@callback
def async_remove_others(hass: HomeAssistant, entry_id: str, serials: Collection[str]) -> None:
    """Remove the devices of an entry but these: what was taken out of it is gone."""
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry_id):
        if not any(domain == DOMAIN and serial in serials for domain, serial in device.identifiers):
            registry.async_remove_device(device.id)


@callback
def async_device_info(
    hass: HomeAssistant, entry_id: str, serial: str
) -> DeviceInfo | ChildDeviceInfo:
    """Return what ties an entity to the device with this serial number."""
    identifiers = {(DOMAIN, serial)}
    child = dr.async_get(hass).async_get_child_device_by_identifier((DOMAIN, serial), entry_id)
    if child:
        return ChildDeviceInfo(identifiers=identifiers, parent_device_id=child.parent_device_id)
    return DeviceInfo(identifiers=identifiers)


def _name(device: Device) -> str:
    """Return the owner's name of a device; one of many without one is named by its kind."""
    return device.name or ("" if device.parent or device.number else device.model)
