"""The steps of the battery cloud: where the endpoint is, which batteries, how to read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import re
from typing import Any
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import probatio as vol

from ..const import CONF_SOURCE
from ..hub.entries import async_entries
from ..hub.steps import ADDRESS, PASSWORD, TEXTS, FormError, Typed, form
from ..model.source import SourceAuthError, SourceError
from .api import DEFAULT_HEADER, SERIAL, check_header, check_serial, check_token, check_url
from .client import SHORTEST_INTERVAL
from .const import (
    CONF_BATTERIES,
    CONF_HEADER,
    CONF_POLL_SECONDS,
    CONF_TOKEN,
    CONF_URL,
    DEFAULT_POLL_SECONDS,
    SOURCE,
)
from .entry import runtime_api
from .scales import Scales

_LONGEST_INTERVAL = 3600
_MOST_TRIED = 5
_PART = re.compile(r"[^\s,;\uff0c\uff1b\u3001]+")
"""A serial number: between them stands whatever a list has, Chinese commas too."""

_ENDPOINT: dict[Any, Any] = {
    vol.Required(CONF_URL): ADDRESS,
    vol.Required(CONF_HEADER, default=DEFAULT_HEADER): TextSelector(),
    vol.Optional(CONF_TOKEN): PASSWORD,
}
ADD_SCHEMA = vol.Schema({**_ENDPOINT, vol.Required(CONF_BATTERIES): TEXTS})
ENDPOINT_SCHEMA = vol.Schema(_ENDPOINT)
TOKEN_SCHEMA = vol.Schema({vol.Required(CONF_TOKEN): PASSWORD})
BATTERIES_SCHEMA = vol.Schema({vol.Required(CONF_BATTERIES): TEXTS})
POLLING_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_POLL_SECONDS): NumberSelector(
            NumberSelectorConfig(
                min=SHORTEST_INTERVAL,
                max=_LONGEST_INTERVAL,
                step=10,
                unit_of_measurement="s",
                mode=NumberSelectorMode.BOX,
            )
        )
    }
)
SCALES_SCHEMA = vol.Schema(
    {
        vol.Required(name): SelectSelector(
            SelectSelectorConfig(
                options=[str(choice) for choice in type(default)],
                translation_key=f"battery_{name}",
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
        for name, default in Scales().choices().items()
    }
)


class SourceFlow(ConfigFlow):
    """Steps that add, sign in again, or change an operator's endpoint."""

    async def async_step_battery_cloud(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Ask for the endpoint and the batteries, and fetch one of them."""
        return await form(
            self, SOURCE, ADD_SCHEMA, user_input, self._add_batteries, placeholders=_named()
        )

    async def async_step_reconfigure(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Begin to change the entry."""
        return await self.async_step_battery_cloud_reconfigure()

    async def async_step_battery_cloud_reconfigure(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Change the endpoint."""
        entry = self._get_reconfigure_entry()
        return await form(
            self,
            "battery_cloud_reconfigure",
            ENDPOINT_SCHEMA,
            user_input,
            self._change_endpoint,
            suggested={key: entry.data[key] for key in (CONF_URL, CONF_HEADER)},
            placeholders=_named(entry),
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to sign in again."""
        return await self.async_step_battery_cloud_reauth_confirm()

    async def async_step_battery_cloud_reauth_confirm(
        self, user_input: Typed | None = None
    ) -> ConfigFlowResult:
        """Ask for a new token."""
        return await form(
            self,
            "battery_cloud_reauth_confirm",
            TOKEN_SCHEMA,
            user_input,
            self._change_token,
            placeholders=_named(self._get_reauth_entry()),
        )

    async def _add_batteries(self, typed: Typed) -> ConfigFlowResult:
        serials = _check_serials(self.hass, typed[CONF_BATTERIES])
        data = _check_endpoint(typed, serials)
        self._async_abort_entries_match(_same(data))
        await _fetch_one(self.hass, data, serials)
        return self.async_create_entry(
            title=_title(data),
            data=data,
            options={
                CONF_BATTERIES: {serial: {} for serial in serials},
                CONF_POLL_SECONDS: DEFAULT_POLL_SECONDS,
            },
        )

    async def _change_endpoint(self, typed: Typed) -> ConfigFlowResult:
        entry = self._get_reconfigure_entry()
        data = _check_endpoint(typed, _serials(entry))
        await _fetch_one(self.hass, data, _serials(entry))
        self._async_abort_entries_match(_same(data))
        return self.async_update_reload_and_abort(entry, data=data)

    async def _change_token(self, typed: Typed) -> ConfigFlowResult:
        entry = self._get_reauth_entry()
        data = _check_endpoint({**entry.data, **typed}, _serials(entry))
        await _fetch_one(self.hass, data, _serials(entry))
        return self.async_update_reload_and_abort(entry, data=data)


class SourceOptionsFlow(OptionsFlowWithReload):
    """Which batteries, how their numbers are read, and how often."""

    _chosen: list[str]

    async def async_step_init(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Begin."""
        return await self.async_step_battery_cloud()

    async def async_step_battery_cloud(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Let the person choose what to change."""
        return self.async_show_menu(
            step_id="battery_cloud",
            menu_options=["battery_add", "battery_remove", "battery_choose", "battery_polling"],
        )

    async def async_step_battery_add(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Add batteries, after one of them was fetched."""
        return await form(
            self,
            "battery_add",
            BATTERIES_SCHEMA,
            user_input,
            self._add,
            placeholders=_named(self.config_entry),
        )

    async def _add(self, typed: Typed) -> ConfigFlowResult:
        serials = _check_serials(self.hass, typed[CONF_BATTERIES])
        await _fetch_one(self.hass, self.config_entry.data, serials)
        return self._save({serial: {} for serial in serials} | self._batteries)

    async def async_step_battery_remove(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Remove batteries with their devices, all but one at most."""
        return await form(self, "battery_remove", self._choice(), user_input, self._remove)

    async def _remove(self, typed: Typed) -> ConfigFlowResult:
        removed = set(typed[CONF_BATTERIES])
        if left := {s: chosen for s, chosen in self._batteries.items() if s not in removed}:
            return self._save(left)
        raise FormError("battery_last", CONF_BATTERIES)

    async def async_step_battery_choose(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Choose the batteries whose numbers are to be read differently."""
        return await form(self, "battery_choose", self._choice(), user_input, self._choose)

    async def _choose(self, typed: Typed) -> ConfigFlowResult:
        if not typed[CONF_BATTERIES]:
            raise FormError("battery_none", CONF_BATTERIES)
        self._chosen = typed[CONF_BATTERIES]
        return await self.async_step_battery_scales()

    async def async_step_battery_scales(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Choose units and polarities."""
        if user_input is not None:
            chosen = Scales.of(user_input).chosen()
            return self._save(self._batteries | dict.fromkeys(self._chosen, chosen))
        now = Scales.of(self._batteries[self._chosen[0]])
        return self.async_show_form(
            step_id="battery_scales",
            data_schema=self.add_suggested_values_to_schema(SCALES_SCHEMA, now.choices()),
            description_placeholders={"batteries": _list(self._chosen)},
        )

    async def async_step_battery_polling(self, user_input: Typed | None = None) -> ConfigFlowResult:
        """Choose how often every battery is asked for."""
        options = self.config_entry.options
        if user_input is not None:
            seconds = int(user_input[CONF_POLL_SECONDS])
            return self.async_create_entry(data={**options, CONF_POLL_SECONDS: seconds})
        now = {CONF_POLL_SECONDS: options.get(CONF_POLL_SECONDS, DEFAULT_POLL_SECONDS)}
        return self.async_show_form(
            step_id="battery_polling",
            data_schema=self.add_suggested_values_to_schema(POLLING_SCHEMA, now),
        )

    @property
    def _batteries(self) -> dict[str, dict[str, str]]:
        batteries: dict[str, dict[str, str]] = dict(self.config_entry.options[CONF_BATTERIES])
        return batteries

    def _choice(self) -> vol.Schema:
        serials = SelectSelectorConfig(options=list(self._batteries), multiple=True)
        return vol.Schema({vol.Required(CONF_BATTERIES): SelectSelector(serials)})

    def _save(self, batteries: Mapping[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(
            data={**self.config_entry.options, CONF_BATTERIES: dict(batteries)}
        )


def _check_endpoint(typed: Mapping[str, Any], serials: Iterable[str]) -> dict[str, Any]:
    """Return an entry's data from what was typed, which may hold a serial in place of `{sn}`."""
    url = typed[CONF_URL].strip()
    if SERIAL not in url:
        serial = next((serial for serial in serials if serial in url), SERIAL)
        url = url.replace(serial, SERIAL)
    checks = (
        (CONF_URL, "battery_url", check_url, url),
        (CONF_HEADER, "battery_header", check_header, typed[CONF_HEADER]),
        (CONF_TOKEN, "battery_token", check_token, typed.get(CONF_TOKEN, "")),
    )
    data = {CONF_SOURCE: SOURCE}
    for field, key, check, value in checks:
        try:
            data[field] = check(value)
        except ValueError as err:
            raise FormError(key, field) from err
    return data


def _check_serials(hass: HomeAssistant, typed: Iterable[str]) -> list[str]:
    """Return the serial numbers that were typed, one or many to a line.

    A battery belongs to one entry only: its device could not be in two.
    """
    elsewhere = {serial for entry in async_entries(hass, SOURCE) for serial in _serials(entry)}
    serials = []
    for part in _PART.findall(" ".join(typed)):
        try:
            serials.append(check_serial(part))
        except ValueError as err:
            raise FormError("battery_serial", CONF_BATTERIES, battery=part[:64]) from err
    if not serials:
        raise FormError("battery_none", CONF_BATTERIES)
    if known := sorted(elsewhere.intersection(serials)):
        raise FormError("battery_there", CONF_BATTERIES, battery=known[0])
    return list(dict.fromkeys(serials))


async def _fetch_one(hass: HomeAssistant, data: Mapping[str, Any], serials: Iterable[str]) -> None:
    """Fetch a battery, the first that the server knows. Raises SourceError."""
    api = runtime_api(hass, data)
    error: SourceError | None = None
    for serial in list(serials)[:_MOST_TRIED]:
        try:
            await api.runtime(serial)
        except SourceAuthError:
            raise
        except SourceError as err:
            error = error or err
        else:
            return
    if error:
        raise error


def _named(entry: ConfigEntry | None = None) -> dict[str, str]:
    """Return what the texts may name: the mark for the serial number stands for itself."""
    return {"sn": SERIAL, **({"entry": entry.title} if entry else {})}


def _serials(entry: ConfigEntry) -> list[str]:
    return list(entry.options.get(CONF_BATTERIES, ()))


def _same(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: data[key] for key in (CONF_SOURCE, CONF_URL, CONF_TOKEN)}


def _title(data: Mapping[str, Any]) -> str:
    return urlsplit(data[CONF_URL]).hostname or ""


def _list(serials: list[str]) -> str:
    few = ", ".join(serials[:5])
    return f"{few} … ({len(serials)})" if len(serials) > 5 else few
