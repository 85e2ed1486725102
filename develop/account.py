"""The demo account, added by the same steps that a person goes through."""

from __future__ import annotations

import asyncio

from . import energy
from .client import HomeAssistant, Json, WebSocket
from .dashboard import PACK_CHARGE, SOLAR
from .entities import Entities
from .folder import entries_elsewhere
from .settings import ACCOUNT, ACCOUNT_PASSWORD, DOMAIN, DevelopError, Settings

FLOW = "/api/config/config_entries/flow"
ENTRY = "/api/config/config_entries/entry"

SECONDS_TO_REPORT = 45


async def add(home_assistant: HomeAssistant, settings: Settings) -> None:
    """Add the demo account, unless it is there."""
    for entry_id in entries_elsewhere(settings):  # the simulator has moved to another port
        await home_assistant.rest("DELETE", f"{ENTRY}/{entry_id}")
    if await home_assistant.rest("GET", f"{ENTRY}?domain={DOMAIN}"):
        return

    step: Json = await home_assistant.rest("POST", FLOW, {"handler": DOMAIN})
    if step["type"] == "menu":
        step = await _next(home_assistant, step, {"next_step_id": "powerocean"})
    if step["type"] == "form":
        credentials = {
            "email": ACCOUNT,
            "password": ACCOUNT_PASSWORD,
            "advanced": {"server": settings.server},
        }
        step = await _next(home_assistant, step, credentials)
    if step["type"] == "abort" and step["reason"] == "already_configured":
        return
    if step["type"] != "create_entry":
        why = step.get("errors") or step.get("reason") or step
        raise DevelopError(f"The demo account could not be added: {why}")


async def _next(home_assistant: HomeAssistant, step: Json, answer: Json) -> Json:
    result: Json = await home_assistant.rest("POST", f"{FLOW}/{step['flow_id']}", answer)
    return result


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
