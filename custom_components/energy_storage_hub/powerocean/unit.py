"""One inverter of a parallel system beside its master: whose reports, whose packs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import override

from .context import Context
from .limits import Limits


class Unit(Context):
    """What the readers need to know of the inverter; the rest is its system's business."""

    def __init__(self, system: Context, serial: str, limits: Limits) -> None:
        """Belong to this system."""
        super().__init__(serial, limits)
        self._system = system
        self.replaced = system.replaced

    @override
    def announce(
        self, serial: str, kind: str, model: str, number: int = 0, parent: str = ""
    ) -> None:
        self._system.announce(serial, kind, model, number, parent or self.serial)

    @override
    def announce_unit(self, serial: str) -> None:
        self._system.announce_unit(serial)

    @override
    def is_known(self, serial: str) -> bool:
        return self._system.is_known(serial)

    @override
    def keep_version(self, serial: str, version: int) -> None:
        self._system.keep_version(serial, version)

    @override
    def keep_minute(self, timestamp: int, minute: Mapping[str, float]) -> None:
        """Leave it: the system's own minutes are those that count."""

    @override
    def keep_hours(self, day: int, watth_type: int, watth: tuple[int, ...]) -> bool:
        """Leave them: the system's own hours are those that count."""
        return False
