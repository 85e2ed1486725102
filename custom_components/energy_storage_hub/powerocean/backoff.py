"""How long to wait before trying again."""

from __future__ import annotations

import random

FIRST = 1.0
LONGEST = 300.0


class Backoff:
    """Waits that double from 1 s to 5 min, each drawn from its upper half.

    Many clients that lost the same broker at the same moment so do not return at the same
    moment. Reset only when it is certain that all works again.
    """

    def __init__(self, first: float = FIRST, longest: float = LONGEST) -> None:
        """Start at `first` seconds."""
        self._first = first
        self._longest = longest
        self._next = first

    def wait(self) -> float:
        """Return the next wait, s."""
        wait = self._next * random.uniform(0.5, 1.0)  # noqa: S311
        self._next = min(self._next * 2, self._longest)
        return wait

    def reset(self) -> None:
        """Start at the beginning again."""
        self._next = self._first
