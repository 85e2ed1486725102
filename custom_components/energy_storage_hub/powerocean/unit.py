"""One inverter of a parallel system beside its master: whose reports, whose packs."""

from __future__ import annotations

from collections.abc import Mapping
import time
from typing import TYPE_CHECKING

from .envelope import Route

if TYPE_CHECKING:
    from .decode import Decoder, RouteRecord


class Unit:
    """What the readers need to know of the inverter: see context.Context."""

    def __init__(self, decoder: Decoder, serial: str) -> None:
        """Belong to the system of this decoder."""
        self.serial = serial
        self.slots: dict[int, str] = {}
        self.routes: dict[Route, RouteRecord] = {}
        self._decoder = decoder

    def announce(self, serial: str, kind: str, model: str, number: int = 0) -> None:
        """Say that a part hangs on this inverter."""
        self._decoder.announce(serial, kind, model, number, parent=self.serial)

    def announce_unit(self, serial: str) -> None:
        """Say that an inverter works in parallel."""
        self._decoder.announce_unit(serial)

    def is_known(self, serial: str) -> bool:
        """Whether the part was announced."""
        return self._decoder.is_known(serial)

    def heard_within(self, route: Route, seconds: float) -> bool:
        """Whether the inverter has sent a report of this route by MQTT lately."""
        return heard_within(self.routes, route, seconds)

    def keep_version(self, serial: str, version: int) -> None:
        """Keep the firmware version of a module."""
        self._decoder.keep_version(serial, version)

    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Leave it: the system's own minutes are those that count."""

    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Leave them: the system's own hours are those that count."""
        return False


def heard_within(routes: Mapping[Route, RouteRecord], route: Route, seconds: float) -> bool:
    """Whether a report of this route has come lately."""
    record = routes.get(route)
    return record is not None and time.monotonic() - record.at < seconds
