"""Home Assistant's energy dashboard, set up as a person would do by hand."""

from __future__ import annotations

from .client import Json, WebSocket
from .dashboard import BATTERY, CHARGE, GRID, SOLAR, WALL_BOX, WALL_BOX_POWER
from .entities import Entities, Part

# The device's own counter where it has one, else what the integration counts itself.
SOLAR_ENERGY = ("snapshot_totalElectricityGeneration", "energy_solar")
FIT = "EMSHeartbeatReport"
IMPORTED = ("energy_gridImport", f"{FIT}_gridInDayEnergy")
EXPORTED = ("energy_gridExport", f"{FIT}_gridOutDayEnergy")
CHARGED = (
    "JTS1_EMS_CHANGE_REPORT_bpTotalChgEnergy",
    "energy_batteryCharge",
    f"{FIT}_bpInDayEnergy",
)
DISCHARGED = (
    "JTS1_EMS_CHANGE_REPORT_bpTotalDsgEnergy",
    "energy_batteryDischarge",
    f"{FIT}_bpOutDayEnergy",
)
METERS = (SOLAR_ENERGY, IMPORTED, EXPORTED, CHARGED, DISCHARGED)

PRICE = 0.32
COMPENSATION = 0.08


def complete(part: Part) -> bool:
    """Whether all its meters are there."""
    return all(_meter(part, keys) for keys in METERS)


async def save(websocket: WebSocket, entities: Entities) -> None:
    """Write the preferences, if there is anything to put into them."""
    sources = [source for part in entities.having(SOLAR) for source in _sources(part)]
    if sources:
        await websocket.call(
            "energy/save_prefs", energy_sources=sources, device_consumption=_devices(entities)
        )


def _sources(part: Part) -> list[Json]:
    """What the system's meters tell; power is + for import and for discharge, as it should be."""
    solar, imported, exported, charged, discharged = (_meter(part, keys) for keys in METERS)
    sources: list[Json] = []
    if solar:
        sources.append(
            {"type": "solar", "stat_energy_from": solar, **_option(part, "stat_rate", SOLAR)}
        )
    if imported and exported:
        grid = {
            "type": "grid",
            "stat_energy_from": imported,
            "stat_energy_to": exported,
            "number_energy_price": PRICE,
            "number_energy_price_export": COMPENSATION,
            "cost_adjustment_day": 0,
        }
        sources.append(grid | _option(part, "stat_rate", GRID))
    if charged and discharged:
        battery = {"type": "battery", "stat_energy_from": discharged, "stat_energy_to": charged}
        sources.append(
            battery | _option(part, "stat_rate", BATTERY) | _option(part, "stat_soc", CHARGE)
        )
    return sources


def _devices(entities: Entities) -> list[Json]:
    energy = f"{WALL_BOX}_evChargingEnergy"
    return [
        {"stat_consumption": part.entities[energy], "name": part.name}
        | _option(part, "stat_rate", WALL_BOX_POWER)
        for part in entities.having(energy)
    ]


def _meter(part: Part, keys: tuple[str, ...]) -> str | None:
    return next((part.entities[key] for key in keys if key in part.entities), None)


def _option(part: Part, option: str, key: str) -> Json:
    return {option: part.entities[key]} if key in part.entities else {}
