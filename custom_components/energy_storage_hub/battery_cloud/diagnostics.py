"""What a battery's diagnostics say: the raw answer, without what names or places it."""

from __future__ import annotations

from collections.abc import Mapping
import re
from typing import Any

from .states import ROWS

_REDACTED = "**REDACTED**"
_LONGEST_TEXT = 200
_LONGEST_LIST = 64
_DEEPEST = 4

_KNOWN = frozenset(
    {
        *(row.source for row in ROWS),
        "batteryFaultCodeList",
        "desc",
        "name",
        "value",
        "workStatus",
    }
)
_PRIVATE = frozenset({"sn", *(row.source for row in ROWS if row.private)})

_SERIAL_LIKE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,64}(?![A-Za-z0-9])", re.ASCII
)


def redacted(info: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return an answer as a stranger may see it.

    Fields that nobody knows show their type only: they may hold anything.
    """
    return {
        name if _is_plain(name) else _REDACTED: _shown(name, value, depth)
        for name, value in list(info.items())[: 4 * _LONGEST_LIST]
    }


def _is_plain(name: str) -> bool:
    return name in _KNOWN or (len(name) < 40 and not _SERIAL_LIKE.search(name))


def _shown(name: str, value: Any, depth: int) -> Any:
    if value is None:
        return None
    if name in _PRIVATE:
        return _REDACTED
    if name not in _KNOWN:
        return f"<{type(value).__name__}>"
    return _plain(value, depth + 1)


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return f"<{type(value).__name__}>"
    if isinstance(value, Mapping):
        return redacted(value, depth)
    if isinstance(value, list):
        return [_plain(element, depth + 1) for element in value[:_LONGEST_LIST]]
    if isinstance(value, str):
        return _SERIAL_LIKE.sub(_REDACTED, value[:_LONGEST_TEXT])
    return value
