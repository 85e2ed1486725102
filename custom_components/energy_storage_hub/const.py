"""Names that several modules share."""

from __future__ import annotations

import logging
from typing import Final

DOMAIN: Final = "energy_storage_hub"

LOGGER = logging.getLogger(__package__)

CONF_SOURCE: Final = "source"
"""In an entry's data, and in what a source tells of a discovery: the key of the source."""
