"""The protobuf messages, loaded from the compiled .proto files.

They live in a descriptor pool of their own: two integrations that register the same file
name in protobuf's default pool would break each other, and a descriptor set has no version
check against the runtime, so protobuf 6.32 to 7.x load it alike.
"""

from __future__ import annotations

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
]

# Each runtime of protobuf has descriptor classes of its own, without a common base.
type Descriptor = Any
type FieldDescriptor = Any

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


Header = message_class("Header")
Frame = message_class("Frame")
