"""The CT check of one inverter: a state machine without clock, network or disk of its own.

Events go in, one thing to do comes out; whoever drives the machine does it and hands in what came
of it. Two rules stand above all others: the start is posted at most once a run, and nothing is
guessed into "passed". A result of the cloud has no date, so it counts only if this run was seen
running, or if it surely is not the one that was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from .codes import ALREADY_CHECKING, Precheck, Progress, Result
from .ct_events import (
    BACKOFF,
    DEADLINE,
    GRACE,
    LOOK_EVERY,
    OLDEST_RECORD,
    POLL_INTERVAL,
    Action,
    Denied,
    Do,
    Event,
    Failed,
    Note,
    Noticed,
    Origin,
    Polled,
    Posted,
    Prechecked,
    Pressed,
    Proof,
    Reason,
    Resumed,
    Saved,
    SignInRefused,
    State,
    Wait,
    Waited,
    answers,
)
from .ct_records import Outcome, Run, dump_outcome, dump_run, load_outcome, load_run

_WAIT = Wait(POLL_INTERVAL)


class _Phase(Enum):
    """What a run is busy with."""

    REST = auto()
    PRECHECK = auto()
    BASELINE = auto()
    RECORD = auto()
    POST = auto()
    POLL = auto()
    LATE = auto()  # one last look at a run whose deadline passed while nobody watched


class CtCheck:
    """The check of one inverter."""

    def __init__(
        self,
        clock: Callable[[], float],
        wall: Callable[[], float],
        jitter: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """Take the time from `clock` (s, never jumps) and `wall` (Unix s).

        `jitter` is a factor close to 1 for the waits after failed requests.
        """
        self._clock, self._wall, self._jitter = clock, wall, jitter
        self._phase = _Phase.REST
        self._doing: Action | None = None
        self._after_save: Action = _WAIT
        self._run: Run | None = None
        self._ended = Outcome()
        self._grace = self._deadline = 0.0
        self._polls = self._errors = self._zeros = 0
        self._concluding = False  # the next look decides whether nothing was seen
        self.outcome = Outcome()
        """How the check stands, or how the last one ended."""

    @property
    def active(self) -> bool:
        """Whether a check is under way, so that no other may begin."""
        return self._phase is not _Phase.REST or self._run is not None

    @property
    def state(self) -> State:
        """Where the check stands."""
        return self.outcome.state

    def saved(self) -> dict[str, Any]:
        """Return what must survive a restart: plain JSON."""
        return {"ended": dump_outcome(self._ended), "run": self._run and dump_run(self._run)}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Take back what was saved. A check that was under way waits for `Resumed`."""
        self.outcome = self._ended = load_outcome(saved.get("ended"))
        if (run := load_run(saved.get("run"))) is not None:
            self._run = run
            state = State.STARTING if run.proof is Proof.NONE else State.RUNNING
            self.outcome = Outcome(state, origin=run.origin, started_at=run.started_at)

    def handle(self, event: Event) -> Action | None:
        """Take an event and return what to do next; None for an event nobody waits for."""
        if not self._expected(event):
            return None
        doing, self._doing = self._doing, None
        action = self._step(event, doing)
        if action is Do.FINISH:
            self._phase = _Phase.REST
        else:
            self._doing = action
        return action

    def _expected(self, event: Event) -> bool:
        match event:
            case Pressed() | Noticed():
                return not self.active
            case Resumed():
                return self._phase is _Phase.REST and self._run is not None
            case _:
                return answers(event, self._doing)

    def _step(self, event: Event, doing: Action | None) -> Action:  # noqa: C901, PLR0911, PLR0912
        match event:
            case Pressed():
                return self._begin()
            case Noticed(precheck):
                self._clear(Origin.ELSEWHERE)
                return self._read_baseline(precheck)
            case Resumed():
                return self._resume()
            case Prechecked(precheck) if self._phase is _Phase.PRECHECK:
                return self._prechecked(precheck)
            case Prechecked(precheck):
                return self._looked(precheck)
            case Polled(result) if self._phase is _Phase.BASELINE:
                return self._baselined(result)
            case Polled(result):
                return self._polled(result)
            case Saved():
                return self._saved()
            case Posted(accepted, message):
                return self._posted(accepted, message)
            case Failed():
                return self._failed(event, doing)
            case Denied(message):
                return self._given_up(Reason.NOT_PERMITTED, message)
            case SignInRefused():
                return self._given_up(Reason.SIGN_IN_REFUSED)
            case Waited():
                return Do.READ_RESULT

    def _show(self, **changes: Any) -> None:
        self.outcome = replace(self.outcome, **changes)

    def _note(self, note: Note, there: bool) -> None:
        others = tuple(other for other in self.outcome.notes if other is not note)
        self._show(notes=(*others, note) if there else others)

    def _note_precheck(self, precheck: Precheck) -> None:
        self._note(Note.DEVICE_OFFLINE, precheck.offline)
        self._note(Note.OFF_GRID, precheck.status == "off_grid")

    # From the press to the post.

    def _clear(self, origin: Origin) -> None:
        """Forget the check before."""
        self.outcome = Outcome(origin=origin, started_at=self._wall())
        self._polls = self._errors = self._zeros = 0

    def _begin(self) -> Action:
        self._clear(Origin.HERE)
        self._show(state=State.PRECHECKING)
        self._phase = _Phase.PRECHECK
        return Do.READ_PRECHECK

    def _prechecked(self, precheck: Precheck) -> Action:
        reasons = precheck.reasons
        if reasons == (ALREADY_CHECKING,):
            self._show(origin=Origin.ELSEWHERE)
        elif reasons:
            self._note_precheck(precheck)
            return self._end(State.BLOCKED, *reasons)
        return self._read_baseline(precheck)

    def _read_baseline(self, precheck: Precheck) -> Action:
        self._note_precheck(precheck)
        if self.outcome.origin is Origin.ELSEWHERE:
            self._show(state=State.RUNNING)
        self._phase = _Phase.BASELINE
        return Do.READ_RESULT

    def _baselined(self, baseline: Result) -> Action:
        """Keep the result of before, and make the record that lets a restart go on."""
        self._show(started_at=self._wall())
        origin, proof = self.outcome.origin or Origin.HERE, Proof.NONE
        if origin is Origin.ELSEWHERE:
            proof = Proof.BITS if baseline.progress is Progress.RUNNING else Proof.FLAG
        self._run = Run(self._wall(), origin, baseline, proof)
        self._phase = _Phase.RECORD
        return Do.SAVE

    def _saved(self) -> Action:
        if self._phase is not _Phase.RECORD:
            return self._after_save
        now = self._clock()
        self._grace, self._deadline = now + GRACE, now + DEADLINE
        if self.outcome.origin is Origin.ELSEWHERE:
            self._phase = _Phase.POLL
            return _WAIT
        self._show(state=State.STARTING)
        self._phase = _Phase.POST
        return Do.POST

    def _posted(self, accepted: bool, message: str) -> Action:
        if not accepted:
            return self._end(State.NOT_STARTED, Reason.REFUSED, message=message)
        self._phase = _Phase.POLL
        return _WAIT

    # Watching.

    def _polled(self, result: Result) -> Action:
        self._errors = 0
        self._concluding = False
        self._show(result=result, last_error="", message="")
        self._note(Note.BIT0_CLEAR, result.bit0 is False)
        if self._phase is _Phase.LATE:
            return self._judge_late(result)
        self._polls += 1
        before = self._proof
        return self._unless_too_late(self._judge(result), before)

    def _judge(self, result: Result) -> Action:
        """Decide what a result means for this run."""
        progress = result.progress
        self._zeros = self._zeros + 1 if progress is Progress.NOTHING else 0
        if progress is Progress.RUNNING:
            self._prove(Proof.BITS)
            return self._poll_again()
        if result.complete and self._is_new(result):
            return self._end(State.WIRING_FAULT if result.bit3 else State.PASSED)
        # A single 0, 0 could be a glitch.
        if self._zeros > 1 and self._proof in (Proof.BITS, Proof.FLAG_FELL):
            return self._end(State.FAILED)
        if self._proof is Proof.FLAG:
            # The result does not show what the inverter's own state said: ask that again.
            return Do.READ_PRECHECK
        if self._nothing_seen(result) and self._clock() >= self._grace:
            self._concluding = True
            return Do.READ_PRECHECK
        return self._poll_again()

    def _poll_again(self) -> Action:
        return Do.READ_PRECHECK if self._polls % LOOK_EVERY == 0 else _WAIT

    def _is_new(self, result: Result) -> bool:
        """Whether a finished result belongs to this run."""
        if self._run is None or self._proof in (Proof.BITS, Proof.FLAG_FELL):
            return self._run is not None
        baseline = self._run.baseline
        if baseline.progress is Progress.FINISHED:
            return result.differs(baseline)
        return baseline.progress is not Progress.UNCLEAR

    def _nothing_seen(self, result: Result) -> bool:
        """Whether there is no sign of this run at all."""
        nothing = result.complete or result.progress is Progress.NOTHING
        return self._proof is Proof.NONE and nothing

    def _looked(self, precheck: Precheck) -> Action:
        """Hear the inverter's own state as a second witness."""
        self._errors = 0
        self._show(last_error="", message="")
        self._note_precheck(precheck)
        before = self._proof
        action: Action = _WAIT
        if precheck.checking:
            self._prove(Proof.FLAG)
        elif precheck.checking is False and before is Proof.FLAG:
            self._prove(Proof.FLAG_FELL)
            # Only a result read from now on is surely that of the check which has just ended.
            action = Do.READ_RESULT
        elif self._concluding:
            return self._conclude()
        return self._unless_too_late(action, before)

    def _prove(self, proof: Proof) -> None:
        """Remember that the run was seen; the result's own word is never taken back."""
        self._zeros = 0
        self._show(state=State.RUNNING)
        if self._run and self._proof is not Proof.BITS:
            self._run = replace(self._run, proof=proof)

    def _conclude(self) -> Action:
        """End a run of which nothing was seen."""
        result = self.outcome.result
        if result and result.progress is Progress.FINISHED:
            return self._end(State.UNKNOWN, Reason.OLD_RESULT)
        return self._end(State.NOT_STARTED, Reason.NOTHING_SEEN)

    def _unless_too_late(self, action: Action, before: Proof) -> Action:
        """Go on within the deadline, and put a new proof on record first."""
        if action is Do.FINISH:
            return action
        if self._clock() >= self._deadline:
            return self._time_out()
        if self._proof is before:
            return action
        self._after_save = action
        return Do.SAVE

    def _time_out(self) -> Action:
        if Note.DEVICE_OFFLINE in self.outcome.notes:
            return self._end(State.TIMED_OUT, Reason.DEVICE_OFFLINE)
        result = self.outcome.result
        if result and result.progress in (Progress.FINISHED, Progress.UNCLEAR):
            return self._end(State.UNKNOWN, Reason.UNCLEAR_RESULT)
        return self._end(State.TIMED_OUT)

    # What goes wrong.

    def _failed(self, event: Failed, doing: Action | None) -> Action:
        self._show(last_error=event.error, message=event.message)
        match self._phase:
            case _Phase.POLL if doing is Do.SAVE:
                return self._after_save  # the first record is there, that must do
            case _Phase.POLL if self._clock() >= self._deadline:
                return self._time_out()
            case _Phase.POLL:
                return self._back_off(event.retry_after)
            case _Phase.POST:
                # The start may have been executed: polling will tell.
                self._phase = _Phase.POLL
                return _WAIT
            case _Phase.RECORD:
                return self._end(State.NOT_STARTED, Reason.NOT_SAVED)
            case _Phase.LATE:
                return self._end(State.UNKNOWN, Reason.INTERRUPTED)
            case _:
                return self._end(State.NOT_STARTED, Reason.NO_ANSWER)

    def _back_off(self, retry_after: float) -> Action:
        wait = BACKOFF[min(self._errors, len(BACKOFF) - 1)] * self._jitter()
        self._errors += 1
        left = max(self._deadline - self._clock(), 0.0)
        return Wait(min(max(wait, retry_after), left))

    def _given_up(self, reason: Reason, message: str = "") -> Action:
        """End a run that has no way to go on."""
        began = self._phase in (_Phase.POLL, _Phase.LATE)
        return self._end(State.UNKNOWN if began else State.NOT_STARTED, reason, message=message)

    # After a restart.

    def _resume(self) -> Action:
        """Go on where the record says: whether the start was posted is not known, so it is not."""
        started_at = self._run.started_at if self._run else 0.0
        age = self._wall() - started_at
        if not 0 <= age <= OLDEST_RECORD:
            return self._end(State.UNKNOWN, Reason.INTERRUPTED)
        now = self._clock()
        self._grace, self._deadline = now + GRACE - age, now + DEADLINE - age
        self._phase = _Phase.LATE if age >= DEADLINE else _Phase.POLL
        return Do.READ_RESULT

    def _judge_late(self, result: Result) -> Action:
        if result.complete and self._proof is not Proof.NONE and self._is_new(result):
            self._note(Note.LATE, there=True)
            return self._end(State.WIRING_FAULT if result.bit3 else State.PASSED)
        return self._end(State.UNKNOWN, Reason.INTERRUPTED)

    # The end.

    @property
    def _proof(self) -> Proof:
        return self._run.proof if self._run else Proof.NONE

    def _end(self, state: State, *reasons: str, message: str = "") -> Action:
        details = self.outcome.result and self.outcome.result.phases
        self._note(Note.NO_DETAILS, state is State.WIRING_FAULT and not details)
        self._show(
            state=state,
            reasons=tuple(str(reason) for reason in reasons),
            finished_at=self._wall(),
            message=message or self.outcome.message,
        )
        self._ended = self.outcome
        self._run = None
        return Do.FINISH
