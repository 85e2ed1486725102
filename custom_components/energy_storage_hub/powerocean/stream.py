"""The MQTT stream of an account: one connection, kept up, kept awake [SHUETTE].

It knows topics and timing, not contents: payloads go to a callback as they come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
import logging
import socket
import ssl
import time
from typing import NoReturn

import aiomqtt

from ..model.source import SourceAuthError, SourceError
from .api import Account, Broker, Token
from .backoff import FIRST, LONGEST, Backoff
from .envelope import get_all, get_all_json, keep_stream_open
from .models import Family, model_of

_LOGGER = logging.getLogger(__name__)
_QUIET = logging.getLogger(f"{__name__}.mqtt")
_QUIET.setLevel(logging.WARNING)  # below, it tells user ids and serial numbers

_KEEPALIVE = 60
_BATCH_SECONDS = 0.005
"""How long queued messages may hold the event loop before others get their turn."""
_SHORT_LIVES = 5
"""So many connections in a row that were short-lived: somebody has our client id."""
_FAREWELL = 5.0
"""How long a connection that is no longer wanted may take to be made and ended, s."""
_HISTORY = 40

_QUEUE = 20_000
_REFUSED = {2, 4, 5, 133, 134, 135}
"""CONNACK codes, of MQTT 3 and 5, for credentials or a client id that are not accepted."""


@dataclass(slots=True)
class ConnectionLog:
    """What happened to the connection, for diagnostics: newest last, no names or addresses."""

    events: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_HISTORY))
    connects: int = 0

    def note(self, event: str) -> None:
        """Remember an event."""
        self.events.append((time.time(), event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When the stream does what, s."""

    switch: float = 20.0
    """The energy stream is asked for again so often, or it slows down."""
    get: float = 300.0
    gentle_get: float = 60.0
    short_life: float = 60.0
    """A connection that ends sooner did not end by chance, if that happens again and again."""
    answer: float = 20.0
    """The broker may take so long to answer."""
    first_wait: float = FIRST
    longest_wait: float = LONGEST


DEFAULT_TIMING = Timing()

type OnPayload = Callable[[str, str, bytes], None]
"""Called with the serial number, the kind of topic (`property`, `get_reply` ...), the payload."""


class Stream:
    """Keeps one MQTT connection for all systems of an account."""

    def __init__(
        self,
        *,
        client_uuid: str,
        account: Account,
        serials: Sequence[str],
        on_payload: OnPayload,
        on_state: Callable[[], None],
        on_refused: Callable[[SourceAuthError], None],
        tls: ssl.SSLContext,
        gentle: bool,
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        """Prepare; nothing happens before `run`."""
        self._client_uuid = client_uuid
        self._account = account
        self._serials = serials
        self._on_payload = on_payload
        self._on_state = on_state
        self._on_refused = on_refused
        self._tls = tls
        self._gentle = gentle
        self._timing = timing
        self._backoff = Backoff(timing.first_wait, timing.longest_wait)
        self._stumbled = False
        self._refusals = 0
        self._short_lives = 0
        self._since = 0.0
        """When the connection was up at last, monotonic s; 0 while it is not yet."""
        self.connected = False
        self.log = ConnectionLog()
        self.answered: set[str] = set()
        """Systems that answered the last get."""

    @property
    def kicked_out(self) -> bool:
        """Whether connections end soon after they began, again and again."""
        return self._short_lives >= _SHORT_LIVES and not (self.connected and self._lasts)

    @property
    def _lasts(self) -> bool:
        """Whether the connection is older than one that is kicked out."""
        return time.monotonic() - self._since >= self._timing.short_life

    async def run(self) -> None:
        """Stay connected until cancelled, or until the credentials are refused for good."""
        while True:
            try:
                await self._connect_once()
            except SourceAuthError as err:
                self.log.note("sign-in refused")
                self._on_refused(err)
                return
            except SourceError as err:
                self.log.note(f"no broker: {err}")
            except Exception:
                # What a library lets slip must not end the stream for good.
                self.log.note("unexpected error")
                _LOGGER.exception("Unexpected error of the stream, trying again")
            wait = self._backoff.wait()
            _LOGGER.debug("Next connection attempt in %.0f s", wait)
            await asyncio.sleep(wait)

    async def _connect_once(self) -> None:
        """Connect, subscribe, and serve until the connection ends."""
        token = await self._account.login()
        broker = await self._account.broker()
        self._since = 0.0
        try:
            async with _connection(self._client(broker, token)) as client:
                await self._serve(client, token)
        except aiomqtt.MqttError as err:
            self.log.note(f"connection ended: {_describe(err)}")
            if not self._since and _code(err) in _REFUSED:
                self._credentials_refused(token)
        finally:
            if self._since:
                if self._lasts:
                    self._short_lives = 0
                    self._backoff.reset()
                else:
                    self._short_lives += 1
                self.connected = False
                self._on_state()

    def _client(self, broker: Broker, token: Token) -> aiomqtt.Client:
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            # Exactly this form, or the broker says "not authorized" [TOLWI].
            identifier=f"ANDROID_{self._client_uuid}_{token.user_id}",
            protocol=aiomqtt.ProtocolVersion.V311,
            clean_session=True,
            keepalive=_KEEPALIVE,
            timeout=self._timing.answer,
            max_queued_incoming_messages=_QUEUE,
            tls_context=self._tls if broker.tls else None,
            logger=_QUIET,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
        )

    async def _subscribe(self, client: aiomqtt.Client, token: Token) -> None:
        topics = [
            (topic, 1)
            for serial in self._serials
            for topic in (
                f"/app/device/property/{serial}",
                _topic(token, serial, "get_reply"),
                _topic(token, serial, "set_reply"),
            )
        ]
        codes = await client.subscribe(topics)
        if any(_number(code) >= 128 for code in codes):
            raise aiomqtt.MqttError("subscription refused")

    def _is_up(self) -> None:
        self._since = time.monotonic()
        if not self.kicked_out:
            # Two clients with one id would otherwise throw each other out every second.
            self._backoff.reset()
        self._refusals = 0
        self.connected = True
        self.log.connects += 1
        self.log.note("connected")
        self._on_state()

    async def _serve(self, client: aiomqtt.Client, token: Token) -> NoReturn:
        """Subscribe, hand over messages, keep the systems awake, until the connection ends."""
        try:
            async with asyncio.TaskGroup() as group:
                # First of all: it alone notices at once that the connection has ended.
                group.create_task(self._receive(client))
                await self._subscribe(client, token)
                self._is_up()
                group.create_task(self._ask_for_all(client, token))
                if not self._gentle:
                    group.create_task(self._keep_stream_open(client, token))
        except* aiomqtt.MqttError as errors:
            error = errors.exceptions[0]
            raise aiomqtt.MqttError(_describe(error)) from None
        raise aiomqtt.MqttError("connection ended")

    async def _receive(self, client: aiomqtt.Client) -> None:
        """Hand over messages. A long queue is worked off in slices: others need the loop too."""
        loop = asyncio.get_running_loop()
        slice_end = 0.0
        async for message in client.messages:
            now = loop.time()
            if now >= slice_end:
                await asyncio.sleep(0)
                slice_end = loop.time() + _BATCH_SECONDS
            if message.retain:
                continue  # kept by the broker since nobody knows when: old, and no sign of life
            serial, kind = _parse_topic(message.topic.value)
            try:
                self._on_payload(serial, kind, bytes(message.payload))
            except Exception:
                # One payload must not end the stream. Said once: its like will come again.
                if not self._stumbled:
                    self._stumbled = True
                    _LOGGER.exception("A payload could not be taken")

    async def _ask_for_all(self, client: aiomqtt.Client, token: Token) -> None:
        """Ask each system for everything, again and again: it says little by itself.

        Some systems answer only JSON: who stays silent is asked the other way next time.
        """
        asked: set[str] = set()
        in_json: set[str] = set()
        while True:
            in_json ^= asked - self.answered
            self.answered.clear()
            for serial in self._serials:
                payload = get_all_json() if serial in in_json else get_all()
                await client.publish(_topic(token, serial, "get"), payload, qos=1)
            asked = set(self._serials)
            await asyncio.sleep(self._timing.gentle_get if self._gentle else self._timing.get)

    async def _keep_stream_open(self, client: aiomqtt.Client, token: Token) -> None:
        while True:
            for serial in self._serials:
                switch = keep_stream_open(at_once=_is_fit(serial))
                await client.publish(_topic(token, serial, "set"), switch, qos=1)
            await asyncio.sleep(self._timing.switch)

    def _credentials_refused(self, token: Token) -> None:
        """Fetch new credentials first, then log in again, then ask the person."""
        self._refusals += 1
        if self._refusals == 1:
            return  # the next attempt fetches the certification anew
        if self._refusals == 2:
            self._account.forget_login(token)
            return
        raise SourceAuthError("the broker refused the credentials", "broker_refused")


@asynccontextmanager
async def _connection(client: aiomqtt.Client) -> AsyncIterator[aiomqtt.Client]:
    """Connect, and disconnect for certain.

    Cancelled while it connects, a client of aiomqtt would leave its socket behind: connected,
    answering pings and in the way of the next one with the same id. So it may finish first.
    """
    connecting = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.wait([connecting])  # unlike await, does not cancel it
    except asyncio.CancelledError:
        with suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await connecting
                await client.__aexit__(None, None, None)
        raise
    await connecting
    try:
        yield client
    finally:
        await client.__aexit__(None, None, None)


def _is_fit(serial: str) -> bool:
    model = model_of(serial)
    return model is not None and model.family is Family.FIT


def _topic(token: Token, serial: str, kind: str) -> str:
    return f"/app/{token.user_id}/{serial}/thing/property/{kind}"


def _parse_topic(topic: str) -> tuple[str, str]:
    """Return serial number and kind of a topic that we subscribed to."""
    parts = topic.split("/")
    if len(parts) == 5:
        return parts[4], "property"
    return (parts[3], parts[-1]) if len(parts) == 7 else ("", "")


def _code(err: aiomqtt.MqttError) -> int:
    return _number(getattr(err, "rc", None))


def _number(code: object) -> int:
    """Return the number of a reason code, -1 if it has none."""
    value = getattr(code, "value", code)
    return value if isinstance(value, int) else -1


def _describe(err: BaseException) -> str:
    """Say what happened without names or addresses."""
    if isinstance(err, aiomqtt.MqttCodeError):
        return f"code {_code(err)}"
    text = str(err)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "the certificate is not trusted"
    return text if len(text) < 60 and not any(char.isdigit() for char in text) else "error"
