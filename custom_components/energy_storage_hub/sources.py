"""The sources there are: how each is made from its config entry."""

from __future__ import annotations

from collections.abc import Callable

from homeassistant.core import HomeAssistant

from .battery_cloud.entry import make as battery_cloud
from .charging_pile.entry import make as charging_pile
from .const import CONF_SOURCE
from .hub.coordinator import HubConfigEntry, HubCoordinator
from .powerocean.entry import make as powerocean
from .solinteg.entry import make as solinteg

BATTERY_CLOUD = "battery_cloud"
CHARGING_PILE = "charging_pile"
POWEROCEAN = "powerocean"
SOLINTEG = "solinteg"

_MAKERS: dict[str, Callable[[HomeAssistant, HubConfigEntry], HubCoordinator]] = {
    BATTERY_CLOUD: battery_cloud,
    CHARGING_PILE: charging_pile,
    POWEROCEAN: powerocean,
    SOLINTEG: solinteg,
}


def make_coordinator(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that runs the entry's source."""
    return _MAKERS[entry.data[CONF_SOURCE]](hass, entry)
