"""The steps of the EcoFlow PowerOcean source: sign in, find the systems, or name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
import uuid

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from ..const import (
    CONF_CLIENT_UUID,
    CONF_GENTLE,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    CONF_SERVER,
    CONF_SOURCE,
    CONF_UPDATE_SECONDS,
    DEFAULT_POLL_MINUTES,
    DEFAULT_UPDATE_SECONDS,
    LOGGER,
)
from ..model.source import SourceError
from .api import Account, check_server
from .client import check_serial, find_systems
from .entry import async_account
from .models import product_type

_SOURCE = "powerocean"
_ADVANCED = "advanced"

_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_EMAIL = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))
_SERVER = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))

ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_EMAIL): _EMAIL,
        vol.Required(CONF_PASSWORD): _PASSWORD,
        vol.Required(_ADVANCED): section(
            vol.Schema({vol.Optional(CONF_SERVER): _SERVER}), {"collapsed": True}
        ),
    }
)
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): _PASSWORD})
SERIALS_SCHEMA = vol.Schema(
    {vol.Required(CONF_SERIALS): TextSelector(TextSelectorConfig(multiple=True))}
)
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_UPDATE_SECONDS, default=DEFAULT_UPDATE_SECONDS): NumberSelector(
            NumberSelectorConfig(
                min=1, max=60, step=1, unit_of_measurement="s", mode=NumberSelectorMode.SLIDER
            )
        ),
        vol.Required(CONF_POLL_MINUTES, default=DEFAULT_POLL_MINUTES): NumberSelector(
            NumberSelectorConfig(
                min=1, max=60, step=1, unit_of_measurement="min", mode=NumberSelectorMode.SLIDER
            )
        ),
        vol.Required(CONF_GENTLE, default=False): BooleanSelector(),
    }
)


class _FormError(Exception):
    """What a person typed does not work: the form is shown again with this message."""

    def __init__(self, key: str, field: str = "base", **placeholders: str) -> None:
        """Name the message and the field it belongs to."""
        self.errors = {field: key}
        self.placeholders = placeholders


class PowerOceanFlow(ConfigFlow):
    """Steps that add, sign in again, or change an EcoFlow account."""

    _account: Account
    _data: dict[str, Any]
    _user_id: str

    async def async_step_powerocean(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in, and go on to what the account holds."""
        return await self._account_form("powerocean", user_input, {})

    async def async_step_powerocean_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the account's e-mail address, password or server."""
        data = self._get_reconfigure_entry().data
        suggested = {
            CONF_EMAIL: data[CONF_EMAIL],
            _ADVANCED: {CONF_SERVER: data.get(CONF_SERVER, "")},
        }
        return await self._account_form("reconfigure", user_input, suggested)

    async def async_step_powerocean_serials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the serial numbers of an account whose list is empty."""
        problem = _FormError("")
        if user_input is not None:
            try:
                serials = await self._check_serials(user_input[CONF_SERIALS])
            except _FormError as err:
                problem = err
            else:
                return self._finish({**self._data, CONF_SERIALS: serials})
        return self.async_show_form(
            step_id="powerocean_serials",
            data_schema=self.add_suggested_values_to_schema(SERIALS_SCHEMA, user_input or {}),
            errors={} if user_input is None else problem.errors,
            description_placeholders=problem.placeholders,
        )

    async def async_step_powerocean_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password again."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await self._sign_in({**entry.data, **user_input})
            except _FormError as err:
                errors = err.errors
            else:
                await self.async_set_unique_id(f"{_SOURCE}_{self._user_id}")
                self._abort_if_unique_id_mismatch(reason="wrong_account")
                return self.async_update_reload_and_abort(entry, data_updates=user_input)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=PASSWORD_SCHEMA,
            errors=errors,
            description_placeholders={"email": entry.data[CONF_EMAIL]},
        )

    async def _account_form(
        self, step_id: str, user_input: dict[str, Any] | None, suggested: dict[str, Any]
    ) -> ConfigFlowResult:
        """Show the account's form until it works."""
        problem = _FormError("")
        if user_input is not None:
            try:
                return await self._add_account(user_input)
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

    async def _add_account(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Sign in and see what the account holds."""
        data = {
            CONF_SOURCE: _SOURCE,
            CONF_EMAIL: user_input[CONF_EMAIL].strip().lower(),
            CONF_PASSWORD: user_input[CONF_PASSWORD],
        }
        if server := user_input[_ADVANCED].get(CONF_SERVER, "").strip():
            try:
                data[CONF_SERVER] = check_server(server)
            except ValueError as err:
                raise _FormError("invalid_server") from err
        account = await self._sign_in(data)
        try:
            found = await find_systems(account)
        except SourceError as err:
            raise _FormError(err.key, **err.placeholders) from err
        await self.async_set_unique_id(f"{_SOURCE}_{self._user_id}")
        if self.source == SOURCE_RECONFIGURE:
            self._abort_if_unique_id_mismatch(reason="wrong_account")
        else:
            self._abort_if_unique_id_configured()
        self._account, self._data = account, data
        if found.systems:
            return self._finish(data)
        if found.unsupported:
            names = ", ".join(sorted({name for _, name in found.unsupported}))
            raise _FormError("only_unsupported", models=names)
        return await self.async_step_powerocean_serials()

    async def _sign_in(self, data: Mapping[str, Any]) -> Account:
        account = async_account(self.hass, data, new=True)
        try:
            token = await account.login()
        except SourceError as err:
            raise _FormError(err.key, **err.placeholders) from err
        except Exception as err:
            LOGGER.exception("Unexpected error while signing in")
            raise _FormError("unknown") from err
        self._user_id = token.user_id
        return account

    async def _check_serials(self, typed: list[str]) -> list[str]:
        """Return the serial numbers as the cloud knows them, each tried once."""
        try:
            serials = list(dict.fromkeys(check_serial(text) for text in typed))
            for serial in serials:
                await self._account.snapshot(serial, product_type(serial))
        except SourceError as err:
            raise _FormError(err.key, CONF_SERIALS, **err.placeholders) from err
        if not serials:
            raise _FormError("unknown_serial", CONF_SERIALS)
        return serials

    def _finish(self, data: dict[str, Any]) -> ConfigFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            renamed = entry.title != entry.data[CONF_EMAIL]
            kept = {CONF_CLIENT_UUID: entry.data[CONF_CLIENT_UUID]}
            return self.async_update_reload_and_abort(
                entry,
                title=entry.title if renamed else data[CONF_EMAIL],
                data={**data, **kept},
            )
        # At most ten client ids a day are accepted: one per entry, for good.
        data[CONF_CLIENT_UUID] = str(uuid.uuid4()).upper()
        return self.async_create_entry(title=data[CONF_EMAIL], data=data)


class PowerOceanOptionsFlow(OptionsFlowWithReload):
    """How often, and how gently."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(
                data={
                    **user_input,
                    CONF_UPDATE_SECONDS: int(user_input[CONF_UPDATE_SECONDS]),
                    CONF_POLL_MINUTES: int(user_input[CONF_POLL_MINUTES]),
                }
            )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS_SCHEMA, self.config_entry.options
            ),
        )
