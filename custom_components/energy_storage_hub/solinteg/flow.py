"""The steps of the inverter CT check: sign in, find the inverters, or name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_PASSWORD
from homeassistant.data_entry_flow import section
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from ..const import (
    CONF_ACCOUNT,
    CONF_BASE_URL,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    CONF_SOURCE,
    DEFAULT_POLL_MINUTES,
    DOMAIN,
    LOGGER,
)
from ..model.source import SourceError
from .api import DEFAULT_BASE_URL, OpenApi, check_base_url, check_serial

_SOURCE = "solinteg"
_ADVANCED = "advanced"

_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_ACCOUNT): TextSelector(TextSelectorConfig(autocomplete="username")),
        vol.Required(CONF_PASSWORD): _PASSWORD,
        vol.Required(_ADVANCED): section(
            vol.Schema(
                {
                    vol.Required(CONF_BASE_URL, default=DEFAULT_BASE_URL): TextSelector(
                        TextSelectorConfig(type=TextSelectorType.URL)
                    )
                }
            ),
            {"collapsed": True},
        ),
    }
)
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
SERIALS_SCHEMA = vol.Schema(
    {vol.Required(CONF_SERIALS): TextSelector(TextSelectorConfig(multiple=True))}
)
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_POLL_MINUTES, default=DEFAULT_POLL_MINUTES): NumberSelector(
            NumberSelectorConfig(
                min=1, max=60, step=1, unit_of_measurement="min", mode=NumberSelectorMode.SLIDER
            )
        )
    }
)


class _FormError(Exception):
    """What a person typed does not work: the form is shown again with this message."""

    def __init__(self, key: str, field: str = "base", **placeholders: str) -> None:
        """Name the message and the field it belongs to."""
        self.errors = {field: key}
        self.placeholders = placeholders


class SolintegFlow(ConfigFlow):
    """Steps that add, sign in again, or change a Solinteg account.

    Two underscores: the steps of all sources end up in one class.
    """

    __account: dict[str, Any]
    __api: OpenApi
    __found: list[str]

    async def async_step_solinteg(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in, and go on to the inverters."""
        return await self.__account_form("solinteg", user_input, {})

    async def async_step_solinteg_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the password, the base URL or the inverters."""
        data = self._get_reconfigure_entry().data
        suggested = {
            CONF_ACCOUNT: data[CONF_ACCOUNT],
            _ADVANCED: {CONF_BASE_URL: data[CONF_BASE_URL]},
        }
        return await self.__account_form("solinteg_reconfigure", user_input, suggested)

    async def async_step_solinteg_inverters(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose among the inverters that were found, or type another."""
        selector = SelectSelector(
            SelectSelectorConfig(options=self.__found, multiple=True, custom_value=True)
        )
        schema = vol.Schema({vol.Required(CONF_SERIALS): selector})
        return await self.__serials_form("solinteg_inverters", schema, user_input)

    async def async_step_solinteg_serials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Type the inverters of an account whose list is empty or cannot be read."""
        return await self.__serials_form("solinteg_serials", SERIALS_SCHEMA, user_input)

    async def async_step_solinteg_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password again."""
        entry = self._get_reauth_entry()
        problem = _FormError("")
        if user_input is not None:
            try:
                await self.__sign_in({**entry.data, **user_input})
            except _FormError as err:
                problem = err
            else:
                return self.async_update_reload_and_abort(entry, data_updates=user_input)
        return self.async_show_form(
            step_id="solinteg_reauth_confirm",
            data_schema=PASSWORD_SCHEMA,
            errors={} if user_input is None else problem.errors,
            description_placeholders={"account": entry.data[CONF_ACCOUNT], **problem.placeholders},
        )

    # What the steps share.

    async def __account_form(
        self, step_id: str, user_input: dict[str, Any] | None, suggested: dict[str, Any]
    ) -> ConfigFlowResult:
        """Show the account's form until it works."""
        problem = _FormError("")
        if user_input is not None:
            try:
                return await self.__add_account(user_input)
            except _FormError as err:
                problem = err
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                ACCOUNT_SCHEMA, user_input or suggested
            ),
            errors={} if user_input is None else problem.errors,
            description_placeholders=problem.placeholders,
        )

    async def __add_account(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Sign in and see which inverters there are."""
        data = {
            CONF_SOURCE: _SOURCE,
            CONF_ACCOUNT: user_input[CONF_ACCOUNT].strip(),
            CONF_PASSWORD: user_input[CONF_PASSWORD],
        }
        try:
            data[CONF_BASE_URL] = check_base_url(user_input[_ADVANCED][CONF_BASE_URL])
        except ValueError as err:
            raise _FormError("invalid_server") from err
        await self.async_set_unique_id(f"{_SOURCE}_{data[CONF_ACCOUNT].lower()}")
        if self.source == SOURCE_RECONFIGURE:
            self._abort_if_unique_id_mismatch(reason="wrong_account")
        else:
            self._abort_if_unique_id_configured()
        self.__api = await self.__sign_in(data)
        self.__account = data
        try:
            self.__found = await self.__api.linked_devices()
        except SourceError as err:
            LOGGER.debug("The list of inverters cannot be read: %s", err)
            self.__found = []
        if self.__found:
            return await self.async_step_solinteg_inverters()
        return await self.async_step_solinteg_serials()

    async def __sign_in(self, data: Mapping[str, Any]) -> OpenApi:
        api = OpenApi(
            async_get_clientsession(self.hass),
            data[CONF_ACCOUNT],
            data[CONF_PASSWORD],
            data[CONF_BASE_URL],
        )
        try:
            await api.login()
        except SourceError as err:
            raise _FormError(err.key, **err.placeholders) from err
        except Exception as err:
            LOGGER.exception("Unexpected error while signing in")
            raise _FormError("unknown") from err
        return api

    async def __serials_form(
        self, step_id: str, schema: vol.Schema, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Show the form of inverters until each of them answers."""
        problem = _FormError("")
        if user_input is not None:
            try:
                serials = await self.__check_serials(user_input[CONF_SERIALS])
            except _FormError as err:
                problem = err
            else:
                return self.__finish({**self.__account, CONF_SERIALS: serials})
        chosen = self.__found
        if self.source == SOURCE_RECONFIGURE:
            chosen = list(self._get_reconfigure_entry().data[CONF_SERIALS])
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or {CONF_SERIALS: chosen}
            ),
            errors={} if user_input is None else problem.errors,
            description_placeholders=problem.placeholders,
        )

    async def __check_serials(self, typed: Iterable[str]) -> list[str]:
        """Return the serial numbers as the cloud knows them, each tried once."""
        serials: list[str] = []
        elsewhere = self.__serials_elsewhere()
        for text in typed:
            try:
                serial = check_serial(text)
                if serial in elsewhere:
                    raise _FormError("inverter_there", CONF_SERIALS, inverter=serial)
                await self.__api.precheck(serial)
            except SourceError as err:
                shown = {"inverter": text.strip()[:64], **err.placeholders}
                raise _FormError(err.key, CONF_SERIALS, **shown) from err
            serials.append(serial)
        if not serials:
            raise _FormError("invalid_serial", CONF_SERIALS, inverter="")
        return list(dict.fromkeys(serials))

    def __serials_elsewhere(self) -> set[str]:
        """Return the inverters of other entries: a device belongs to one entry only."""
        own = self._get_reconfigure_entry() if self.source == SOURCE_RECONFIGURE else None
        return {
            serial
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            if entry.data[CONF_SOURCE] == _SOURCE and entry is not own
            for serial in entry.data[CONF_SERIALS]
        }

    def __finish(self, data: dict[str, Any]) -> ConfigFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_reload_and_abort(self._get_reconfigure_entry(), data=data)
        return self.async_create_entry(title=data[CONF_ACCOUNT], data=data)


class SolintegOptionsFlow(OptionsFlowWithReload):
    """How often the inverters are asked whether they are ready."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin."""
        return await self.async_step_solinteg()

    async def async_step_solinteg(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(
                data={CONF_POLL_MINUTES: int(user_input[CONF_POLL_MINUTES])}
            )
        return self.async_show_form(
            step_id="solinteg",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS_SCHEMA, self.config_entry.options
            ),
        )
