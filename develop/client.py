"""Home Assistant's own interfaces, as a browser uses them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import itertools
from typing import Any

import aiohttp

from .settings import PASSWORD, USER, DevelopError

type Json = dict[str, Any]


class CommandError(DevelopError):
    """Home Assistant said no to a command."""

    def __init__(self, command: str, error: Json) -> None:
        super().__init__(f"{command}: {error.get('message')}")
        self.code: str = error.get("code", "")


class WebSocket:
    """A logged-in websocket: one command, one answer."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self._ids = itertools.count(1)

    async def call(self, command: str, **fields: Any) -> Any:
        """Send a command and return its result."""
        number = next(self._ids)
        await self._connection.send_json({"id": number, "type": command, **fields})
        while True:
            answer: Json = await self._connection.receive_json(timeout=30)
            if answer.get("id") != number:
                continue
            if not answer["success"]:
                raise CommandError(command, answer["error"])
            return answer["result"]


class HomeAssistant:
    """A person's session in Home Assistant."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self._session = session
        self._client_id = f"{url}/"
        self._tokens: Json = {}

    async def create_user(self) -> None:
        """Create the demo user, the first and the owner."""
        answer = await self._when_there(
            "/api/onboarding/users",
            {
                "name": USER.title(),
                "username": USER,
                "password": PASSWORD,
                "client_id": self._client_id,
                "language": "en",
            },
        )
        if "auth_code" not in answer:
            raise DevelopError(f"The demo user could not be created: {answer}")

    async def log_in(self) -> None:
        """Log in as the demo user."""
        start = {
            "client_id": self._client_id,
            "handler": ["homeassistant", None],
            "redirect_uri": self._client_id,
        }
        flow = await self._when_there("/auth/login_flow", start)
        answer = await self._when_there(
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self._client_id, "username": USER, "password": PASSWORD},
        )
        if answer.get("type") != "create_entry":
            raise DevelopError(
                f"Home Assistant no longer knows the user {USER} with the password {PASSWORD}."
            )
        form = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "code": answer["result"],
        }
        async with self._session.post(f"{self.url}/auth/token", data=form) as response:
            response.raise_for_status()
            self._tokens = await response.json()

    async def log_out(self) -> None:
        """Leave no session behind."""
        form = {"token": self._tokens["refresh_token"]}
        async with self._session.post(f"{self.url}/auth/revoke", data=form) as response:
            response.raise_for_status()

    async def running(self) -> None:
        """Wait until Home Assistant has started all it starts with."""
        while (await self.rest("GET", "/api/config"))["state"] != "RUNNING":
            await asyncio.sleep(0.2)

    async def rest(self, method: str, path: str, body: Json | None = None) -> Any:
        """Call the REST interface; an answer that is no success raises with what it says."""
        headers = {"Authorization": f"Bearer {self._tokens['access_token']}"}
        async with self._session.request(
            method, f"{self.url}{path}", json=body, headers=headers
        ) as response:
            if not response.ok:
                raise CommandError(f"{method} {path}", {"message": await response.text()})
            return await response.json()

    @asynccontextmanager
    async def websocket(self) -> AsyncIterator[WebSocket]:
        """Open a websocket and log it in."""
        async with self._session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        ) as connection:
            await connection.receive_json(timeout=30)  # auth_required
            await connection.send_json(
                {"type": "auth", "access_token": self._tokens["access_token"]}
            )
            await connection.receive_json(timeout=30)  # auth_ok
            yield WebSocket(connection)

    async def _when_there(self, path: str, body: Json) -> Json:
        """Post as soon as Home Assistant serves the path, which it does bit by bit at start."""
        while True:
            try:
                async with self._session.post(f"{self.url}{path}", json=body) as response:
                    if response.status != 404:
                        answer: Json = await response.json()
                        return answer
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.2)
