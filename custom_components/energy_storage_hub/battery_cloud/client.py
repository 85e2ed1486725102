"""Batteries behind an operator's runtime endpoint as a source.

The batteries are asked one after the other, each once an interval, evenly spread over it: with
many of them a poll is for the few whose turn it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import partial
import logging
import time
from typing import Any, override

from ..model.json_values import surely_past
from ..model.presence import Presence
from ..model.source import (
    Device,
    Reading,
    Source,
    SourceAuthError,
    SourceError,
    SourceListener,
)
from ..model.states import SourceTable
from ..model.web import NoAnswerError
from .api import BatteryRefusedError, RuntimeApi
from .decode import Reader, Runtime
from .diagnostics import redacted
from .faults import FAULTS, Verdict
from .scales import Scales
from .states import DATES, ONLINE
from .tables import BATTERY, TABLE

_LOGGER = logging.getLogger(__name__)

SHORTEST_INTERVAL = 60.0
_SHORTEST_SLOT = 1.0
_TIME_TO_START = 10.0
_FIRST_WAIT = 5.0
_EXPIRED_AT_ONCE = 50
_DESCRIBED = 20

_REPORT = "runtimeInfo"
_OF_SERVER = tuple(row.key for row in (ONLINE, *DATES))
"""What is true whenever the battery reported: whether it is there, and when it was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person chose."""

    batteries: Mapping[str, Scales]
    """By serial number."""
    interval: float = 120.0
    """Time between two answers about a battery, s."""
    zone: tzinfo = UTC
    """Zone of dates that name none."""
    fault_names: Mapping[str, str] = field(
        default_factory=lambda: {fault.key: fault.name for fault in FAULTS}
    )
    """Words for the faults, by key."""
    device_name: str = "{serial}"

    @property
    def slot(self) -> float:
        """Time between two polls, s: each is for the batteries whose turn it is."""
        return max(self.interval / max(len(self.batteries), 1), _SHORTEST_SLOT)


@dataclass(slots=True)
class _Battery:
    """A battery, and how the asking goes."""

    device: Device
    reader: Reader
    heard: Presence
    """Present as long as what is known is what the server says now."""
    due: float = 0.0
    asked_at: float | None = None
    error: SourceError | None = None
    info: Mapping[str, Any] | None = None
    runtime: Runtime | None = None


class BatteryCloud(Source):
    """The batteries of one endpoint."""

    def __init__(self, api: RuntimeApi, settings: Settings, listener: SourceListener) -> None:
        """Prepare; nothing is asked before `start`."""
        self._api = api
        self._settings = settings
        self._listener = listener
        self._batteries = {
            serial: _Battery(
                Device(
                    serial=serial,
                    kind=BATTERY,
                    manufacturer=TABLE.title,
                    model=TABLE.kinds[BATTERY].title,
                    name=settings.device_name.format(serial=serial),
                ),
                Reader(scales, settings.zone, settings.fault_names),
                Presence("", partial(listener.on_availability, serial)),
            )
            for serial, scales in settings.batteries.items()
        }
        self._polling = asyncio.Lock()
        self._failing: set[str] = set()
        self._not_before = 0.0
        self._wait = _FIRST_WAIT
        self._refused = False
        self._complained = False
        self._doubted: set[str] = set()
        self._request_time = 0.0
        self._requests = 0

    @property
    @override
    def devices(self) -> Mapping[str, Device]:
        return {serial: battery.device for serial, battery in self._batteries.items()}

    @property
    @override
    def table(self) -> SourceTable:
        return TABLE

    # Running.

    @override
    async def start(self) -> None:
        """Ask for as many batteries as there is time for; the first polls ask for the rest.

        Raises SourceError when the server does not answer, or has no answer for any of them.
        """
        began = time.monotonic()
        error: SourceError | None = None
        answered = False
        for place, battery in enumerate(self._batteries.values(), start=1):
            self._listener.on_device(battery.device)
            battery.due = began + place * self._settings.interval / len(self._batteries)
            if answered and time.monotonic() - began > _TIME_TO_START:
                continue
            try:
                await self._ask(battery)
            except SourceAuthError:
                raise
            except SourceError as err:
                error = error or err
                if isinstance(err, NoAnswerError) and not answered:
                    raise
            else:
                answered = True
            if battery.due < began + SHORTEST_INTERVAL:
                battery.due += self._settings.interval
        if error and not answered:
            raise error

    @override
    async def poll(self) -> None:
        """Ask for the batteries whose turn it is; asked out of turn, for all.

        What goes wrong with one of them concerns only that one: nothing is raised.
        """
        async with self._polling:
            await self._expire_all()
            if time.monotonic() >= self._not_before:
                await self._poll()

    async def _poll(self) -> None:
        for battery in self._turn(time.monotonic()):
            self._next_turn(battery)
            try:
                await self._ask(battery)
            except SourceAuthError as err:
                self._pause(self._settings.interval)
                if not self._refused:
                    self._refused = True
                    self._listener.on_sign_in_refused(err)
                return
            except NoAnswerError:
                self._pause(self._wait)
                self._wait = min(self._wait * 2, self._settings.interval)
                return
            except SourceError:
                continue

    def _turn(self, now: float) -> list[_Battery]:
        """The batteries to ask now, the longest waiting first."""
        soon = now + self._settings.slot / 2
        chosen = [battery for battery in self._batteries.values() if battery.due <= soon]
        if not chosen:
            chosen = [
                battery
                for battery in self._batteries.values()
                if battery.asked_at is None or now - battery.asked_at >= SHORTEST_INTERVAL
            ]
        return sorted(chosen, key=lambda battery: battery.due)

    def _next_turn(self, battery: _Battery) -> None:
        """Keep a battery's place in the interval, unless it is late by more than that."""
        now, interval = time.monotonic(), self._settings.interval
        due = battery.due + interval
        battery.due = due if due > now else now + interval

    def _pause(self, seconds: float) -> None:
        self._not_before = time.monotonic() + seconds

    async def _ask(self, battery: _Battery) -> None:
        """Ask for one battery and tell what came back. Raises SourceError, noted already."""
        began = battery.asked_at = time.monotonic()
        try:
            info = await self._api.runtime(battery.device.serial)
        except SourceError as err:
            self._missed(battery, err)
            raise
        self._wait = _FIRST_WAIT
        self._refused = False
        self._requests += 1
        took = time.monotonic() - began
        self._request_time += (took - self._request_time) / min(self._requests, 20)
        self._answered(battery, info)

    # Answers.

    def _answered(self, battery: _Battery, info: Mapping[str, Any]) -> None:
        serial = battery.device.serial
        battery.heard.hear()
        battery.error = None
        battery.info = info
        runtime = battery.runtime = battery.reader.read(info)
        if runtime.has_data and runtime.firmware != battery.device.sw_version:
            battery.device = replace(battery.device, sw_version=runtime.firmware)
            self._listener.on_device(battery.device)
        self._tell(serial, runtime)
        self._failing.discard(serial)
        if not self._failing and self._complained:
            self._complained = False
            _LOGGER.info("The battery cloud answers for every battery again")
        battery.heard.watch(True)
        self._doubt(runtime.verdict)

    def _tell(self, serial: str, runtime: Runtime) -> None:
        """Tell what the server says, and what the battery measured unless that is long ago."""
        values = dict(runtime.values)
        if runtime.has_data:
            of_server = {key: values.pop(key) for key in _OF_SERVER}
            self._listener.on_reading(Reading(serial, of_server))
            told = Reading(serial, values, report=_REPORT, life=self.lifetime, age=_age(runtime))
        else:
            told = Reading(serial, values)
        self._listener.on_reading(told)

    def _doubt(self, verdict: Verdict) -> None:
        """Say once that fault lists are not what they seem."""
        for doubt in ("inverted", "implausible"):
            if getattr(verdict, doubt) and doubt not in self._doubted:
                self._doubted.add(doubt)
                _LOGGER.info("A battery's fault list is %s; its diagnostics show it", doubt)

    def _missed(self, battery: _Battery, error: SourceError) -> None:
        """Note a failure, in the log once until all is well again.

        Refused is refused; whatever else went wrong may be over before the last values are old.
        """
        battery.error = error
        self._failing.add(battery.device.serial)
        if not self._complained:
            self._complained = True
            _LOGGER.warning("No news of the battery ...%s: %s", battery.device.serial[-4:], error)
        if isinstance(error, BatteryRefusedError):
            battery.heard.watch(False)

    # Availability.

    @override
    def available(self, serial: str) -> bool:
        battery = self._batteries.get(serial)
        return battery is not None and bool(battery.heard.present)

    @override
    def tick(self) -> None:
        """Let values expire, not so many at once that it holds up everything else."""
        for battery in list(self._expired())[:_EXPIRED_AT_ONCE]:
            battery.heard.watch(False)

    async def _expire_all(self) -> None:
        for battery in list(self._expired()):
            battery.heard.watch(False)
            await asyncio.sleep(0)

    def _expired(self) -> Iterable[_Battery]:
        lifetime = self.lifetime
        for battery in self._batteries.values():
            if battery.heard.present and not battery.heard.within(lifetime):
                yield battery

    @property
    def lifetime(self) -> float:
        """For how long an answer counts as current, s: until two turns have been missed."""
        round_time = self._request_time * len(self._batteries)
        return 2 * max(self._settings.interval, round_time) + 60

    # Looking in.

    @override
    def diagnostics(self, serial: str | None = None) -> dict[str, Any]:
        chosen = [
            battery
            for battery in self._batteries.values()
            if serial in (None, battery.device.serial)
        ]
        return {
            "batteries": len(self._batteries),
            "failing": len(self._failing),
            "interval": self._settings.interval,
            "seconds_per_request": round(self._request_time, 3),
            "answers": [_describe(battery) for battery in chosen[:_DESCRIBED]],
        }

    @override
    def health(self) -> dict[str, Any]:
        batteries = self._batteries.values()
        return {
            "batteries": len(batteries),
            "answering": sum(bool(battery.heard.present) for battery in batteries),
            "reporting": sum(
                bool(battery.heard.present)
                and battery.runtime is not None
                and battery.runtime.has_data
                for battery in batteries
            ),
        }


def _age(runtime: Runtime) -> float:
    """Return how old the measurements surely are, s.

    How often a battery reports is not known, nor the zone of its dates: a day is too long.
    """
    reported_at = runtime.reported_at
    return 0.0 if reported_at is None else surely_past(reported_at, time.time())


def _describe(battery: _Battery) -> dict[str, Any]:
    runtime, heard = battery.runtime, battery.heard
    return {
        "current": bool(heard.present),
        "seconds_since_answer": None if heard.heard_at is None else round(heard.silent),
        "error": battery.error and str(battery.error),
        "scales": battery.reader.scales.choices(),
        "has_data": runtime and runtime.has_data,
        "faults": runtime
        and {
            "implausible": runtime.verdict.implausible,
            "inverted": runtime.verdict.inverted,
            "others": dict(runtime.verdict.others),
        },
        "raw": None if battery.info is None else redacted(battery.info),
    }
