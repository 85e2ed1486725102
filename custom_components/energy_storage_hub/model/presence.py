"""Whether something is still heard of: said once when it is lost, once when it is back."""

from __future__ import annotations

from collections.abc import Callable
import logging
import time

_LOGGER = logging.getLogger(__name__)


class Presence:
    """Remembers when something was heard last, and says when it falls silent or comes back."""

    __slots__ = ("_name", "_on_change", "began", "heard_at", "present")

    def __init__(self, name: str, on_change: Callable[[], None] = lambda: None) -> None:
        """Know of nothing that was ever heard.

        The name is for the log, so no serial number; without one, nothing is logged.
        """
        self._name = name
        self._on_change = on_change
        self.began = time.monotonic()
        self.heard_at: float | None = None
        """Monotonic time, s."""
        self.present: bool | None = None
        """What was found at the last look; None before the first."""

    def hear(self, age: float = 0.0) -> None:
        """Take note of a sign of life, which may be some seconds old already."""
        at = time.monotonic() - age
        if self.heard_at is None or at > self.heard_at:
            self.heard_at = at

    def within(self, seconds: float) -> bool:
        """Whether it was heard in so many seconds."""
        return self.heard_at is not None and time.monotonic() - self.heard_at < seconds

    @property
    def silent(self) -> float:
        """For how long it was not heard, s; since the beginning if it never was."""
        return time.monotonic() - (self.began if self.heard_at is None else self.heard_at)

    def watch(self, present: bool) -> None:
        """Take note whether it is there now, and tell if that is news."""
        before, self.present = self.present, present
        if before is present:
            return
        if self._name and before is not None:
            _LOGGER.info("%s is %s", self._name, "back" if present else "lost: it says nothing")
        self._on_change()
