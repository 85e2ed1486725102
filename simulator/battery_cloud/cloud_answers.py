"""The server's envelope around an answer."""

from __future__ import annotations

import json
from typing import Any

SUCCESS, BAD_TOKEN = (0, "success"), (401, "invalid token")


def answer(code: int, message: str, **payload: Any) -> bytes:
    """Return an answer as the server spells it: message, code, then what was asked for."""
    body = {"msg": message, "code": code, **payload}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
