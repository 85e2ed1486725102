"""Adding and changing sources: the menu, then each source's own steps."""

from __future__ import annotations

from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback

from .const import CONF_SOURCE, DOMAIN
from .flow_powerocean import PowerOceanFlow, PowerOceanOptionsFlow
from .sources import POWEROCEAN

_OPTIONS: dict[str, type[OptionsFlow]] = {POWEROCEAN: PowerOceanOptionsFlow}


class HubConfigFlow(PowerOceanFlow, domain=DOMAIN):
    """Adds a source. Each source brings its steps in a class of its own."""

    VERSION = 1
    MINOR_VERSION = 1

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person choose a source."""
        return self.async_show_menu(step_id="user", menu_options=[POWEROCEAN])

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's source."""
        return _OPTIONS[config_entry.data[CONF_SOURCE]]()
