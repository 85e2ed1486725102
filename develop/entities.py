"""The integration's entities, found by their unique ids: names are the user's to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from .client import WebSocket
from .settings import DOMAIN

_SAME = {
    "EnergyStreamItem_pvPwr": "JTS1_ENERGY_STREAM_REPORT_mpptPwr",
    "EnergyStreamItem_loadPwr": "JTS1_ENERGY_STREAM_REPORT_sysLoadPwr",
    "EnergyStreamItem_gridPwr": "JTS1_ENERGY_STREAM_REPORT_sysGridPwr",
    "EnergyStreamItem_bpPwr": "JTS1_ENERGY_STREAM_REPORT_bpPwr",
    "EnergyStreamItem_bpSoc": "JTS1_ENERGY_STREAM_REPORT_bpSoc",
    "bpInfo_bpSoc": "statusReportBattery_bpSoc",
    "bpInfo_bpPwr": "statusReportBattery_bpPwr",
}
"""The Fit's reports have names of their own for what the others tell too."""


@dataclass(frozen=True)
class Part:
    """A device: its name, and its enabled entities.

    A unique id is `<serial>_<report>_<state>`; the entities' keys are what follows the serial.
    """

    name: str
    entities: dict[str, str]


class Entities:
    """All that is in the registry, by device."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = sorted(parts, key=lambda part: part.name)

    @classmethod
    async def read(cls, websocket: WebSocket) -> Self:
        """Ask Home Assistant's registries."""
        names = {
            device["id"]: device["name_by_user"] or device["name"] or ""
            for device in await websocket.call("config/device_registry/list")
        }
        parts: dict[str, Part] = {}
        for entity in await websocket.call("config/entity_registry/list"):
            if entity["platform"] != DOMAIN or entity["disabled_by"]:
                continue
            serial, _, key = entity["unique_id"].partition("_")
            part = parts.setdefault(serial, Part(names.get(entity["device_id"], serial), {}))
            part.entities[_SAME.get(key, key)] = entity["entity_id"]
        return cls(parts.values())

    def having(self, key: str) -> list[Part]:
        """The devices that have this state, by name."""
        return [part for part in self._parts if key in part.entities]

    def __len__(self) -> int:
        """The number of entities."""
        return sum(len(part.entities) for part in self._parts)
