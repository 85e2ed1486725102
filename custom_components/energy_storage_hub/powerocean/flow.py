"""The steps of the EcoFlow PowerOcean source: sign in, find the systems, or name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
import uuid

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from ..const import CONF_SOURCE
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
from .api import Account, check_server
from .client import check_serial, find_systems
from .const import (
    CONF_CLIENT_UUID,
    CONF_EMAIL,
    CONF_GENTLE,
    CONF_PASSWORD,
    CONF_POLL_MINUTES,
    CONF_SERIALS,
    CONF_SERVER,
    CONF_UPDATE_SECONDS,
    DEFAULT_POLL_MINUTES,
    DEFAULT_UPDATE_SECONDS,
    SOURCE,
)
from .entry import async_account
from .models import product_type

_ADVANCED = "advanced"

_EMAIL = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username"))

ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_EMAIL): _EMAIL,
        vol.Required(CONF_PASSWORD): PASSWORD,
        vol.Required(_ADVANCED): section(
            vol.Schema({vol.Optional(CONF_SERVER): ADDRESS}), {"collapsed": True}
        ),
    }
)
PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): PASSWORD})
SERIALS_SCHEMA = vol.Schema({vol.Required(CONF_SERIALS): TEXTS})
OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_UPDATE_SECONDS, default=DEFAULT_UPDATE_SECONDS): slider("s"),
        vol.Required(CONF_POLL_MINUTES, default=DEFAULT_POLL_MINUTES): slider("min"),
        vol.Required(CONF_GENTLE, default=False): BooleanSelector(),
    }
)


class SourceFlow(ConfigFlow):
    """Steps that add, sign in again, or change an EcoFlow account."""

    _account: Account
    _data: dict[str, Any]
    _user_id: str

    async def async_step_powerocean(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Sign in, and go on to what the account holds."""
        return await form(self, SOURCE, ACCOUNT_SCHEMA, user_input, self._add_account)

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Change the account's e-mail address, password or server."""
        data = self._get_reconfigure_entry().data
        known = {
            CONF_EMAIL: data[CONF_EMAIL],
            _ADVANCED: {CONF_SERVER: data.get(CONF_SERVER, "")},
        }
        return await form(
            self, "reconfigure", ACCOUNT_SCHEMA, user_input, self._add_account, suggested=known
        )

    async def async_step_powerocean_serials(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Ask for the serial numbers of an account whose list is empty."""
        return await form(self, "powerocean_serials", SERIALS_SCHEMA, user_input, self._add_systems)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to sign in again."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for the password again."""
        named = {"email": self._get_reauth_entry().data[CONF_EMAIL]}
        return await form(
            self,
            "reauth_confirm",
            PASSWORD_SCHEMA,
            user_input,
            self._sign_in_again,
            placeholders=named,
        )

    async def _add_account(self, typed: Typed) -> ConfigFlowResult:
        """Sign in and see what the account holds."""
        data = {
            CONF_SOURCE: SOURCE,
            CONF_EMAIL: typed[CONF_EMAIL].strip().lower(),
            CONF_PASSWORD: typed[CONF_PASSWORD],
        }
        if server := typed[_ADVANCED].get(CONF_SERVER, "").strip():
            try:
                data[CONF_SERVER] = check_server(server)
            except ValueError as err:
                raise FormError("invalid_server") from err
        account = await self._sign_in(data)
        found = await find_systems(account)
        await async_identify(self, f"{SOURCE}_{self._user_id}")
        self._account, self._data = account, data
        if found.systems:
            return self._finish(data)
        if found.unsupported:
            names = ", ".join(sorted({name for _, name in found.unsupported}))
            raise FormError("only_unsupported", models=names)
        return await self.async_step_powerocean_serials()

    async def _add_systems(self, typed: Typed) -> ConfigFlowResult:
        serials = await self._check_serials(typed[CONF_SERIALS])
        return self._finish({**self._data, CONF_SERIALS: serials})

    async def _sign_in_again(self, typed: Typed) -> ConfigFlowResult:
        entry = self._get_reauth_entry()
        await self._sign_in({**entry.data, **typed})
        await async_identify(self, f"{SOURCE}_{self._user_id}")
        return self.async_update_reload_and_abort(entry, data_updates=typed)

    async def _sign_in(self, data: Mapping[str, Any]) -> Account:
        account = async_account(self.hass, data, new=True)
        self._user_id = (await account.login()).user_id
        return account

    async def _check_serials(self, typed: list[str]) -> list[str]:
        """Return the serial numbers as the cloud knows them, each tried once."""
        try:
            serials = list(dict.fromkeys(check_serial(text) for text in typed))
            for serial in serials:
                await self._account.snapshot(serial, product_type(serial))
        except SourceError as err:
            raise FormError.of(err, CONF_SERIALS) from err
        if not serials:
            raise FormError("unknown_serial", CONF_SERIALS)
        return serials

    def _finish(self, data: dict[str, Any]) -> ConfigFlowResult:
        if entry := own_entry(self):
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


class SourceOptionsFlow(OptionsFlowWithReload):
    """How often, and how gently."""

    async def async_step_init(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Show the options."""
        return await form(
            self,
            "init",
            OPTIONS_SCHEMA,
            user_input,
            self._save,
            suggested=self.config_entry.options,
        )

    async def _save(self, typed: Typed) -> ConfigFlowResult:
        whole = {key: int(typed[key]) for key in (CONF_UPDATE_SECONDS, CONF_POLL_MINUTES)}
        return self.async_create_entry(data={**typed, **whole})
