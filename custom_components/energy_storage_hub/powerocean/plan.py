"""How a message becomes states: worked out once per message, from the .proto and the rows.

The state of a field is the camel-case form of its name; fields of a submessage stand behind
the submessage's name, and those of a list of submessages carry their place at the end
[IOBROKER]: `pcsAPhase_volt`, `meterHeartBeat_meterData0`, `mpptHeartBeat_mpptPv_vol2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..model.convert import Convert, converter
from ..model.quantity import Quantity
from ..model.states import Absent, StateRow, Value
from .limits import SCOPES, Limits, Scope
from .messages import Descriptor, FieldDescriptor, Message

type Targets = tuple[tuple[str, Convert], ...]

type Powers = tuple[tuple[Scope, tuple[str, ...]], ...]
"""Where a power flows, and the keys that it tells: first the one that has its sign."""

_LIST_LENGTH = 4
"""Meters, loads and PV strings a system can report, at most."""

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

    def refuse(self, powers: Powers, limits: Limits) -> bool:
        """Forget powers beyond the limits. Return whether there was one.

        What else was told by such a value goes along: an export of 0 would be a guess, too.
        """
        values, refused = self.values, False
        for scope, keys in powers:
            if (value := values.get(keys[0])) is not None and _beyond(value, limits[scope]):
                refused = True
                values.update(dict.fromkeys(keys))
        return refused


def _beyond(power: Value, limit: float) -> bool:
    """Whether a power, or one of several, is larger than it can be."""
    if isinstance(power, float):
        return not -limit <= power <= limit
    return isinstance(power, tuple) and any(_beyond(element, limit) for element in power)


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
    lists_of_texts: tuple[str, ...] = ()
    """A part's keys that are an empty list when the part comes without them."""
    explicit: bool = False
    """The sender writes zeros, as JSON does: what is absent is not known, rather than zero."""
    may_be_empty: bool = False
    """A message without a byte is really sent: everything in it is zero."""
    powers: Powers = ()
    """Of the whole message."""

    def collect(self, message: Message, into: Collected) -> None:
        """Add what the message tells. Values that cannot be are None.

        A message of which nothing is known tells nothing, not even that all is zero.
        """
        values = into.values
        leaves = self.leaves
        fields = message.ListFields()
        if not fields and not (self.may_be_empty and not message.ByteSize()):
            return
        for descriptor, value in fields:
            targets = leaves.get(descriptor)
            if targets is not None:
                for key, convert in targets:
                    values[key] = convert(value)
            elif descriptor in self.parts:
                self.parts[descriptor].collect_part(value, into)
            elif descriptor in self.lists:
                for plan, entry in zip(self.lists[descriptor], value, strict=False):
                    plan.collect_part(entry, into)
        if self.zeros:
            self._add_zeros(into)

    def _add_zeros(self, into: Collected) -> None:
        """Add what is zero, be it left out or told.

        What a sender that writes zeros leaves out is not known, if it must be there.
        """
        values, absent = into.values, None if self.explicit else 0.0
        for key, witness, once_seen in self.zeros:
            value = values.get(key, absent)
            if value:
                continue
            # Without its witness it may be there or not: zero if it ever was. The HTTPS snapshot
            # even says 0 of what is not there.
            if not once_seen and (not witness or witness in values):
                values[key] = value
            elif value is not None:
                values.pop(key, None)
                into.zeros.append(key)

    def collect_part(self, message: Message, into: Collected) -> None:
        """Add a part, such as a phase: a snapshot, in which what is absent is zero.

        An empty part, or one of nothing but zeros as the HTTPS snapshot has it, is not wired:
        zero only if it ever had a value.
        """
        if self.keys and not any(value for _, value in message.ListFields()):
            into.zeros.extend(self.keys)
            return
        self.collect(message, into)
        for key in () if self.explicit else self.keys:
            into.values.setdefault(key, 0.0)
        for key in self.lists_of_texts:
            into.values.setdefault(key, ())


def told_in_full(plan: Plan) -> Plan:
    """Return the plan for a sender that writes zeros."""
    return replace(
        plan,
        parts={field: told_in_full(part) for field, part in plan.parts.items()},
        lists={field: tuple(map(told_in_full, parts)) for field, parts in plan.lists.items()},
        explicit=True,
        may_be_empty=False,
    )


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
    plan.powers = tuple(_powers(plan))
    return plan


def _powers(plan: Plan) -> Iterator[tuple[Scope, tuple[str, ...]]]:
    for targets in plan.leaves.values():
        keys = sorted((key for key, _ in targets), key=lambda key: key not in SCOPES)
        if keys and keys[0] in SCOPES:
            yield SCOPES[keys[0]], tuple(keys)
    for part in (*plan.parts.values(), *(part for parts in plan.lists.values() for part in parts)):
        yield from _powers(part)


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
    plan.lists_of_texts = tuple(
        row.key for row in rows if row.key in own and row.quantity is Quantity.TEXT_ARRAY
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
