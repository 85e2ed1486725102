"""The sources there are: the one place that names them all.

A source is a package of the same name. It is imported, with the libraries it needs, when one of
its entries is set up or one of its dialogs is opened, and not for people who do not have it. Its
modules hold, by name:

* `entry.make`: the coordinator of a config entry;
* `flow.SourceFlow`, `flow.SourceOptionsFlow`: the dialogs;
* `const.SECRET`, `const.PUBLIC`: the keys of an entry's data and options;
* `tables.TABLE`: what its devices tell and do;
* `actions.ACTIONS`, if there are any: actions beside the buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from homeassistant.config_entries import ConfigFlow, OptionsFlow
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers.importlib import async_import_module

from .charging_pile.actions import ACTIONS as CHARGING_PILE_ACTIONS
from .hub.coordinator import HubConfigEntry, HubCoordinator
from .model.states import SourceTable


@dataclass(frozen=True, slots=True)
class SourcePackage:
    """What Home Assistant needs of a source whose package is imported."""

    make: Callable[[HomeAssistant, HubConfigEntry], HubCoordinator]
    flow: type[ConfigFlow]
    options_flow: type[OptionsFlow]
    secret: frozenset[str]
    public: frozenset[str]


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A source that a person may add; the key is the name of its package."""

    key: str
    actions: Mapping[str, tuple[dict[Any, Any], SupportsResponse]] = field(default_factory=dict)

    async def async_load(self, hass: HomeAssistant) -> SourcePackage:
        """Import the package, off the event loop, and all of it.

        What is imported later would come from the disk as an update has left it meanwhile.
        Always in this order: a module that waits for one that another thread imports would hold
        up the event loop.
        """
        entry = await async_import_module(hass, f"{__package__}.{self.key}.entry")
        flow = await async_import_module(hass, f"{__package__}.{self.key}.flow")
        const = await async_import_module(hass, f"{__package__}.{self.key}.const")
        return SourcePackage(
            entry.make, flow.SourceFlow, flow.SourceOptionsFlow, const.SECRET, const.PUBLIC
        )

    def table(self) -> SourceTable:
        """Return the states of its devices; imports, and so is nothing for the event loop."""
        table: SourceTable = import_module(f"{__package__}.{self.key}.tables").TABLE
        return table


SOURCES: Mapping[str, SourceKind] = {
    kind.key: kind
    for kind in (
        SourceKind("powerocean"),
        SourceKind("solinteg"),
        SourceKind("battery_cloud"),
        SourceKind("charging_pile", CHARGING_PILE_ACTIONS),
    )
}
"""By key, in the order in which a person is asked."""
