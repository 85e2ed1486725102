"""An OpenAPI account as a source: its inverters, their CT checks, what can go wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import logging
from typing import Any, override

import aiohttp

from ..model.source import (
    Device,
    Problem,
    Source,
    SourceAuthError,
    SourceConnectionError,
    SourceError,
    SourceListener,
    SourceRefusedError,
)
from ..model.states import SourceTable
from .api import DEFAULT_BASE_URL, NoPermissionError, OpenApi
from .codes import Precheck
from .ct_events import Noticed, Pressed, Resumed
from .diagnostics import describe_inverter
from .inverter import Inverter
from .tables import RUN_CT_CHECK, TABLE

_LOGGER = logging.getLogger(__name__)

REALTIME_INTERVAL = 60.0
"""s: the inverters tell the cloud once a minute."""
ANSWER_WITHIN = 30.0
"""s that a press waits to hear whether the check was begun; it goes on in any case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person chose."""

    account: str
    password: str
    base_url: str = DEFAULT_BASE_URL
    serials: tuple[str, ...]
    poll_interval: float = 300.0


def _precheck_life(settings: Settings) -> float:
    """For how long a precheck is current, s: until two polls have failed."""
    return 2 * settings.poll_interval + 60


class Solinteg(Source):
    """The inverters of one account."""

    def __init__(
        self, session: aiohttp.ClientSession, settings: Settings, listener: SourceListener
    ) -> None:
        """Prepare; nothing is sent before `start`."""
        self._settings = settings
        self._listener = listener
        self._api = OpenApi(session, settings.account, settings.password, settings.base_url)
        self._inverters = {
            serial: Inverter(serial, self._api, listener, _precheck_life(settings))
            for serial in settings.serials
        }
        self._tasks: asyncio.TaskGroup | None = None

    @property
    @override
    def devices(self) -> Mapping[str, Device]:
        return {serial: inverter.device for serial, inverter in self._inverters.items()}

    @property
    @override
    def table(self) -> SourceTable:
        return TABLE

    # Running.

    @override
    async def start(self) -> None:
        for inverter in self._inverters.values():
            self._listener.on_device(inverter.device)
            inverter.publish()
            inverter.tell_problem()
        await self.poll()

    @override
    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                for inverter in self._inverters.values():
                    if (action := inverter.check.handle(Resumed())) is not None:
                        tasks.create_task(inverter.drive(action))
                tasks.create_task(self._measure())
        finally:
            self._tasks = None

    async def _measure(self) -> None:
        """Read what the inverters measure, for as long as the account is accepted."""
        while True:
            for inverter in self._inverters.values():
                try:
                    await inverter.read_realtime()
                except SourceAuthError as err:
                    self._listener.on_sign_in_refused(err)
                    return
                except SourceError as err:
                    _LOGGER.debug("No measurements: %s", err)
                self._watch(inverter)
            await asyncio.sleep(REALTIME_INTERVAL)

    @override
    async def poll(self) -> None:
        """Ask every inverter whether it is ready. Fails only if none answers."""
        errors: list[SourceError] = []
        for inverter in self._inverters.values():
            before = inverter.precheck
            problem = f"not_permitted_{inverter.serial}"
            try:
                precheck = await inverter.read_precheck()
            except SourceAuthError:
                raise
            except NoPermissionError as err:
                errors.append(err)
                self._listener.on_problem(
                    Problem(problem, err.key, {"name": inverter.device.name}, "ct_check.md")
                )
            except SourceError as err:
                errors.append(err)
            else:
                self._listener.on_solved(problem)
                self._notice(inverter, before, precheck)
            self._watch(inverter)
        if errors and len(errors) == len(self._inverters):
            raise errors[0]

    def _notice(self, inverter: Inverter, before: Precheck | None, now: Precheck) -> None:
        """Watch a check that somebody started elsewhere.

        Only if it was seen to begin: a flag that is stuck would be watched for ever.
        """
        begun = now.checking and before is not None and before.checking is False
        if begun and self._tasks and (action := inverter.check.handle(Noticed(now))) is not None:
            self._tasks.create_task(inverter.drive(action))

    @override
    def available(self, serial: str) -> bool:
        inverter = self._inverters.get(serial)
        return inverter is not None and inverter.heard.within(self._stale)

    @property
    def _stale(self) -> float:
        return max(_precheck_life(self._settings), 2 * REALTIME_INTERVAL + 60)

    @override
    def tick(self) -> None:
        for inverter in self._inverters.values():
            self._watch(inverter)

    def _watch(self, inverter: Inverter) -> None:
        """Say once when an inverter is lost to the cloud, and once when it is back."""
        if inverter.heard.heard_at is not None:
            inverter.heard.watch(inverter.heard.within(self._stale))

    # Checking.

    @override
    async def run_command(self, serial: str, command: str) -> None:
        """Begin a check, and come back when the cloud has said whether it starts.

        Raises SourceRefusedError if it does not.
        """
        inverter = self._inverters.get(serial)
        if inverter is None or command != RUN_CT_CHECK.command:
            raise SourceRefusedError("there is no such command")
        if self._tasks is None:
            await self._api.login()  # says so if it was the sign-in
            raise SourceConnectionError("not running")
        # At once, without waiting for anything: two presses cannot both get through.
        if (action := inverter.check.handle(Pressed())) is None:
            raise SourceRefusedError("a check is under way", "ct_already_running")
        decided = asyncio.Event()
        self._tasks.create_task(inverter.drive(action, decided.set))
        try:
            await asyncio.wait_for(decided.wait(), ANSWER_WITHIN)
        except TimeoutError:
            return
        if error := inverter.refusal():
            raise error

    # What is kept over restarts.

    @override
    def saved(self) -> dict[str, Any]:
        return {serial: inverter.saved() for serial, inverter in self._inverters.items()}

    @override
    def restore(self, saved: Mapping[str, Any]) -> None:
        for serial, kept in saved.items():
            inverter = self._inverters.get(serial)
            if inverter and isinstance(kept, Mapping):
                inverter.restore(kept)

    # Looking in.

    @override
    def diagnostics(self, serial: str | None = None) -> dict[str, Any]:
        return {
            "logins": self._api.logins,
            "inverters": [
                describe_inverter(inverter)
                for inverter in self._inverters.values()
                if serial in (None, inverter.serial)
            ],
        }

    @override
    def health(self) -> dict[str, Any]:
        silent = [inverter.heard.silent for inverter in self._inverters.values()]
        return {
            "inverters": len(self._inverters),
            "checks": sum(inverter.check.active for inverter in self._inverters.values()),
            "seconds_since_data": round(min(silent)) if silent else None,
        }
