"""Checks to play: what the inverter does, and what the cloud does wrong meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import faults
from .inverter import FAILED, PASSED, WIRING_FAULT, Plan, with_details

if TYPE_CHECKING:
    from .cloud import SimulatedSolinteg

_TIMEOUT = 40.0
"""s: longer than a client waits."""


def _nothing(_cloud: SimulatedSolinteg) -> None:
    """Let the cloud work."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way for a check to go."""

    title: str
    plan: Plan = field(default_factory=Plan)
    arrange: Callable[[SimulatedSolinteg], None] = _nothing
    """Called when it is chosen: before the check."""
    at_start: Callable[[SimulatedSolinteg], None] = _nothing
    """Called when the check is started."""


def _old_result(cloud: SimulatedSolinteg) -> None:
    cloud.inverter.result = dict(PASSED)


def _expire(cloud: SimulatedSolinteg) -> None:
    cloud.expire_tokens()


def _server_errors(cloud: SimulatedSolinteg) -> None:
    cloud.fail("result", faults.http(503), times=3)


def _slow_answers(cloud: SimulatedSolinteg) -> None:
    cloud.fail("result", faults.slow(9.0), times=3)


def _web_pages(cloud: SimulatedSolinteg) -> None:
    cloud.fail("result", faults.html(), times=2)


def _start_lost(cloud: SimulatedSolinteg) -> None:
    cloud.fail("start", faults.slow(_TIMEOUT))


def _start_never_arrives(cloud: SimulatedSolinteg) -> None:
    cloud.fail("start", faults.slow(_TIMEOUT, act=False))


def _start_refused(cloud: SimulatedSolinteg) -> None:
    cloud.fail("start", faults.error({"code": "error.40021", "description": "设备正忙"}))


_FAULT = Plan(dict(WIRING_FAULT))

SCENARIOS: dict[str, Scenario] = {
    "pass": Scenario("passes"),
    "wiring_fault": Scenario("finds a wiring fault, without details", _FAULT),
    "wiring_fault_details": Scenario(
        "finds a wiring fault in two phases", Plan(with_details(WIRING_FAULT))
    ),
    "fails": Scenario("fails", Plan(dict(FAILED))),
    "never_starts": Scenario("is accepted, but never starts", Plan(starts=False)),
    "refused": Scenario("is refused by the cloud", arrange=_start_refused),
    "hangs": Scenario("starts and never ends", Plan(None)),
    "stale": Scenario(
        "never starts, and an old pass is still told", Plan(starts=False), arrange=_old_result
    ),
    "offline": Scenario("loses its inverter after ten seconds", Plan(lost_after=10.0)),
    "token": Scenario("passes, but the token expires in between", at_start=_expire),
    "server_errors": Scenario("passes after errors of the server", at_start=_server_errors),
    "slow": Scenario("passes, with slow answers", at_start=_slow_answers),
    "web_pages": Scenario("passes after a few web pages", at_start=_web_pages),
    "start_lost": Scenario("passes, though its start is never answered", arrange=_start_lost),
    "start_never_arrives": Scenario(
        "is not started, and its start is never answered", arrange=_start_never_arrives
    ),
}
"""By name: what the next check does."""
