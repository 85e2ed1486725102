"""Repairs that a click mends."""

from __future__ import annotations

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .hub.coordinator import HubCoordinator


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the dialog that mends an issue."""
    return CounterFellFlow(data or {})


class CounterFellFlow(RepairsFlow):
    """Asks whether the device of a counter that stays lower was replaced."""

    def __init__(self, data: dict[str, Any]) -> None:
        """Ask about this counter."""
        self._about = data

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Let the counter begin again once the person has said so."""
        if user_input is None:
            return self.async_show_form(step_id="confirm")
        entry = self.hass.config_entries.async_get_entry(self._about["entry_id"])
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="source_not_running")
        coordinator: HubCoordinator = entry.runtime_data
        coordinator.doubts.believe(self._about["serial"], self._about["key"])
        return self.async_create_entry(data={})
