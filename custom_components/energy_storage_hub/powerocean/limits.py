"""How much power can flow: at the site, through the inverters, through a pack.

What is beyond is from a broken report. The margins are wide: what they let pass may be wrong,
what they refuse cannot be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum, auto

from .rows import by_state
from .tables import (
    ENERGY_STREAM,
    FIT_HEARTBEAT,
    FIT_PACK,
    FIT_STREAM,
    HEARTBEAT,
    PACK,
    PV_INVERTER,
    UNIT_STREAM,
)


class Scope(Enum):
    """Where a power flows."""

    SITE = auto()  # at the meter, at home, from inverters of other makes
    INVERTER = auto()  # solar and battery power, and what the inverters make of it
    PACK = auto()


type Limits = Mapping[Scope, float]
"""Largest power that is believed, W."""

_BESIDE = 70_000.0
"""What a house connection carries beside the inverters, W: three phases of 100 A."""
_MARGIN = 2.0
"""Solar power beyond the rating goes into the battery; nobody installs twice the rating."""
_PACK = 10_000.0
"""A pack is rated at some 3300 W."""


def limits_of(ratings: Iterable[float]) -> Limits:
    """Return the limits of a system whose inverters have these rated powers, W."""
    rated = sum(ratings)
    return {Scope.SITE: rated + _BESIDE, Scope.INVERTER: rated * _MARGIN, Scope.PACK: _PACK}


_STRINGS = tuple(f"mpptHeartBeat_mpptPv_pwr{place}" for place in range(4))
_PHASES = tuple(f"pcs{phase}Phase_actPwr" for phase in "ABC")
_LOADS = tuple(f"pcsLoadInfo_pwr{place}" for place in ("", 0, 1, 2))

_POWERS = (
    (Scope.SITE, ENERGY_STREAM, ("sysLoadPwr", "sysGridPwr", "pvInvPwr", "otherPvPwr")),
    (Scope.INVERTER, ENERGY_STREAM, ("mpptPwr", "bpPwr")),
    (Scope.SITE, HEARTBEAT, ("pcsMeterPower", "emsPvInvPwr")),
    (Scope.SITE, HEARTBEAT, ("meterHeartBeat_meterData0", "meterHeartBeat_meterData1")),
    (Scope.INVERTER, HEARTBEAT, ("emsBpPower", "pcsBpPower", "pcsActPwr")),
    (Scope.INVERTER, HEARTBEAT, (*_STRINGS, *_PHASES)),
    # The grid may feed them past the inverter.
    (Scope.SITE, HEARTBEAT, ("pcsBackupPwr", *_LOADS)),
    (Scope.SITE, PV_INVERTER, ("pvInvPwr",)),
    (Scope.SITE, UNIT_STREAM, ("sysLoadPwr", "sysGridPwr")),
    (Scope.INVERTER, UNIT_STREAM, ("mpptPwr", "bpPwr", "pv1Pwr", "pv2Pwr")),
    (Scope.PACK, PACK, ("bpPwr",)),
    (Scope.SITE, FIT_STREAM, ("loadPwr", "gridPwr")),
    (Scope.INVERTER, FIT_STREAM, ("pvPwr", "bpPwr", "dcdcPwr")),
    (Scope.SITE, FIT_HEARTBEAT, ("meterTotalPower", "meterPhasePower")),
    (Scope.PACK, FIT_PACK, ("bpPwr",)),
)

SCOPES: Mapping[str, Scope] = {
    by_state(rows)[state].key: scope for scope, rows, states in _POWERS for state in states
}
"""Where the power of a state flows; what is told by the same value, such as import, goes along."""
