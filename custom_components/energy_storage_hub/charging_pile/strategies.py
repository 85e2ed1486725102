"""When charging ends by itself, and what the number beside it counts."""

from __future__ import annotations

from dataclasses import dataclass

from ..model.source import SourceRefusedError


@dataclass(frozen=True, slots=True)
class Strategy:
    """One strategy of commands 7, 104, 202, 208 and 222."""

    number: int
    slug: str
    unit: str = ""
    """In which a person gives the limit; none: there is none."""
    steps: int | None = 0
    """How many steps of the strategy's parameter make one unit; None: the sources disagree."""

    def parameter(self, limit: float) -> int:
        """Return the parameter of a limit. Raises SourceRefusedError if its step is not sure."""
        if self.steps is None:
            raise SourceRefusedError(f"parameter of {self.slug}")
        return round(limit * self.steps)


_ALL = (
    Strategy(0, "until_full"),
    # The wire counts s.
    Strategy(1, "by_time", "min", 60),
    # The wire counts 0.01 CNY.
    Strategy(2, "by_amount", "CNY", 100),
    # 0.01 kWh in the vendor's table, 0.001 kWh in [NUMBO-DOC]: never ordered.
    Strategy(3, "by_energy", "kWh", None),
)

STRATEGIES = {strategy.slug: strategy for strategy in _ALL}

STRATEGY = {strategy.number: strategy.slug for strategy in _ALL}
"""What the numbers in the fields stand for."""
