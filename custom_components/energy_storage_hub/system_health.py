"""System health: each source's reach and last data."""

from __future__ import annotations

from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .hub.entries import async_entries


@callback
def async_register(hass: HomeAssistant, register: system_health.SystemHealthRegistration) -> None:
    """Register the page's part."""
    register.async_register_info(_health)


async def _health(hass: HomeAssistant) -> dict[str, Any]:
    entries = async_entries(hass)
    health: dict[str, Any] = {"sources": len(entries)}
    for number, entry in enumerate(entries, start=1):
        if entry.state is not ConfigEntryState.LOADED:
            health[f"source_{number}"] = str(entry.state.value)
            continue
        facts = entry.runtime_data.source.health()
        health[f"source_{number}"] = ", ".join(f"{name}: {fact}" for name, fact in facts.items())
    return health
