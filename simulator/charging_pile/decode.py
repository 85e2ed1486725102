"""Show what frames say: `python -m simulator.charging_pile.decode FILE...`.

A file holds frames as hexadecimal text, or as they are.
"""

from __future__ import annotations

from pathlib import Path
import sys

from custom_components.energy_storage_hub.charging_pile.commands import COMMANDS
from custom_components.energy_storage_hub.charging_pile.frame import Splitter


def show(data: bytes) -> list[str]:
    """Return a text of each frame and each field."""
    splitter = Splitter()
    lines: list[str] = []
    for frame in splitter.feed(data):
        command = COMMANDS.get(frame.command)
        lines.append(f"{command or frame.command}: {len(frame.data)} bytes of data")
        if frame.encrypted:
            lines.append("  encrypted")
        elif command:
            values = command.decode(frame.data)
            lines += [f"  {key:28} {_text(value)}" for key, value in values.items()]
    if splitter.skipped or splitter.pending:
        lines.append(
            f"no frames: {splitter.skipped} bytes; not complete: {splitter.pending} bytes; "
            f"wrong checksums: {splitter.bad_checksums}"
        )
    return lines


def _text(value: object) -> str:
    return value.hex(" ") if isinstance(value, bytes) else str(value)


def read(path: Path) -> bytes:
    """Return the bytes of a file, which may be hexadecimal text."""
    data = path.read_bytes()
    try:
        return bytes.fromhex(data.decode("ascii"))
    except ValueError:
        return data


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name)
        print("\n".join(show(read(Path(name)))))
