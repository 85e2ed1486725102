"""The demo's sources, added by the same steps that a person goes through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from . import energy
from .client import HomeAssistant, Json, WebSocket
from .dashboard import PACK_CHARGE, SOLAR
from .entities import Entities
from .folder import entries_elsewhere
from .settings import ACCOUNT, ACCOUNT_PASSWORD, DOMAIN, HOST, DevelopError, Settings

FLOW = "/api/config/config_entries/flow"
ENTRY = "/api/config/config_entries/entry"

SECONDS_TO_REPORT = 45
SECONDS_TO_DIAL_IN = 20

type Answer = Json | Callable[[Json], Json]
"""What is filled in, or how it follows from the form."""

BATTERIES = ("B6BC2122070134601", "B6BC2122070134602", "B6BC2122070134603")


def _answers(settings: Settings) -> Mapping[str, Mapping[str, Answer]]:
    """What a person would fill in, by source and step."""
    return {
        "powerocean": {
            "powerocean": {
                "email": ACCOUNT,
                "password": ACCOUNT_PASSWORD,
                "advanced": {"server": settings.server},
            }
        },
        "solinteg": {
            "solinteg": {
                "account": ACCOUNT,
                "password": ACCOUNT_PASSWORD,
                "advanced": {
                    "base_url": f"http://{HOST}:{settings.simulator_solinteg_port}/openapi/v2"
                },
            },
            "solinteg_inverters": _all_offered,
        },
        "battery_cloud": {
            "battery_cloud": {
                "url": f"http://{HOST}:{settings.simulator_battery_port}"
                "/battery/runtime/info?sn={sn}",
                "header": "token",
                "token": "demo",
                "batteries": list(BATTERIES),
            }
        },
        "charging_pile": {"charging_pile": {"host": HOST, "port": settings.pile_port}},
    }


def _all_offered(form: Json) -> Json:
    """Choose all that a form offers in its only field."""
    field = form["data_schema"][0]
    return {field["name"]: field["selector"]["select"]["options"]}


async def add(home_assistant: HomeAssistant, settings: Settings) -> None:
    """Add the demo's sources, those that are not there, and the pile that dials in."""
    for entry_id in entries_elsewhere(settings):  # the simulator has moved to another port
        await home_assistant.rest("DELETE", f"{ENTRY}/{entry_id}")
    found = await home_assistant.rest("GET", f"{ENTRY}?domain={DOMAIN}")
    entries = [entry for entry in found if entry["source"] != "ignore"]
    wanted = _answers(settings)
    if len(entries) >= len(wanted):
        return
    for source, answers in wanted.items():
        await _add(home_assistant, source, answers)
    async with home_assistant.websocket() as websocket:
        await _add_discovered(home_assistant, websocket)


async def _add(home_assistant: HomeAssistant, source: str, answers: Mapping[str, Answer]) -> None:
    step: Json = await home_assistant.rest("POST", FLOW, {"handler": DOMAIN})
    step = await _next(home_assistant, step, {"next_step_id": source})
    while step["type"] == "form" and not step.get("errors"):
        answer = answers[step["step_id"]]
        step = await _next(home_assistant, step, answer(step) if callable(answer) else answer)
    if step["type"] == "abort" and step["reason"].startswith("already"):
        return
    if step["type"] not in ("create_entry", "abort"):
        raise DevelopError(f"The source {source} could not be added: {step.get('errors') or step}")


async def _next(home_assistant: HomeAssistant, step: Json, answer: Json) -> Json:
    result: Json = await home_assistant.rest("POST", f"{FLOW}/{step['flow_id']}", answer)
    return result


async def _add_discovered(home_assistant: HomeAssistant, websocket: WebSocket) -> None:
    """Wait for the pile to dial in, and add it."""
    for _ in range(SECONDS_TO_DIAL_IN):
        flows: list[dict[str, Any]] = await websocket.call("config_entries/flow/progress")
        piles = [flow for flow in flows if flow["step_id"] == "charging_pile_confirm"]
        for flow in piles:
            await _next(home_assistant, flow, {})
        if piles:
            return
        await asyncio.sleep(1)


async def reported(websocket: WebSocket) -> Entities:
    """Wait until the system, its packs and its meters are there, but not for ever."""
    entities = await Entities.read(websocket)
    try:
        async with asyncio.timeout(SECONDS_TO_REPORT):
            while True:
                before, entities = entities, await Entities.read(websocket)
                if _complete(entities) and len(entities) == len(before):
                    break
                await asyncio.sleep(1)
    except TimeoutError:
        print("develop: not all devices have reported yet; start again to see the rest.")
    return entities


def _complete(entities: Entities) -> bool:
    systems = entities.having(SOLAR)
    return bool(systems and entities.having(PACK_CHARGE)) and all(map(energy.complete, systems))
