"""The protobuf messages, loaded from the compiled .proto files.

They live in a descriptor pool of their own: two integrations that register the same file
name in protobuf's default pool would break each other, and a descriptor set has no version
check against the runtime, so protobuf 6.32 to 7.x load it alike.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

__all__ = [
    "DecodeError",
    "Descriptor",
    "FieldDescriptor",
    "Frame",
    "Header",
    "Message",
    "message_class",
    "parse",
    "parts_of",
]

# Each runtime of protobuf has descriptor classes of its own, without a common base.
type Descriptor = Any
type FieldDescriptor = Any

MAX_ELEMENTS = 256
"""Numbers in one list: a pack has 16 cells, a day 24 hours."""
_MAX_FIELDS = 1000
"""Fields of one message: the change report has 281, a list one for each entry."""
_LARGE = 1 << 13
"""Bytes from which on fields are counted before they are parsed: few reports are so long."""

_PACKAGE = "energy_storage_hub.powerocean"


def _load_pool() -> DescriptorPool:
    files = FileDescriptorSet.FromString(Path(__file__).with_name("messages.binpb").read_bytes())
    pool = DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


_POOL = _load_pool()


def message_class(name: str) -> type[Message]:
    """Return the class of a message of the .proto files, such as `Heartbeat`."""
    return GetMessageClass(_POOL.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


def parse(message: type[Message], data: bytes) -> Message:
    """Return the message that the bytes are.

    Raises DecodeError for what is none, and for more fields than a message can have.
    """
    if len(data) > _LARGE:
        _count_fields(data)
    parsed = message()
    try:
        parsed.ParseFromString(data)
    except UnicodeDecodeError as err:
        # What protobuf's implementation in Python says of a text that is no UTF-8.
        raise DecodeError("broken text") from err
    return parsed


def _count_fields(data: bytes) -> None:
    """Raise DecodeError for more fields than a message can have, and for what is no message."""
    at = fields = 0
    while at < len(data):
        fields += 1
        if fields > _MAX_FIELDS:
            raise DecodeError("too many fields")
        tag, at = _varint(data, at)
        match tag & 7:
            case 0:
                _, at = _varint(data, at)
            case 1:
                at += 8
            case 2:
                size, at = _varint(data, at)
                at += size
            case 5:
                at += 4
            case kind:
                raise DecodeError(f"field of kind {kind}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number of variable length that begins here, and where it ends."""
    value = 0
    for place, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    raise DecodeError("cut off")


def parts_of(message: Message, most: int) -> int:
    """Return how many messages there are in the lists of a message.

    Raises DecodeError if they are more than `most`, or a list of anything else over
    MAX_ELEMENTS: reading the small change of a large payload would hold up everything else.
    """
    parts = 0
    for name, is_list, is_message, has_lists in _lists(message.DESCRIPTOR):
        value = getattr(message, name)
        if is_list and not is_message:
            if len(value) > MAX_ELEMENTS:
                raise DecodeError(f"{len(value)} elements in {name}")
            continue
        if is_list:
            parts += len(value)
        if parts > most:
            raise DecodeError(f"too many parts in {name}")
        if has_lists:
            for part in value if is_list else (value,):
                parts += parts_of(part, most - parts)
    return parts


@cache
def _lists(message: Descriptor) -> tuple[tuple[str, bool, bool, bool], ...]:
    """The fields with lists in them: name, whether a list, of messages, that have lists."""
    fields = [
        (
            field.name,
            field.is_repeated,
            field.message_type is not None,
            field.message_type is not None and bool(_lists(field.message_type)),
        )
        for field in message.fields
    ]
    return tuple(field for field in fields if field[1] or field[3])


Header = message_class("Header")
Frame = message_class("Frame")
