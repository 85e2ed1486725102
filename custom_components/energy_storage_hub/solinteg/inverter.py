"""One inverter: drives its CT check, keeps what is known of it, tells what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
import logging
import math
import random
import time
from typing import Any

from ..model.presence import Presence
from ..model.source import (
    Device,
    Happening,
    Problem,
    Reading,
    SourceAuthError,
    SourceError,
    SourceListener,
    SourceRefusedError,
)
from ..model.states import Value
from .api import NoPermissionError, OpenApi, RateLimitedError, StartRefusedError
from .codes import Precheck
from .ct_check import CtCheck
from .ct_events import (
    CONCLUSIVE,
    Action,
    Denied,
    Do,
    Event,
    Failed,
    Polled,
    Posted,
    Prechecked,
    Reason,
    Saved,
    SignInRefused,
    State,
    Wait,
    Waited,
)
from .ct_records import Outcome, dump_outcome, load_outcome
from .readings import (
    abnormal_phases,
    outcome_values,
    precheck_values,
    realtime_values,
    result_values,
    summary_values,
    wiring_values,
)
from .standstill import Standstill
from .states import CT_CHECK, PRECHECK, REALTIME
from .tables import CT_CHECK_ENDED, INVERTER

_LOGGER = logging.getLogger(__name__)

_MANUFACTURER = "Solinteg"
_MODEL = "Inverter"
_PAGE = "ct_check.md"

_MEASURED_LIFE = 300.0
"""s: an inverter that says nothing for so long is offline to the cloud, too."""

_JUDGED = (State.PASSED, State.WIRING_FAULT)
"""Ends that say something about the wiring."""


def _jitter() -> float:
    return random.uniform(0.9, 1.1)  # noqa: S311


class Inverter:
    """One inverter of an account."""

    def __init__(
        self, serial: str, api: OpenApi, listener: SourceListener, precheck_life: float
    ) -> None:
        """Know nothing yet but the serial number; a precheck is current for so long, s."""
        self.serial = serial
        self._api = api
        self._listener = listener
        self.device = Device(
            serial=serial,
            kind=INVERTER,
            manufacturer=_MANUFACTURER,
            model=_MODEL,
            # Tells several apart, without the whole number in every entity's name.
            name=f"{_MANUFACTURER} {serial[-4:]}",
        )
        self.heard = Presence(self.device.name, partial(listener.on_availability, serial))
        """Of answers that say how this inverter is now."""
        self.check = CtCheck(time.monotonic, time.time, _jitter)
        self.precheck: Precheck | None = None
        """The last one, current or not."""
        self._precheck_life = precheck_life
        self._prechecked_at = 0.0
        self._standstill = Standstill()
        self._conclusion: Outcome | None = None
        self._wiring: Outcome | None = None
        self._told: set[str] = set()

    @property
    def answers(self) -> Mapping[str, Any]:
        """The latest answers, as they came."""
        return self._api.answers.get(self.serial, {})

    @property
    def problem_key(self) -> str:
        """Identity of this inverter's wiring problem."""
        return f"wiring_{self.serial}"

    # What is kept over restarts.

    def saved(self) -> dict[str, Any]:
        """Return the check under way, the last end, the last conclusion and the last verdict."""
        return {
            "check": self.check.saved(),
            "conclusion": self._conclusion and dump_outcome(self._conclusion),
            "wiring": self._wiring and dump_outcome(self._wiring),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was saved."""
        check = saved.get("check")
        self.check.restore(check if isinstance(check, Mapping) else {})
        conclusion = load_outcome(saved.get("conclusion"))
        wiring = load_outcome(saved.get("wiring"))
        self._conclusion = conclusion if conclusion.state in CONCLUSIVE else None
        self._wiring = wiring if wiring.state in _JUDGED else None

    # Reading.

    async def read_precheck(self) -> Precheck:
        """Ask whether the inverter is ready, and tell. Raises SourceError."""
        precheck = await self._api.precheck(self.serial)
        self.heard.hear()
        self.precheck, self._prechecked_at = precheck, time.monotonic()
        self.publish()
        return precheck

    async def read_realtime(self) -> None:
        """Ask what the inverter measures, and tell. Raises SourceError."""
        body = await self._api.realtime(self.serial)
        self._tell_model(body)
        age = self._standstill.age(body)
        if (precheck := self._current_precheck) and precheck.offline:
            # The cloud goes on telling what it heard last.
            self._tell(dict.fromkeys(self._told))
            return
        if age < _MEASURED_LIFE:
            self.heard.hear()
        # A state that never had a value makes no entity.
        known = {
            key: value
            for key, value in realtime_values(body).items()
            if value is not None or key in self._told
        }
        self._told.update(known)
        self._tell(known, REALTIME, _MEASURED_LIFE, age)

    def _tell_model(self, body: Mapping[str, Any]) -> None:
        model = body.get("ModelType") or body.get("modelType")
        if isinstance(model, str) and model.strip() not in ("", "--", self.device.model):
            self.device = Device(
                serial=self.serial,
                kind=INVERTER,
                manufacturer=_MANUFACTURER,
                model=model.strip()[:64],
                name=self.device.name,
            )
            self._listener.on_device(self.device)

    # Telling.

    def publish(self) -> None:
        """Tell all that is known about the check."""
        outcome = self.check.outcome
        judged = self._wiring.result if self._wiring else None
        values: dict[str, Value | None] = {
            **outcome_values(outcome),
            **summary_values(self._conclusion),
            **wiring_values(self._wiring),
            **result_values(outcome.result or judged),
        }
        active, precheck = self.check.active, self._current_precheck
        if precheck is None:
            values |= {f"{CT_CHECK}_active": active or None, f"{CT_CHECK}_ready": None}
            self._tell(values)
            return
        self._tell(values)
        values = {
            f"{CT_CHECK}_active": active or bool(precheck.checking),
            f"{CT_CHECK}_ready": not precheck.reasons and not active,
            **precheck_values(precheck),
        }
        self._tell(values, PRECHECK, self._precheck_life, self._precheck_age)

    @property
    def _precheck_age(self) -> float:
        return time.monotonic() - self._prechecked_at

    @property
    def _current_precheck(self) -> Precheck | None:
        """The last precheck, while it still says how the inverter is."""
        return self.precheck if self._precheck_age < self._precheck_life else None

    def _tell(
        self,
        values: Mapping[str, Value | None],
        report: str = "",
        life: float = math.inf,
        age: float = 0.0,
    ) -> None:
        reading = Reading(self.serial, values, report=report, life=life, age=age)
        self._listener.on_reading(reading)

    def tell_problem(self) -> None:
        """Raise the wiring problem, or take it back, as the last verdict demands."""
        if self._wiring is None or self._wiring.state is not State.WIRING_FAULT:
            self._listener.on_solved(self.problem_key)
            return
        phases = ", ".join(abnormal_phases(self._wiring.result))
        self._listener.on_problem(
            Problem(
                self.problem_key,
                "ct_wiring_fault_phases" if phases else "ct_wiring_fault",
                {"name": self.device.name, "phases": phases},
                _PAGE,
            )
        )

    # Checking.

    async def drive(self, action: Action, decided: Callable[[], None] = lambda: None) -> None:
        """Carry a check from here to its end; `decided` hears that the start was answered.

        It hears so too if this is cancelled: the check then goes on with the next `Resumed`.
        """
        try:
            while action is not Do.FINISH:
                self.publish()
                if isinstance(action, Wait):
                    decided()
                event = await self._do(action)
                if (following := self.check.handle(event)) is None:
                    raise AssertionError(f"{event} is no answer to {action}")
                action = following
            await self._finish()
        finally:
            decided()

    async def _do(self, action: Action) -> Event:
        """Do one thing and say what came of it."""
        if isinstance(action, Wait):
            await asyncio.sleep(action.seconds)
            return Waited()
        try:
            return await self._answer(action)
        except SourceAuthError as err:
            self._listener.on_sign_in_refused(err)
            return SignInRefused()
        except NoPermissionError as err:
            return Denied(str(err.placeholders.get("words", "")))
        except StartRefusedError as err:
            return Posted(accepted=False, message=err.words)
        except RateLimitedError as err:
            return Failed(err.key, retry_after=err.retry_after)
        except SourceError as err:
            return Failed(err.key, str(err.placeholders.get("words", "")))

    async def _answer(self, action: Do) -> Event:
        match action:
            case Do.READ_PRECHECK:
                return Prechecked(await self.read_precheck())
            case Do.READ_RESULT:
                result = await self._api.result(self.serial)
                self.heard.hear()
                if result.bits_disagree:
                    _LOGGER.debug("The word %s says something else than the bits", result.word)
                return Polled(result)
            case Do.POST:
                await self._api.start_check(self.serial)
                self.heard.hear()
                return Posted(accepted=True)
            case _:
                return Saved() if await self._save() else Failed("not_saved")

    async def _save(self) -> bool:
        """Write what is kept of the checks; whether that worked."""
        try:
            await self._listener.save_now()
        except OSError:
            _LOGGER.exception("The record of a check cannot be written")
            return False
        return True

    async def _finish(self) -> None:
        """Keep how the check ended, then tell the world."""
        outcome = self.check.outcome
        if outcome.state in CONCLUSIVE:
            self._conclusion = outcome
        if outcome.state in _JUDGED:
            self._wiring = outcome
        await self._save()
        self.publish()
        self.tell_problem()
        self._listener.on_event(
            Happening(
                self.serial,
                CT_CHECK_ENDED.key,
                str(outcome.state),
                {
                    "reasons": list(outcome.reasons),
                    "notes": [str(note) for note in outcome.notes],
                    "phases": list(abnormal_phases(outcome.result)),
                    "origin": str(outcome.origin or ""),
                },
            )
        )

    def refusal(self) -> SourceRefusedError | None:
        """Say to the person who pressed why no check was begun; None if one was."""
        outcome = self.check.outcome
        reasons = outcome.reasons
        if outcome.state is State.BLOCKED:
            key = f"ct_blocked_{reasons[0]}" if len(reasons) == 1 else "ct_blocked"
            return SourceRefusedError("the inverter is not ready", key)
        if outcome.state is not State.NOT_STARTED:
            return None
        if reasons == (Reason.REFUSED,):
            return StartRefusedError(outcome.message)
        return SourceRefusedError("no check was started", f"ct_{reasons[0]}")
