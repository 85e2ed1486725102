"""The steps of the inverter CT check: sign in, find the inverters, or name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import section
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
)
import probatio as vol

from ..const import CONF_SOURCE, LOGGER
from ..hub.entries import async_entries
from ..hub.steps import (
    ADDRESS,
    PASSWORD,
    TEXTS,
    FormError,
    Typed,
    async_identify,
    form,
    own_entry,
    slider,
)
from ..model.source import SourceError
from .api import DEFAULT_BASE_URL, OpenApi, check_base_url, check_serial
from .const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_PASSWORD,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    DEFAULT_POLL_MINUTES,
    SOURCE,
)

_ADVANCED = "advanced"

ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_ACCOUNT): TextSelector(TextSelectorConfig(autocomplete="username")),
        vol.Required(CONF_PASSWORD): PASSWORD,
        vol.Required(_ADVANCED): section(
            vol.Schema({vol.Required(CONF_BASE_URL, default=DEFAULT_BASE_URL): ADDRESS}),
            {"collapsed": True},
        ),
    }
)
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): PASSWORD})
SERIALS_SCHEMA = vol.Schema({vol.Required(CONF_SERIALS): TEXTS})
OPTIONS_SCHEMA = vol.Schema(
    {vol.Required(CONF_POLL_MINUTES, default=DEFAULT_POLL_MINUTES): slider("min")}
)


class SourceFlow(ConfigFlow):
    """Steps that add, sign in again, or change a Solinteg account."""

    _account: dict[str, Any]
    _api: OpenApi
    _found: list[str]

    async def async_step_solinteg(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Sign in, and go on to the inverters."""
        return await form(self, SOURCE, ACCOUNT_SCHEMA, user_input, self._add_account)

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Begin to change the entry."""
        return await self.async_step_solinteg_reconfigure()

    async def async_step_solinteg_reconfigure(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Change the password, the base URL or the inverters."""
        data = self._get_reconfigure_entry().data
        known = {
            CONF_ACCOUNT: data[CONF_ACCOUNT],
            _ADVANCED: {CONF_BASE_URL: data[CONF_BASE_URL]},
        }
        return await form(
            self,
            "solinteg_reconfigure",
            ACCOUNT_SCHEMA,
            user_input,
            self._add_account,
            suggested=known,
        )

    async def async_step_solinteg_inverters(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Choose among the inverters that were found, or type another."""
        selector = SelectSelector(
            SelectSelectorConfig(options=self._found, multiple=True, custom_value=True)
        )
        schema = vol.Schema({vol.Required(CONF_SERIALS): selector})
        return await self._serials_form("solinteg_inverters", schema, user_input)

    async def async_step_solinteg_serials(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Type the inverters of an account whose list is empty or cannot be read."""
        return await self._serials_form("solinteg_serials", SERIALS_SCHEMA, user_input)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to sign in again."""
        return await self.async_step_solinteg_reauth_confirm()

    async def async_step_solinteg_reauth_confirm(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Ask for the password again."""
        named = {"account": self._get_reauth_entry().data[CONF_ACCOUNT]}
        return await form(
            self,
            "solinteg_reauth_confirm",
            PASSWORD_SCHEMA,
            user_input,
            self._sign_in_again,
            placeholders=named,
        )

    # What the steps share.

    async def _add_account(self, typed: Typed) -> ConfigFlowResult:
        """Sign in and see which inverters there are."""
        data = {
            CONF_SOURCE: SOURCE,
            CONF_ACCOUNT: typed[CONF_ACCOUNT].strip(),
            CONF_PASSWORD: typed[CONF_PASSWORD],
        }
        try:
            data[CONF_BASE_URL] = check_base_url(typed[_ADVANCED][CONF_BASE_URL])
        except ValueError as err:
            raise FormError("invalid_server") from err
        await async_identify(self, f"{SOURCE}_{data[CONF_ACCOUNT].lower()}")
        self._api = await self._sign_in(data)
        self._account = data
        try:
            self._found = await self._api.linked_devices()
        except SourceError as err:
            LOGGER.debug("The list of inverters cannot be read: %s", err)
            self._found = []
        if self._found:
            return await self.async_step_solinteg_inverters()
        return await self.async_step_solinteg_serials()

    async def _sign_in_again(self, typed: Typed) -> ConfigFlowResult:
        entry = self._get_reauth_entry()
        await self._sign_in({**entry.data, **typed})
        return self.async_update_reload_and_abort(entry, data_updates=typed)

    async def _sign_in(self, data: Mapping[str, Any]) -> OpenApi:
        api = OpenApi(
            async_get_clientsession(self.hass),
            data[CONF_ACCOUNT],
            data[CONF_PASSWORD],
            data[CONF_BASE_URL],
        )
        await api.login()
        return api

    async def _serials_form(
        self, step_id: str, schema: vol.Schema, user_input: Typed | None
    ) -> ConfigFlowResult:
        """Show the form of inverters until each of them answers."""
        entry = own_entry(self)
        chosen = list(entry.data[CONF_SERIALS]) if entry else self._found
        return await form(
            self,
            step_id,
            schema,
            user_input,
            self._add_inverters,
            suggested={CONF_SERIALS: chosen},
        )

    async def _add_inverters(self, typed: Typed) -> ConfigFlowResult:
        data = {**self._account, CONF_SERIALS: await self._check_serials(typed[CONF_SERIALS])}
        if entry := own_entry(self):
            return self.async_update_reload_and_abort(entry, data=data)
        return self.async_create_entry(title=data[CONF_ACCOUNT], data=data)

    async def _check_serials(self, typed: Iterable[str]) -> list[str]:
        """Return the serial numbers as the cloud knows them, each tried once."""
        serials: list[str] = []
        elsewhere = self._serials_elsewhere()
        for text in typed:
            try:
                serial = check_serial(text)
                if serial in elsewhere:
                    raise FormError("inverter_there", CONF_SERIALS, inverter=serial)
                await self._api.precheck(serial)
            except SourceError as err:
                raise FormError.of(err, CONF_SERIALS, inverter=text.strip()[:64]) from err
            serials.append(serial)
        if not serials:
            raise FormError("invalid_serial", CONF_SERIALS, inverter="")
        return list(dict.fromkeys(serials))

    def _serials_elsewhere(self) -> set[str]:
        """Return the inverters of other entries: a device belongs to one entry only."""
        own = own_entry(self)
        return {
            serial
            for entry in async_entries(self.hass, SOURCE)
            if entry is not own
            for serial in entry.data[CONF_SERIALS]
        }


class SourceOptionsFlow(OptionsFlowWithReload):
    """How often the inverters are asked whether they are ready."""

    async def async_step_init(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Begin."""
        return await self.async_step_solinteg()

    async def async_step_solinteg(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Show the options."""
        return await form(
            self,
            SOURCE,
            OPTIONS_SCHEMA,
            user_input,
            self._save,
            suggested=self.config_entry.options,
        )

    async def _save(self, typed: Typed) -> ConfigFlowResult:
        return self.async_create_entry(data={CONF_POLL_MINUTES: int(typed[CONF_POLL_MINUTES])})
