"""How a battery cloud is made from its config entry."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..hub.coordinator import HubConfigEntry, HubCoordinator
from ..hub.devices import async_remove_others
from .api import RuntimeApi
from .client import BatteryCloud, Settings
from .const import (
    CONF_BATTERIES,
    CONF_HEADER,
    CONF_POLL_SECONDS,
    CONF_TOKEN,
    CONF_URL,
    DEFAULT_POLL_SECONDS,
)
from .faults import FAULTS
from .scales import Scales
from .states import FAULT_BITS
from .tables import BATTERY

_ONE_AT_A_TIME: HassKey[dict[str, asyncio.Lock]] = HassKey(f"{DOMAIN}_battery_hosts")


def make(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that asks for the entry's batteries."""
    options = entry.options
    batteries = options.get(CONF_BATTERIES, {})
    settings = Settings(
        batteries={serial: Scales.of(chosen) for serial, chosen in batteries.items()},
        interval=options.get(CONF_POLL_SECONDS, DEFAULT_POLL_SECONDS),
        zone=dt_util.get_default_time_zone(),
        fault_names=_fault_names(hass),
        device_name=_device_name(hass),
    )
    async_remove_others(hass, entry.entry_id, batteries)
    return HubCoordinator(
        hass,
        entry,
        lambda listener: BatteryCloud(runtime_api(hass, entry.data), settings, listener),
        poll_interval=timedelta(seconds=settings.slot),
        write_interval=0,
    )


def runtime_api(hass: HomeAssistant, data: Mapping[str, Any]) -> RuntimeApi:
    """Return the endpoint of an entry; whoever asks the same host waits for the other."""
    host = urlsplit(data[CONF_URL]).netloc.lower()
    hosts = hass.data.setdefault(_ONE_AT_A_TIME, {})
    return RuntimeApi(
        async_get_clientsession(hass),
        data[CONF_URL],
        data[CONF_HEADER],
        data[CONF_TOKEN],
        hosts.setdefault(host, asyncio.Lock()),
    )


def _fault_names(hass: HomeAssistant) -> dict[str, str]:
    """Return the names of the faults in Home Assistant's language."""
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    prefix = f"component.{DOMAIN}.entity.binary_sensor"
    return {
        fault.key: texts.get(f"{prefix}.{FAULT_BITS[fault.key].translation_key}.name", fault.name)
        for fault in FAULTS
    }


def _device_name(hass: HomeAssistant) -> str:
    """Return how a battery is called in Home Assistant's language, with `{serial}` in it."""
    texts = async_get_cached_translations(hass, hass.config.language, "device", DOMAIN)
    return texts.get(f"component.{DOMAIN}.device.{BATTERY}.name", "{serial}")
