"""How a PowerOcean account is made from its config entry.

Accounts that have signed in are shared: dialogs, set-ups and reloads use each one's login. A login
of their own each would be a storm of logins while the cloud is ill, for Home Assistant tries a
set-up again after 5, 10, 20 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import get_default_context

from ..const import DOMAIN
from ..hub.coordinator import HubConfigEntry, HubCoordinator
from .api import Account
from .client import PowerOcean, Settings
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
)

type _Credentials = tuple[str, str, str]

_ACCOUNTS: HassKey[dict[_Credentials, Account]] = HassKey(f"{DOMAIN}_accounts")


def make(hass: HomeAssistant, entry: HubConfigEntry) -> HubCoordinator:
    """Return the coordinator that follows the systems of the entry's account."""
    data, options = entry.data, entry.options
    poll_interval = timedelta(minutes=options.get(CONF_POLL_MINUTES, DEFAULT_POLL_MINUTES))
    settings = Settings(
        serials=tuple(data.get(CONF_SERIALS, ())),
        client_uuid=data[CONF_CLIENT_UUID],
        gentle=options.get(CONF_GENTLE, False),
        poll_interval=poll_interval.total_seconds(),
    )
    return HubCoordinator(
        hass,
        entry,
        lambda listener: PowerOcean(
            async_account(hass, data), settings, listener, get_default_context()
        ),
        poll_interval=poll_interval,
        write_interval=options.get(CONF_UPDATE_SECONDS, DEFAULT_UPDATE_SECONDS),
    )


@callback
def async_account(hass: HomeAssistant, data: Mapping[str, Any], *, new: bool = False) -> Account:
    """Return the account with the credentials of an entry.

    A person who signs in must not wait for the next login that is due: they get a `new` one.
    """
    accounts = hass.data.setdefault(_ACCOUNTS, {})
    credentials = (data.get(CONF_SERVER, ""), data[CONF_EMAIL], data[CONF_PASSWORD])
    if new or credentials not in accounts:
        server, email, password = credentials
        session = async_get_clientsession(hass)
        accounts[credentials] = Account(session, email, password, server)
    return accounts[credentials]
