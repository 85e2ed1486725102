"""Problems of an entry in Home Assistant's repairs: raised, and taken back."""

from __future__ import annotations

from collections.abc import Collection

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..model.source import Problem

_DOCS = "https://github.com/energy-storage-hub/energy-storage-hub/blob/main/docs"


@callback
def async_raise(hass: HomeAssistant, entry: ConfigEntry, problem: Problem) -> None:
    """Raise a repair issue."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, problem.key),
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=problem.text,
        translation_placeholders={"entry": entry.title, **problem.placeholders},
        learn_more_url=f"{_DOCS}/{problem.page}#{problem.text.replace('_', '-')}",
    )


@callback
def async_solve(hass: HomeAssistant, entry: ConfigEntry, key: str) -> None:
    """Take a repair issue back."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, key))


@callback
def async_solve_others(hass: HomeAssistant, entry: ConfigEntry, keys: Collection[str] = ()) -> None:
    """Take back all issues but these, such as those of an earlier run."""
    kept = {_issue_id(entry, key) for key in keys}
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(_issue_id(entry, "")) and issue_id not in kept:
            ir.async_delete_issue(hass, domain, issue_id)


def _issue_id(entry: ConfigEntry, key: str) -> str:
    return f"{entry.entry_id}_{key}"
