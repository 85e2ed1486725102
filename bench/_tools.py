"""What the benchmarks share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import statistics
import time
from typing import Self


def seconds_per_call(call: Callable[[], object], *, rounds: int = 7, budget: float = 0.3) -> float:
    """Return the median time of a call, s, over rounds of about `budget` seconds in all."""
    began = time.perf_counter()
    call()
    once = max(time.perf_counter() - began, 1e-7)
    calls = max(1, int(budget / rounds / once))
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        times.append((time.perf_counter() - began) / calls)
    return statistics.median(times)


def microseconds(seconds: float) -> str:
    """Write a time."""
    return f"{seconds * 1e6:.1f} us"


class LoopWatch:
    """Measures for how long the event loop was held up while this is open."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch())
        await asyncio.sleep(0.01)
        self.longest = 0.0
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - began - 0.001)
