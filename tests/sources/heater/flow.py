"""The steps that add heaters."""

from __future__ import annotations

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, OptionsFlowWithReload
import probatio as vol

from .const import CONF_PASSWORD


class SourceFlow(ConfigFlow):
    """Asks for a password."""

    async def async_step_heater(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Add the heaters."""
        if user_input is None:
            return self.async_show_form(
                step_id="heater", data_schema=vol.Schema({vol.Required(CONF_PASSWORD): str})
            )
        return self.async_create_entry(title="Heaters", data={"source": "heater", **user_input})


class SourceOptionsFlow(OptionsFlowWithReload):
    """There is nothing to choose."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Close at once."""
        return self.async_create_entry(data={})
