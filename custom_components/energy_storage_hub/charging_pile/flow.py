"""The steps of the charging-pile server: where it listens, and which piles it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
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
)
from homeassistant.helpers.typing import DiscoveryInfoType
import probatio as vol

from ..const import CONF_SOURCE
from ..hub.entries import async_entries
from ..hub.steps import TEXTS, FormError, Typed, async_identify, form, slider
from ..model.source import SourceError
from .client import ChargingPiles
from .const import (
    CONF_ACCEPT_ALL,
    CONF_CARDS,
    CONF_CODE,
    CONF_HOST,
    CONF_PILES,
    CONF_PORT,
    CONF_SET_CLOCK,
    CONF_SHOW_IDENTITIES,
    CONF_TIME_ZONE,
    CONF_UPDATE_SECONDS,
    CONF_VINS,
    DEFAULT_UPDATE_SECONDS,
    SOURCE,
)
from .server import listen

DEFAULT_PORT = 8127
_TITLE = "Charging piles"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only where the network cannot be asked, and shown

SERVER_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_HOST): TextSelector(),
        vol.Required(CONF_PORT, default=DEFAULT_PORT): NumberSelector(
            NumberSelectorConfig(min=1024, max=65535, step=1, mode=NumberSelectorMode.BOX)
        ),
    }
)


class SourceFlow(ConfigFlow):
    """Steps that set up the server, move it, and add the piles that dial in."""

    _code = ""

    async def async_step_charging_pile(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask where to listen, and try it."""
        if async_entries(self.hass, SOURCE):
            return self.async_abort(reason="server_configured")
        return await self._server_form(
            SOURCE, user_input, self._add_server, {CONF_HOST: await self._own_address()}
        )

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Begin to change the entry."""
        return await self.async_step_charging_pile_reconfigure()

    async def async_step_charging_pile_reconfigure(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Change where to listen."""
        known = self._get_reconfigure_entry().data
        return await self._server_form(
            "charging_pile_reconfigure", user_input, self._move_server, known
        )

    async def _server_form(
        self,
        step_id: str,
        user_input: Typed | None,
        submit: Callable[[Typed], Awaitable[ConfigFlowResult]],
        suggested: Mapping[str, Any],
    ) -> ConfigFlowResult:
        return await form(
            self,
            step_id,
            SERVER_SCHEMA,
            user_input,
            submit,
            suggested=suggested,
            placeholders={"default_port": str(DEFAULT_PORT)},
        )

    async def _add_server(self, typed: Typed) -> ConfigFlowResult:
        data = _clean(typed)
        await _try(data)
        await async_identify(self, SOURCE)
        return self.async_create_entry(
            title=_TITLE, data={CONF_SOURCE: SOURCE, **data, CONF_PILES: []}
        )

    async def _move_server(self, typed: Typed) -> ConfigFlowResult:
        entry, data = self._get_reconfigure_entry(), _clean(typed)
        # The port of now is in use by the entry itself.
        same = data[CONF_PORT] == entry.data[CONF_PORT]
        if not (same and entry.state is ConfigEntryState.LOADED):
            await _try(data)
        return self.async_update_reload_and_abort(entry, data_updates=data, reason="server_changed")

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
        # A pile signs in again and again: the first dialog is the one that counts.
        await self.async_set_unique_id(f"{SOURCE}_{self._code}")
        self._abort_if_unique_id_configured()
        self.context["title_placeholders"] = {"code": self._code}
        return await self.async_step_charging_pile_confirm()

    async def async_step_charging_pile_confirm(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Add the pile if the person wants it."""
        if user_input is None:
            return self.async_show_form(
                step_id="charging_pile_confirm",
                description_placeholders={"code": self._code},
            )
        # Of now: while the dialog waited the server may have been removed, and added again.
        entry = next(iter(async_entries(self.hass, SOURCE)), None)
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


class SourceOptionsFlow(OptionsFlowWithReload):
    """Time, cards and vehicles, privacy."""

    async def async_step_init(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Begin."""
        return await self.async_step_charging_pile()

    async def async_step_charging_pile(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Show the options."""
        zones = await asyncio.to_thread(zoneinfo.available_timezones)
        schema = vol.Schema(
            {
                vol.Required(CONF_TIME_ZONE, default=self.hass.config.time_zone): SelectSelector(
                    SelectSelectorConfig(options=sorted(zones), mode=SelectSelectorMode.DROPDOWN)
                ),
                vol.Required(CONF_SET_CLOCK, default=True): BooleanSelector(),
                vol.Optional(CONF_CARDS, default=[]): TEXTS,
                vol.Optional(CONF_VINS, default=[]): TEXTS,
                vol.Required(CONF_ACCEPT_ALL, default=False): BooleanSelector(),
                vol.Required(CONF_SHOW_IDENTITIES, default=False): BooleanSelector(),
                vol.Required(CONF_UPDATE_SECONDS, default=DEFAULT_UPDATE_SECONDS): slider("s"),
            }
        )
        return await form(
            self, SOURCE, schema, user_input, self._save, suggested=self.config_entry.options
        )

    async def _save(self, typed: Typed) -> ConfigFlowResult:
        return self.async_create_entry(
            data={
                **typed,
                CONF_CARDS: _each_once(typed.get(CONF_CARDS)),
                CONF_VINS: _each_once(typed.get(CONF_VINS)),
                CONF_UPDATE_SECONDS: int(typed[CONF_UPDATE_SECONDS]),
            }
        )


def _each_once(typed: list[str] | None) -> list[str]:
    """Return what was typed, each once and without blanks."""
    return list(dict.fromkeys(text.strip() for text in typed or () if text.strip()))


def _clean(typed: Typed) -> dict[str, Any]:
    return {CONF_HOST: typed[CONF_HOST].strip(), CONF_PORT: int(typed[CONF_PORT])}


async def _try(data: dict[str, Any]) -> None:
    """Listen for a moment. Raises FormError."""
    try:
        server = await listen(asyncio.Protocol, data[CONF_HOST], data[CONF_PORT])
    except SourceError as err:
        field = CONF_HOST if err.key == "address_not_here" else CONF_PORT
        raise FormError.of(err, field) from err
    server.close()
    await server.wait_closed()
