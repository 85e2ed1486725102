"""Adding and changing sources: the menu, then each source's own steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, OptionsFlow
from homeassistant.core import callback

from .battery_cloud.flow import BatteryCloudFlow, BatteryCloudOptionsFlow
from .charging_pile.flow import ChargingPileFlow, ChargingPileOptionsFlow
from .const import CONF_SOURCE, DOMAIN
from .powerocean.flow import PowerOceanFlow, PowerOceanOptionsFlow
from .solinteg.flow import SolintegFlow, SolintegOptionsFlow
from .sources import BATTERY_CLOUD, CHARGING_PILE, POWEROCEAN, SOLINTEG

_OPTIONS: dict[str, type[OptionsFlow]] = {
    BATTERY_CLOUD: BatteryCloudOptionsFlow,
    CHARGING_PILE: ChargingPileOptionsFlow,
    POWEROCEAN: PowerOceanOptionsFlow,
    SOLINTEG: SolintegOptionsFlow,
}


class HubConfigFlow(
    PowerOceanFlow, SolintegFlow, BatteryCloudFlow, ChargingPileFlow, domain=DOMAIN
):
    """Adds a source. Each source brings its steps in a class of its own.

    A source named `x` has the steps `x` (add), `x_reauth_confirm` and `x_reconfigure`.
    """

    VERSION = 1
    MINOR_VERSION = 1

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person choose a source."""
        return self.async_show_menu(
            step_id="user", menu_options=[POWEROCEAN, SOLINTEG, BATTERY_CLOUD, CHARGING_PILE]
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to sign in again."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in again, as the entry's source wants it."""
        return await self._own_step(self._get_reauth_entry(), "reauth_confirm", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the entry, as its source wants it."""
        return await self._own_step(self._get_reconfigure_entry(), "reconfigure", user_input)

    async def _own_step(
        self, entry: ConfigEntry, name: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        step = getattr(self, f"async_step_{entry.data[CONF_SOURCE]}_{name}")
        result: ConfigFlowResult = await step(user_input)
        return result

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Whether the entry's source has options."""
        # A discovery that was ignored is an entry without a source.
        return config_entry.data.get(CONF_SOURCE) in _OPTIONS

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's source."""
        return _OPTIONS[config_entry.data[CONF_SOURCE]]()
