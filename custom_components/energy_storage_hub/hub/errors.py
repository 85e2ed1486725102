"""What Home Assistant wants to hear when a source could not do something."""

from __future__ import annotations

from typing import Any

from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..const import DOMAIN
from ..model.source import SourceAuthError, SourceError, SourceInputError, SourceRefusedError


def setup_error(error: SourceError) -> Exception:
    """Translate what kept a source from starting."""
    if isinstance(error, SourceAuthError):
        return ConfigEntryAuthFailed(**_texts(error))
    if isinstance(error, SourceRefusedError):
        return ConfigEntryError(**_texts(error))
    return UpdateFailed(**_texts(error))


def update_error(error: SourceError) -> Exception:
    """Translate what made a poll fail."""
    if isinstance(error, SourceAuthError):
        return ConfigEntryAuthFailed(**_texts(error))
    return UpdateFailed(**_texts(error))


def command_error(error: SourceError) -> Exception:
    """Translate why a device did not do what a person wanted: their mistake, or not."""
    if isinstance(error, SourceInputError):
        return ServiceValidationError(**_texts(error))
    return HomeAssistantError(**_texts(error))


def _texts(error: SourceError) -> dict[str, Any]:
    return {
        "translation_domain": DOMAIN,
        "translation_key": error.key,
        "translation_placeholders": error.placeholders,
    }
