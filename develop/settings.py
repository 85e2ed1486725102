"""What can be chosen about the demo, and the choices as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DOMAIN = "energy_storage_hub"

USER = "demo"
PASSWORD = "demo"
ACCOUNT = "demo@example.com"
ACCOUNT_PASSWORD = "demo"

HOST = "127.0.0.1"

PORTS = {
    "HOME_ASSISTANT_PORT": 8123,
    "SIMULATOR_HTTP_PORT": 8124,
    "SIMULATOR_MQTT_PORT": 1884,
    "SIMULATOR_SOLINTEG_PORT": 8125,
    "SIMULATOR_BATTERY_PORT": 8126,
    "PILE_PORT": 8127,
}


class DevelopError(Exception):
    """Something that the person at the terminal has to know; no traceback needed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where everything is. `empty`: without the demo sources and all that shows them."""

    empty: bool
    folder: Path
    home_assistant_port: int
    simulator_http_port: int
    simulator_mqtt_port: int
    simulator_solinteg_port: int
    simulator_battery_port: int
    pile_port: int
    simulator_options: tuple[str, ...]

    @classmethod
    def from_environment(cls, *, empty: bool, simulator: Iterable[str]) -> Settings:
        """Take ports and folder from the environment, where it names them."""
        folder = REPOSITORY / os.environ.get("DEVELOP_FOLDER", ".develop")
        ports = {name.lower(): _port(name, default) for name, default in PORTS.items()}
        if len(set(ports.values())) < len(ports):
            raise DevelopError(f"{', '.join(PORTS)} have to differ.")
        return cls(
            empty=empty,
            folder=folder / "empty" if empty else folder,
            simulator_options=tuple(simulator),
            **ports,
        )

    @property
    def url(self) -> str:
        """Home Assistant's address."""
        return f"http://{HOST}:{self.home_assistant_port}"

    @property
    def simulator_ports(self) -> tuple[int, ...]:
        """Where the simulated clouds listen."""
        return (
            self.simulator_http_port,
            self.simulator_solinteg_port,
            self.simulator_battery_port,
        )

    @property
    def server(self) -> str:
        """The simulated cloud's address."""
        return f"http://{HOST}:{self.simulator_http_port}"


def _port(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    if not text:
        return default
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise DevelopError(f"{name}={text} is not a port.")
    return int(text)
