"""What the dialogs of all sources share: forms that are shown until they work, and their fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryBaseFlow,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio as vol

from ..const import LOGGER
from ..model.source import SourceError

type Typed = dict[str, Any]
"""What a person typed into a form, by field."""

PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
ADDRESS = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
TEXTS = TextSelector(TextSelectorConfig(multiple=True))


def slider(unit: str) -> NumberSelector:
    """Return a field for a time of up to 60 units."""
    return NumberSelector(
        NumberSelectorConfig(
            min=1, max=60, step=1, unit_of_measurement=unit, mode=NumberSelectorMode.SLIDER
        )
    )


class FormError(Exception):
    """What a person typed does not work: the form is shown again with this message."""

    def __init__(self, key: str, field: str = "base", **placeholders: str) -> None:
        """Name the message and the field it belongs to."""
        super().__init__(key)
        self.errors = {field: key}
        self.placeholders = placeholders

    @classmethod
    def of(cls, error: SourceError, field: str = "base", **placeholders: str) -> FormError:
        """Return what tells a person of a source's error."""
        return cls(error.key, field, **placeholders | error.placeholders)


async def form(
    flow: ConfigEntryBaseFlow,
    step_id: str,
    schema: vol.Schema,
    typed: Typed | None,
    submit: Callable[[Typed], Awaitable[ConfigFlowResult]],
    *,
    suggested: Mapping[str, Any] | None = None,
    placeholders: Mapping[str, str] | None = None,
) -> ConfigFlowResult:
    """Show a form until what was typed works: `submit` goes on with it or raises.

    FormError and SourceError are told to the person; what nobody thought of is logged.
    """
    errors: dict[str, str] = {}
    named = dict(placeholders or {})
    if typed is not None:
        try:
            return await _submitted(submit, typed)
        except FormError as err:
            errors = err.errors
            named |= err.placeholders
    return flow.async_show_form(
        step_id=step_id,
        data_schema=flow.add_suggested_values_to_schema(schema, typed or suggested),
        errors=errors,
        description_placeholders=named,
    )


async def _submitted(
    submit: Callable[[Typed], Awaitable[ConfigFlowResult]], typed: Typed
) -> ConfigFlowResult:
    try:
        return await submit(typed)
    except AbortFlow, FormError:
        raise
    except SourceError as err:
        raise FormError.of(err) from err
    except Exception as err:
        LOGGER.exception("Unexpected error in a dialog")
        raise FormError("unknown") from err


async def async_identify(flow: ConfigFlow, unique_id: str) -> None:
    """Tell who the account is whose form was submitted; abort if it is not the one wanted.

    Another dialog for it may have been opened and left: it does not block this one, and ends
    when this one has made the entry.
    """
    await flow.async_set_unique_id(unique_id, raise_on_progress=False)
    if own_entry(flow):
        flow._abort_if_unique_id_mismatch(reason="wrong_account")  # noqa: SLF001 - for flows
    else:
        flow._abort_if_unique_id_configured()  # noqa: SLF001 - for flows


def own_entry(flow: ConfigFlow) -> ConfigEntry | None:
    """Return the entry that is signed in again or changed; None where one is added."""
    if flow.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
        return flow.hass.config_entries.async_get_known_entry(flow.context["entry_id"])
    return None
