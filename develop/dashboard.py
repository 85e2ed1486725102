"""The dashboard "Energy storage": Home Assistant's own cards only, so that it can be copied."""

from __future__ import annotations

from .client import CommandError, Json, WebSocket
from .entities import Entities, Part

URL_PATH = "energy-storage"
TITLE = "Energy storage"

STREAM = "JTS1_ENERGY_STREAM_REPORT"
SOLAR = f"{STREAM}_mpptPwr"
HOME = f"{STREAM}_sysLoadPwr"
GRID = f"{STREAM}_sysGridPwr"
BATTERY = f"{STREAM}_bpPwr"
CHARGE = f"{STREAM}_bpSoc"
POWERS = {
    SOLAR: ("Solar", "amber", "mdi:solar-power"),
    HOME: ("Home", "blue", "mdi:home-lightning-bolt"),
    GRID: ("Grid", "purple", "mdi:transmission-tower"),
    BATTERY: ("Battery", "teal", "mdi:home-battery"),
}

PACK = "statusReportBattery"
PACK_CHARGE = f"{PACK}_bpSoc"

WALL_BOX = "EVChargingParamReport"
WALL_BOX_POWER = f"{WALL_BOX}_evPwr"

HEATING_ROD_POWER = "HeatingRodEnergyStreamShow_hrPwr"
HEATING_ROD = "HRChargingParamReport"


async def save(websocket: WebSocket, entities: Entities) -> None:
    """Write the dashboard; where it is new, people land on it from now on."""
    dashboards = await websocket.call("lovelace/dashboards/list")
    if not any(dashboard["url_path"] == URL_PATH for dashboard in dashboards):
        await websocket.call(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title=TITLE,
            icon="mdi:home-battery",
            show_in_sidebar=True,
        )
        await _land_here(websocket)
    config = {"title": TITLE, "views": views(entities)}
    await websocket.call("lovelace/config/save", url_path=URL_PATH, config=config)


async def _land_here(websocket: WebSocket) -> None:
    try:
        answer = await websocket.call("frontend/get_system_data", key="core")
    except CommandError:
        answer = {}
    value = {**(answer.get("value") or {}), "default_panel": URL_PATH}
    await websocket.call("frontend/set_system_data", key="core", value=value)


def views(entities: Entities) -> list[Json]:
    """A view of the home, and one of what is inside the batteries."""
    packs = entities.having(PACK_CHARGE)
    home = [section for part in entities.having(SOLAR) for section in _system(part)]
    beside = [
        *_headed("Battery packs", "mdi:battery-high", *(_pack(part) for part in packs)),
        *(card for part in entities.having(WALL_BOX_POWER) for card in _wall_box(part)),
        *(card for part in entities.having(HEATING_ROD_POWER) for card in _heating_rod(part)),
    ]
    details = [_pack_details(part) for part in packs]
    curves = [
        _headed(title, "mdi:chart-line", _curves(packs, key))
        for title, key in (
            ("State of charge", PACK_CHARGE),
            ("Power", f"{PACK}_bpPwr"),
            ("Hottest temperature", f"{PACK}_bpTemp_max"),
        )
    ]
    return [
        _view("Home", "mdi:home-lightning-bolt", [*home, beside]),
        _view("Batteries", "mdi:battery-heart-variant", [*details, *curves]),
    ]


def _view(title: str, icon: str, sections: list[list[Json]]) -> Json:
    return {
        "type": "sections",
        "title": title,
        "path": title.lower(),
        "icon": icon,
        "max_columns": 3,
        "dense_section_placement": True,
        "sections": [{"type": "grid", "cards": cards} for cards in sections if cards],
    }


def _headed(title: str, icon: str, *cards: Json | None) -> list[Json]:
    """Cards below a heading; None stands for one whose entities are not there."""
    there = [card for card in cards if card]
    return [{"type": "heading", "heading": title, "icon": icon}, *there] if there else []


def _system(part: Part) -> list[list[Json]]:
    curves = [
        {"entity": part.entities[key], "name": name}
        for key, (name, _color, _icon) in POWERS.items()
        if key in part.entities
    ]
    now = _headed(
        part.name,
        "mdi:lightning-bolt",
        *(_tile(part, key, *look, trend=True) for key, look in POWERS.items()),
        _gauge(part, CHARGE, "State of charge"),
        {"type": "history-graph", "hours_to_show": 6, "entities": curves},
    )
    flow = _headed(
        "Power flow",
        "mdi:transit-connection-variant",
        {"type": "power-sankey", "grid_options": {"columns": "full"}},
        {"type": "energy-distribution", "title": "Energy today", "link_dashboard": True},
    )
    return [now, flow]


def _pack(part: Part) -> Json | None:
    return _tile(part, PACK_CHARGE, part.name, "green", bar=True)


def _pack_details(part: Part) -> list[Json]:
    states = {
        "bpPwr": "Power",
        "bmsChgDsgSta": "State",
        "bpRemainWatth": "Remaining",
        "bpSoh": "Health",
        "bpCycles": "Cycles",
        "bpTemp_max": "Hottest spot",
        "bpCellVol_spread": "Cell spread",
    }
    return _headed(
        part.name,
        "mdi:battery",
        _tile(part, PACK_CHARGE, "Charge", "green", bar=True),
        *(_tile(part, f"{PACK}_{state}", name) for state, name in states.items()),
        _tile(part, "ErrorChangeReport_bpErrCode", "Error"),
    )


def _wall_box(part: Part) -> list[Json]:
    states = ("chargingStatus", "workMode", "evChargingEnergy")
    return _headed(
        part.name,
        "mdi:ev-station",
        _tile(part, WALL_BOX_POWER, "Power", "cyan", trend=True),
        *(_tile(part, f"{WALL_BOX}_{state}") for state in states),
    )


def _heating_rod(part: Part) -> list[Json]:
    return _headed(
        part.name,
        "mdi:water-boiler",
        _tile(part, HEATING_ROD_POWER, "Power", "red", trend=True),
        _tile(part, f"{HEATING_ROD}_temp"),
    )


def _tile(
    part: Part,
    key: str,
    name: str = "",
    color: str = "",
    icon: str = "",
    *,
    trend: bool = False,
    bar: bool = False,
) -> Json | None:
    """One state, with the last hour's curve or a bar of its percentage."""
    if (entity_id := part.entities.get(key)) is None:
        return None
    features: list[Json] = []
    if trend:
        features.append({"type": "trend-graph", "hours_to_show": 1})
    if bar:
        features.append({"type": "bar-gauge"})
    looks = {"color": color, "icon": icon, "features": features}
    return {
        "type": "tile",
        "entity": entity_id,
        "name": name or {"type": "entity"},
        **{option: value for option, value in looks.items() if value},
    }


def _gauge(part: Part, key: str, name: str) -> Json | None:
    if (entity_id := part.entities.get(key)) is None:
        return None
    return {
        "type": "gauge",
        "entity": entity_id,
        "name": name,
        "needle": True,
        "severity": {"green": 40, "yellow": 15, "red": 0},
        "grid_options": {"columns": "full"},
    }


def _curves(parts: list[Part], key: str) -> Json | None:
    curves = [
        {"entity": part.entities[key], "name": part.name} for part in parts if key in part.entities
    ]
    return {"type": "history-graph", "hours_to_show": 6, "entities": curves} if curves else None
