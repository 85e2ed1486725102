"""The actions of charging piles: fields and kind of response of each, by its name.

Known to Home Assistant before there is an entry, so nothing of the library is needed here: what
only the library can judge, it refuses in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeassistant.core import SupportsResponse
from homeassistant.helpers import config_validation as cv
import probatio as vol

_SLOT = vol.Schema(
    {
        vol.Required("start"): cv.string,
        vol.Required("end"): cv.string,
        vol.Required("price"): vol.Coerce(float),
    }
)

ACTIONS: Mapping[str, tuple[dict[Any, Any], SupportsResponse]] = {
    "start_charging": (
        {
            vol.Optional("strategy", default="until_full"): vol.In(
                ("until_full", "by_time", "by_amount")
            ),
            vol.Optional("limit", default=0): vol.All(
                vol.Coerce(float), vol.Range(min=0, max=100000)
            ),
        },
        SupportsResponse.OPTIONAL,
    ),
    "stop_charging": ({}, SupportsResponse.OPTIONAL),
    "read_half_hour_energies": ({}, SupportsResponse.ONLY),
    "read_parameter": ({vol.Required("parameter"): cv.string}, SupportsResponse.ONLY),
    "read_tariff": ({}, SupportsResponse.ONLY),
    "set_tariff": (
        {vol.Required("slots"): vol.All(cv.ensure_list, [_SLOT])},
        SupportsResponse.OPTIONAL,
    ),
}
