"""How heaters are made from their config entry."""

from __future__ import annotations

from datetime import timedelta

from homeassistant.core import HomeAssistant

from ..hub.coordinator import HubConfigEntry, HubCoordinator
from .client import Heaters


def make(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator of an entry's heaters."""
    return HubCoordinator(
        hass, entry, Heaters, poll_interval=timedelta(minutes=5), write_interval=0
    )
