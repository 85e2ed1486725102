"""For how long what a report tells is current [SHUETTE].

In the slowest regular mode a system tells nothing by itself and answers a get every 300 s (every
60 s in gentle mode): whatever is in such an answer has to live longer than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
import math

from ..model.source import Reading
from .envelope import Route
from .rows import by_state
from .tables import HEATING_ROD_PARAM, WALL_BOX

POWERS = 400.0
"""A get answer every 300 s, and time for it to come late, s."""
_HEARTBEATS = 600.0
"""A get answer may be lost once, s; gaps of 10 min do happen."""
PACKS = 900.0
"""Pushed one at a time, all of them in get answers only: two of those may be lost, s."""

LIVES: Mapping[Route, float] = {
    (96, 1): _HEARTBEATS,  # every 5 to 60 s
    (96, 7): PACKS,
    (96, 33): POWERS,  # every 1 to 3 s with the stream open, else every 60 to 80 s
    (96, 34): POWERS,  # a Fit's minutes, every 1 to 5 min
    (96, 39): POWERS,  # beside 96/33
    (96, 50): POWERS,  # 96/33 of a parallel system
    (96, 108): PACKS,
    (96, 109): _HEARTBEATS,
    (96, 110): _HEARTBEATS,
    (96, 111): PACKS,  # one pack a message
    (209, 33): POWERS,  # every few seconds with the stream open
    (211, 33): POWERS,  # the answer to a question
    (212, 33): POWERS,  # every few seconds with the stream open
    (240, 33): POWERS,  # what each energy device draws, as the system sees it
    (241, 33): POWERS,
    (241, 44): POWERS,
}
"""Route -> life, s. What is not here is sent when it changes and lives as long as its device is
heard: settings, modes, versions, errors, masks, timers, priorities, parameters."""

_HEATING = frozenset({by_state(HEATING_ROD_PARAM)["heatingPower"].key})

_POWERS_IN: Mapping[Route, tuple[str, frozenset[str]]] = {
    (209, 8): ("209/33", frozenset({by_state(WALL_BOX)["evPwr"].key})),
    (212, 8): ("212/8 power", _HEATING),
    (212, 50): ("212/8 power", _HEATING),
}
"""Powers among settings: they age as powers do, under a report of their own."""

NOT_ITS_OWN = frozenset({"96/3", "240/2", "240/33"})
"""Reports in which the system tells something of its parts, there or not."""

POWER_REPORTS = frozenset({"96/33", "96/50"})
"""What the powers of a whole system are told by."""

PRESENT: Mapping[str, float] = {
    "unit": _HEARTBEATS,
    "pack": PACKS,
    "fit_pack": PACKS,
    # Their parameters come on change and in get answers, if these hold them at all; an idle one
    # tells no power. So they have time, but not for ever.
    "wall_box": 7200.0,
    "heating_rod": 7200.0,
    "heat_pump": 7200.0,
    "smart_plug": 7200.0,
}
"""Kind of device -> for how long it may be silent and still be there, s."""


def report_name(route: Route) -> str:
    """Return what readings call the report on a route."""
    return f"{route[0]}/{route[1]}"


@cache
def _terms(route: Route) -> tuple[str, float, str, frozenset[str]]:
    """Return a report's name and life, and the powers in it with the name that they go by."""
    powers, among = _POWERS_IN.get(route, ("", frozenset[str]()))
    return report_name(route), LIVES.get(route, math.inf), powers, among


def aged(
    route: Route, readings: Iterable[Reading], age: float = 0.0, least: float = 0.0
) -> Iterator[Reading]:
    """Yield what a report tells, with its name, its life and its age, s.

    `least` is the life of what comes so rarely that it would not live from one to the next; the
    powers are asked for more often then.
    """
    name, life, powers, among = _terms(route)
    if least > life > POWERS:
        life = least
    for told in readings:
        values, old = told.values, told.age + age
        if among and not among.isdisjoint(values):
            live = {key: values[key] for key in among if key in values}
            yield Reading(told.serial, live, (), powers, POWERS, old)
            values = {key: value for key, value in values.items() if key not in among}
        yield Reading(told.serial, values, told.zeros, told.report or name, life, old)
