"""What an inverter's diagnostics say: how its checks go, nothing that names an owner."""

from __future__ import annotations

from collections.abc import Mapping
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .inverter import Inverter

_SERIAL_LIKE = re.compile(r"\b(?=[A-Z0-9]*\d)[A-Z0-9]{8,32}\b")

_PLAIN = (int, float, bool)


def describe_inverter(inverter: Inverter) -> dict[str, Any]:
    """Describe an inverter: the check under way, the latest answers, as they came."""
    heard = inverter.heard
    return {
        "model": inverter.device.model,
        "seconds_since_data": None if heard.heard_at is None else round(heard.silent),
        "check": scrub(inverter.saved()),
        "latest_answers": {
            name: scrub(answer) for name, answer in sorted(inverter.answers.items())
        },
    }


def scrub(value: Any) -> Any:
    """Keep numbers and field names, mask whatever may name a device or an owner.

    The result's details have no published shape: their texts are kept if they are short.
    """
    if isinstance(value, Mapping):
        return {str(key): scrub(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [scrub(entry) for entry in value]
    if value is None or isinstance(value, _PLAIN):
        return value
    text = str(value)
    return "**REDACTED**" if len(text) > 16 or _SERIAL_LIKE.search(text) else text
