"""The steps of the charging-pile server: where it listens, and which piles it serves."""

from __future__ import annotations

import asyncio
from typing import Any, override
import zoneinfo

from homeassistant.components.network import async_get_source_ip
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_CODE, CONF_HOST, CONF_PORT, CONF_TIME_ZONE
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.helpers.typing import DiscoveryInfoType
import probatio as vol

from ..const import (
    CONF_ACCEPT_ALL,
    CONF_CARDS,
    CONF_ENTRY_ID,
    CONF_PILES,
    CONF_SET_CLOCK,
    CONF_SHOW_IDENTITIES,
    CONF_SOURCE,
    CONF_UPDATE_SECONDS,
    CONF_VINS,
    DEFAULT_UPDATE_SECONDS,
)
from ..model.source import SourceError
from .client import ChargingPiles
from .server import listen

SOURCE = "charging_pile"
DEFAULT_PORT = 8127
_TITLE = "Charging piles"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only where the network cannot be asked, and shown

_TEXTS = TextSelector(TextSelectorConfig(multiple=True))
SERVER_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): NumberSelector(
            NumberSelectorConfig(min=1024, max=65535, step=1, mode=NumberSelectorMode.BOX)
        ),
    }
)


class ChargingPileFlow(ConfigFlow):
    """Steps that set up the server, move it, and add the piles that dial in."""

    _code = ""
    _entry_id = ""

    async def async_step_charging_pile(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where to listen, and try it."""
        await self.async_set_unique_id(SOURCE)
        self._abort_if_unique_id_configured(error="server_configured")
        errors: dict[str, str] = {}
        if user_input is not None:
            data = _clean(user_input)
            if not (errors := await _try(data)):
                return self.async_create_entry(
                    title=_TITLE, data={CONF_SOURCE: SOURCE, **data, CONF_PILES: []}
                )
        suggested = user_input or {CONF_HOST: await self._own_address()}
        return self._server_form("charging_pile", suggested, errors)

    async def async_step_charging_pile_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change where to listen."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = _clean(user_input)
            # The port of now is in use by the entry itself.
            same = data[CONF_PORT] == entry.data[CONF_PORT]
            if same and entry.state is ConfigEntryState.LOADED:
                return self.async_update_reload_and_abort(
                    entry, data_updates=data, reason="server_changed"
                )
            if not (errors := await _try(data)):
                return self.async_update_reload_and_abort(
                    entry, data_updates=data, reason="server_changed"
                )
        return self._server_form("charging_pile_reconfigure", user_input or entry.data, errors)

    def _server_form(
        self, step_id: str, suggested: Any, errors: dict[str, str]
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(SERVER_SCHEMA, suggested),
            errors=errors,
            description_placeholders={"default_port": str(DEFAULT_PORT)},
        )

    async def _own_address(self) -> str:
        """Return this machine's address in the local network."""
        try:
            return await async_get_source_ip(self.hass)
        except HomeAssistantError:
            return _EVERYWHERE

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Offer a pile that dialed in and is not known."""
        self._code = discovery_info[CONF_CODE]
        self._entry_id = discovery_info[CONF_ENTRY_ID]
        await self.async_set_unique_id(f"{SOURCE}_{self._code}")
        self._abort_if_unique_id_configured()
        self.context["title_placeholders"] = {"code": self._code}
        return await self.async_step_charging_pile_confirm()

    async def async_step_charging_pile_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Add the pile if the person wants it."""
        if user_input is None:
            return self.async_show_form(
                step_id="charging_pile_confirm",
                description_placeholders={"code": self._code},
            )
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None:
            return self.async_abort(reason="server_gone")
        self._admit(entry)
        return self.async_abort(reason="pile_added", description_placeholders={"code": self._code})

    def _admit(self, entry: ConfigEntry) -> None:
        """Add the pile: at once if the server runs, else from its next start on."""
        if entry.state is ConfigEntryState.LOADED:
            source = entry.runtime_data.source
            assert isinstance(source, ChargingPiles)  # noqa: S101 - for the type checker
            source.admit(self._code)
            return
        piles = list(dict.fromkeys([*entry.data.get(CONF_PILES, ()), self._code]))
        self.hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_PILES: piles})


class ChargingPileOptionsFlow(OptionsFlowWithReload):
    """Time, cards and vehicles, privacy."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin."""
        return await self.async_step_charging_pile()

    async def async_step_charging_pile(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(
                data={
                    **user_input,
                    CONF_CARDS: _entries(user_input.get(CONF_CARDS)),
                    CONF_VINS: _entries(user_input.get(CONF_VINS)),
                    CONF_UPDATE_SECONDS: int(user_input[CONF_UPDATE_SECONDS]),
                }
            )
        zones = await asyncio.to_thread(zoneinfo.available_timezones)
        schema = vol.Schema(
            {
                vol.Required(CONF_TIME_ZONE, default=self.hass.config.time_zone): SelectSelector(
                    SelectSelectorConfig(options=sorted(zones), mode=SelectSelectorMode.DROPDOWN)
                ),
                vol.Required(CONF_SET_CLOCK, default=True): BooleanSelector(),
                vol.Optional(CONF_CARDS, default=[]): _TEXTS,
                vol.Optional(CONF_VINS, default=[]): _TEXTS,
                vol.Required(CONF_ACCEPT_ALL, default=False): BooleanSelector(),
                vol.Required(CONF_SHOW_IDENTITIES, default=False): BooleanSelector(),
                vol.Required(CONF_UPDATE_SECONDS, default=DEFAULT_UPDATE_SECONDS): NumberSelector(
                    NumberSelectorConfig(
                        min=1,
                        max=60,
                        step=1,
                        unit_of_measurement="s",
                        mode=NumberSelectorMode.SLIDER,
                    )
                ),
            }
        )
        return self.async_show_form(
            step_id="charging_pile",
            data_schema=self.add_suggested_values_to_schema(schema, self.config_entry.options),
        )


def _entries(typed: list[str] | None) -> list[str]:
    """Return what was typed, each once and without blanks."""
    return list(dict.fromkeys(text.strip() for text in typed or () if text.strip()))


def _clean(user_input: dict[str, Any]) -> dict[str, Any]:
    return {CONF_HOST: user_input[CONF_HOST].strip(), CONF_PORT: int(user_input[CONF_PORT])}


async def _try(data: dict[str, Any]) -> dict[str, str]:
    """Listen for a moment; return what is wrong, by field."""
    try:
        server = await listen(asyncio.Protocol, data[CONF_HOST], data[CONF_PORT])
    except SourceError as err:
        return {CONF_HOST if err.key == "address_not_here" else CONF_PORT: err.key}
    server.close()
    await server.wait_closed()
    return {}
