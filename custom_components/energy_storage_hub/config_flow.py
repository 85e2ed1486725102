"""Adding and changing sources: the menu, then the steps of the source that was chosen.

A source's steps are a flow of their own, made when it is needed; its package is imported then.
The flows here stand for it before Home Assistant, with the same identity and context.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryBaseFlow,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlow,
    OptionsFlowWithReload,
)
from homeassistant.core import callback
from homeassistant.helpers.typing import DiscoveryInfoType

from .const import CONF_SOURCE, DOMAIN
from .sources import SOURCES, SourceKind

_STEP = "async_step_"


class _Borrower(ConfigEntryBaseFlow):
    """A flow that borrows the steps it does not have from the flow of a source."""

    _lender: Any = None

    def __getattr__(self, name: str) -> Any:
        """Return a step of the source."""
        if self._lender is None or not name.startswith(_STEP):
            raise AttributeError(name)
        return getattr(self._lender, name)

    def _borrow[Flow: ConfigEntryBaseFlow](self, lender: Flow) -> Flow:
        """Borrow from a flow that goes on as this one; returns it."""
        lender.hass = self.hass
        lender.handler = self.handler
        lender.flow_id = self.flow_id
        lender.context = self.context
        lender.init_data = self.init_data
        # An entry has one version, whoever makes it.
        lender.VERSION, lender.MINOR_VERSION = self.VERSION, self.MINOR_VERSION
        self._lender = lender
        return lender

    @callback
    @override
    def async_remove(self) -> None:
        """Let the source's flow tidy up."""
        if self._lender:
            self._lender.async_remove()


class HubConfigFlow(_Borrower, ConfigFlow, domain=DOMAIN):
    """Adds a source, signs it in again, or changes it.

    The steps of a source named `x` begin with `x` where one is added, and with those that Home
    Assistant begins with elsewhere: `reauth`, `reconfigure`, `integration_discovery`.
    """

    VERSION = 1
    MINOR_VERSION = 1

    @override
    def __getattr__(self, name: str) -> Any:
        """Return a step of the source, or the first one of any, which begins anew."""
        key = name.removeprefix(_STEP)
        if key in SOURCES and name.startswith(_STEP):
            return partial(self._async_add, SOURCES[key])
        return super().__getattr__(name)

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the person choose a source."""
        return self.async_show_menu(step_id="user", menu_options=list(SOURCES))

    async def _async_add(
        self, kind: SourceKind, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Begin to add a source."""
        flow = await self._async_flow(kind)
        result: ConfigFlowResult = await getattr(flow, f"{_STEP}{kind.key}")(user_input)
        return result

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Offer what a source has found."""
        flow = await self._async_flow(SOURCES[discovery_info[CONF_SOURCE]])
        return await flow.async_step_integration_discovery(discovery_info)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Sign in again, as the entry's source wants it."""
        data = self._get_reauth_entry().data
        flow: Any = await self._async_flow(SOURCES[data[CONF_SOURCE]])
        result: ConfigFlowResult = await flow.async_step_reauth(entry_data)
        return result

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the entry, as its source wants it."""
        flow: Any = self._lender
        if flow is None:
            data = self._get_reconfigure_entry().data
            flow = await self._async_flow(SOURCES[data[CONF_SOURCE]])
        result: ConfigFlowResult = await flow.async_step_reconfigure(user_input)
        return result

    async def _async_flow(self, kind: SourceKind) -> ConfigFlow:
        package = await kind.async_load(self.hass)
        return self._borrow(package.flow())

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Whether the entry is that of a source: each has options."""
        # A discovery that was ignored is an entry as well.
        return config_entry.data.get(CONF_SOURCE) in SOURCES

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the options of the entry's source."""
        return HubOptionsFlow()


class HubOptionsFlow(_Borrower, OptionsFlowWithReload):
    """Changes the options of a source."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options of the entry's source."""
        flow: Any = self._lender
        if flow is None:
            package = await SOURCES[self.config_entry.data[CONF_SOURCE]].async_load(self.hass)
            flow = self._borrow(package.options_flow())
        result: ConfigFlowResult = await flow.async_step_init(user_input)
        return result
