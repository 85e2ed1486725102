"""EcoFlow accounts that have signed in: dialogs, set-ups and reloads share each one's login.

A login of their own each would be a storm of logins while the cloud is ill, for Home Assistant
tries a set-up again after 5, 10, 20 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_EMAIL, CONF_PASSWORD
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey

from .const import CONF_SERVER, DOMAIN
from .powerocean.api import Account

type _Credentials = tuple[str, str, str]

_ACCOUNTS: HassKey[dict[_Credentials, Account]] = HassKey(f"{DOMAIN}_accounts")


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
