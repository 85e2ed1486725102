"""How much is put up with: connections, silence, waiting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers of connections; times in s."""

    total: int = 256
    per_address: int = 32
    strangers: int = 64
    """Connections that have not signed in as a pile that was added: the oldest has to go."""
    login: float = 15.0
    silence_least: float = 90.0
    """A silent pile is hung up on after so many heartbeats as it says itself, but not before."""
    silence_most: float = 600.0
    grace: float = 20.0
    """A pile that is back so soon was never away."""
    sweep: float = 5.0
    """Time between two looks at the clocks."""
    answer: float = 5.0
    """A pile answers within this time [NUMBO-DOC]."""
    start: float = 120.0
    """Some piles acknowledge a start only when charging has begun [WOGEE]."""
    confirm: float = 35.0
    """A status shows what came of a stop: idle piles report every 15 s."""
