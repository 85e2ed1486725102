"""Problems of an entry in Home Assistant's repairs: raised, and taken back."""

from __future__ import annotations

from collections.abc import Collection

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..model.source import Problem

_DOCS = "https://github.com/energy-storage-hub/energy-storage-hub/blob/main/docs"


class Problems:
    """The problems of one run of an entry's source, each a repair issue."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Begin with none of this run; those of earlier ones may still be there."""
        self._hass = hass
        self._entry = entry
        self._there: dict[str, Problem] = {}

    @property
    def texts(self) -> list[str]:
        """What the problems are, without whose they are."""
        return sorted(problem.text for problem in self._there.values())

    @callback
    def there(self, problem: Problem) -> None:
        """Raise a repair issue, unless just this one is there already."""
        if self._there.get(problem.key) == problem:
            return
        self._there[problem.key] = problem
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(self._entry, problem.key),
            is_fixable=bool(problem.fix),
            data={"entry_id": self._entry.entry_id, **problem.fix} if problem.fix else None,
            severity=ir.IssueSeverity.WARNING,
            translation_key=problem.text,
            translation_placeholders={"entry": self._entry.title, **problem.placeholders},
            learn_more_url=f"{_DOCS}/{problem.page}#{problem.text.replace('_', '-')}",
        )

    @callback
    def gone(self, key: str) -> None:
        """Take the repair issue back, if there is one."""
        if self._there.pop(key, None):
            ir.async_delete_issue(self._hass, DOMAIN, _issue_id(self._entry, key))

    @callback
    def solve_earlier(self) -> None:
        """Take back what an earlier run raised and this one, which knows more, did not."""
        async_solve_others(self._hass, self._entry, self._there)


@callback
def async_solve_others(hass: HomeAssistant, entry: ConfigEntry, keys: Collection[str] = ()) -> None:
    """Take back all issues of an entry but these."""
    kept = {_issue_id(entry, key) for key in keys}
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.startswith(_issue_id(entry, "")) and issue_id not in kept:
            ir.async_delete_issue(hass, domain, issue_id)


def _issue_id(entry: ConfigEntry, key: str) -> str:
    return f"{entry.entry_id}_{key}"
