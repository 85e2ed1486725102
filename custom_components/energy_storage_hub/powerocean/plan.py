"""How a message becomes states: worked out once per message, from the .proto and the rows.

The state of a field is the camel-case form of its name; fields of a submessage stand behind
the submessage's name, and those of a list of submessages carry their place at the end
[IOBROKER]: `pcsAPhase_volt`, `meterHeartBeat_meterData0`, `mpptHeartBeat_mpptPv_vol2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..model.convert import Convert, converter
from ..model.states import Absent, StateRow, Value
from .messages import Descriptor, FieldDescriptor, Message

type Targets = tuple[tuple[str, Convert], ...]

_LIST_LENGTH = 3
"""Meters, loads and PV strings a system can report."""

_CONTAINER = "mpptHeartBeat"
"""A list on the wire, but always one container: its states carry no place."""

_LOADS = "pcsLoadInfo"
"""The seed table knows one load, newer systems send three: the first is both."""


class Collected:
    """What a message told: values, and the states that are zero if they are known at all."""

    __slots__ = ("values", "zeros")

    def __init__(self) -> None:
        """Start with nothing."""
        self.values: dict[str, Value | None] = {}
        self.zeros: list[str] = []


@dataclass(slots=True)
class Plan:
    """What to do with each field of one message type."""

    leaves: dict[FieldDescriptor, Targets] = field(default_factory=dict)
    parts: dict[FieldDescriptor, Plan] = field(default_factory=dict)
    lists: dict[FieldDescriptor, tuple[Plan, ...]] = field(default_factory=dict)
    zeros: tuple[tuple[str, str, bool], ...] = ()
    """Top level: key, witness' key, only once seen."""
    keys: tuple[str, ...] = ()
    """A part's keys that are zero when the part comes without them."""

    def collect(self, message: Message, into: Collected) -> None:
        """Add what the message tells. Values that cannot be are None."""
        values = into.values
        leaves = self.leaves
        for descriptor, value in message.ListFields():
            targets = leaves.get(descriptor)
            if targets is not None:
                for key, convert in targets:
                    values[key] = convert(value)
            elif descriptor in self.parts:
                self.parts[descriptor].collect_part(value, into)
            elif descriptor in self.lists:
                for plan, entry in zip(self.lists[descriptor], value, strict=False):
                    plan.collect_part(entry, into)
        for key, witness, once_seen in self.zeros:
            value = values.get(key, 0.0)
            if value or value is None:
                continue
            # Without its witness it may be there or not: zero if it ever was. The HTTPS snapshot
            # even says 0 of what is not there.
            if once_seen or (witness and witness not in values):
                values.pop(key, None)
                into.zeros.append(key)
            else:
                values[key] = value

    def collect_part(self, message: Message, into: Collected) -> None:
        """Add a part, such as a phase: a snapshot, in which what is absent is zero.

        An empty part, or one of nothing but zeros as the HTTPS snapshot has it, is not wired:
        zero only if it ever had a value.
        """
        if self.keys and not any(value for _, value in message.ListFields()):
            into.zeros.extend(self.keys)
            return
        self.collect(message, into)
        for key in self.keys:
            into.values.setdefault(key, 0.0)


def plan_for(message: type[Message], rows: Iterable[StateRow], renamed: Mapping[str, str]) -> Plan:
    """Work out the plan of a message type.

    `renamed` names the state of fields that are not named after theirs: `pv1Pwr` feeds
    `mpptHeartBeat_mpptPv_pwr0`.
    """
    by_source: dict[str, list[StateRow]] = {}
    for row in rows:
        by_source.setdefault(row.source, []).append(row)
    plan = _plan(message.DESCRIPTOR, lambda name: by_source.get(renamed.get(name, name), ()))
    told = {key for targets in plan.leaves.values() for key, _ in targets}
    plan.zeros = tuple(
        (row.key, f"{row.report}_{row.witness}" if row.witness else "", once_seen)
        for name_rows in by_source.values()
        for row in name_rows
        for once_seen in (row.absent is Absent.ZERO_ONCE_SEEN,)
        if row.key in told and row.absent is not Absent.UNCHANGED
    )
    return plan


def _plan(descriptor: Descriptor, rows_of: Callable[[str], Iterable[StateRow]]) -> Plan:
    plan = Plan()
    for entry in descriptor.fields:
        name = camel(entry.name)
        if entry.message_type is None:
            if targets := _targets(rows_of(name)):
                plan.leaves[entry] = targets
        elif entry.is_repeated:
            plan.lists[entry] = tuple(
                _part(entry.message_type, rows_of, _names(name, place))
                for place in range(_LIST_LENGTH)
            )
        else:
            plan.parts[entry] = _part(entry.message_type, rows_of, _names(name))
    return plan


def _part(
    descriptor: Descriptor,
    rows_of: Callable[[str], Iterable[StateRow]],
    names: Callable[[str], Iterable[str]],
) -> Plan:
    rows: list[StateRow] = []

    def rows_below(leaf: str) -> list[StateRow]:
        found = [row for name in names(leaf) for row in rows_of(name)]
        rows.extend(found)
        return found

    plan = _plan(descriptor, rows_below)
    own = {key for targets in plan.leaves.values() for key, _ in targets}
    plan.keys = tuple(
        row.key for row in rows if row.key in own and row.absent is not Absent.UNCHANGED
    )
    return plan


def _names(name: str, place: int | None = None) -> Callable[[str], tuple[str, ...]]:
    """Names of a leaf below a part, or below the entry at this place of a list."""
    if place is None:
        # A part that is nothing but a list of serials has the list for its state.
        return lambda leaf: (f"{name}_{leaf}", name)
    if name == _CONTAINER:
        return lambda leaf: (f"{name}_{leaf}",) if place == 0 else ()
    if name == _LOADS and place == 0:
        return lambda leaf: (f"{name}_{leaf}", f"{name}_{leaf}{place}")
    return lambda leaf: (f"{name}_{leaf}{place}",)


def _targets(rows: Iterable[StateRow]) -> Targets:
    return tuple((row.key, converter(row)) for row in rows)


def camel(name: str) -> str:
    """Return the state name of a field: `pcs_act_pwr` -> `pcsActPwr`, `iot_4g_on` -> `iot_4gOn`.

    As the seed tables spell it: an underscore before a digit stays.
    """
    first, *rest = name.split("_")
    return first + "".join(
        part[:1].upper() + part[1:] if part[:1].isalpha() else f"_{part}" for part in rest
    )
