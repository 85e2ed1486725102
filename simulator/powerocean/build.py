"""Building messages: from names and values, with the zeros that the device sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from google.protobuf.descriptor import FieldDescriptor

from custom_components.energy_storage_hub.powerocean.messages import Message, message_class

type Value = (
    float | int | bool | str | bytes | Message | Sequence[float] | Sequence[Message] | Sequence[str]
)
type Values = Mapping[str, Value]

_ZERO: dict[int, Value] = {
    FieldDescriptor.CPPTYPE_STRING: "",
    FieldDescriptor.CPPTYPE_BOOL: False,
    FieldDescriptor.CPPTYPE_FLOAT: 0.0,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.0,
}


@cache
def zeros(name: str) -> Values:
    """Return a zero for each single scalar field of a message."""
    found: dict[str, Value] = {}
    for field in message_class(name).DESCRIPTOR.fields:
        if field.is_repeated or field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            continue
        is_bytes = field.type == FieldDescriptor.TYPE_BYTES
        found[field.name] = b"" if is_bytes else _ZERO.get(field.cpp_type, 0)
    return found


def message(name: str, values: Values) -> Message:
    """Return a message with exactly these values, zeros among them."""
    return message_class(name)(**values)


def complete(name: str, values: Values) -> Message:
    """Return a message with these values and an explicit zero in every other scalar field."""
    return message(name, {**zeros(name), **values})


def sparse(name: str, values: Values) -> Message:
    """Return a message that leaves out what is zero, as the device does in snapshots."""
    return message(name, {key: value for key, value in values.items() if value})
