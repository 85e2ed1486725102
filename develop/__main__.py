"""Start the simulator and Home Assistant, and stop them together."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

import aiohttp
from homeassistant.const import RESTART_EXIT_CODE

from . import dashboard, energy, folder, sources
from .client import HomeAssistant
from .processes import Program, check_ports, port_open
from .settings import (
    ACCOUNT,
    ACCOUNT_PASSWORD,
    HOST,
    PASSWORD,
    PORTS,
    USER,
    DevelopError,
    Settings,
)

SECONDS_TO_START = 300  # the first start may install and compile


def main() -> int:
    """Run until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="scripts/develop",
        description="Start Home Assistant with this integration and a simulated home.",
        epilog=f"Environment: {', '.join(f'{name} ({port})' for name, port in PORTS.items())},"
        " DEVELOP_FOLDER (.develop). Remove that folder to start from nothing.",
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="without the demo account: Home Assistant as it is before anything is set up",
    )
    parser.add_argument(
        "simulator",
        nargs="*",
        metavar="-- OPTION",
        help="what follows -- goes to the simulator, such as --speed 60 --heating-rod",
    )
    arguments = parser.parse_args()
    try:
        settings = Settings.from_environment(empty=arguments.empty, simulator=arguments.simulator)
        asyncio.run(_until_stopped(settings))
    except DevelopError as error:
        print(f"develop: {error}", file=sys.stderr)
        return 1
    return 0


async def _until_stopped(settings: Settings) -> None:
    """Run as a task that Ctrl-C cancels; a second one loses patience with what is stopping."""
    task = asyncio.create_task(_run(settings))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        print("develop: stopped")


async def _run(settings: Settings) -> None:
    check_ports({name: getattr(settings, name.lower()) for name in PORTS})
    folder.prepare(settings)
    simulator = Program(
        "The simulator",
        "simulator",
        f"--http-port={settings.simulator_http_port}",
        f"--mqtt-port={settings.simulator_mqtt_port}",
        f"--solinteg-port={settings.simulator_solinteg_port}",
        f"--battery-port={settings.simulator_battery_port}",
        f"--pile-port={settings.pile_port}",
        *settings.simulator_options,
        quiet=True,
    )
    home_assistant = Program(
        "Home Assistant",
        "homeassistant",
        f"--config={settings.folder}",
        restart_code=RESTART_EXIT_CODE,
    )
    print("develop: starting; the first time takes a minute")
    async with simulator, home_assistant:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(simulator.watch())
                tasks.create_task(home_assistant.watch())
                tasks.create_task(_prepare(settings))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None


async def _prepare(settings: Settings) -> None:
    """Make the running Home Assistant one that a person can look at, and say where."""
    try:
        async with asyncio.timeout(SECONDS_TO_START), aiohttp.ClientSession() as session:
            await port_open(settings.simulator_http_port)
            home_assistant = HomeAssistant(session, settings.url)
            if not folder.user_exists(settings):
                await home_assistant.create_user()
            await home_assistant.log_in()
            await home_assistant.running()
            if not settings.empty:
                try:
                    await _fill(home_assistant, settings)
                except DevelopError as error:  # the rest runs, and its log tells more
                    print(f"develop: {error}", file=sys.stderr)
            await home_assistant.log_out()
    except TimeoutError as error:
        raise DevelopError(f"Not ready after {SECONDS_TO_START} s; see the log above.") from error
    print(_welcome(settings), flush=True)


async def _fill(home_assistant: HomeAssistant, settings: Settings) -> None:
    await sources.add(home_assistant, settings)
    async with home_assistant.websocket() as websocket:
        entities = await sources.reported(websocket)
        await energy.save(websocket, entities)
        await dashboard.save(websocket, entities)


def _welcome(settings: Settings) -> str:
    line = "-" * 72
    text = f"{line}\n  Home Assistant  {settings.url}   user {USER}, password {PASSWORD}\n"
    if settings.empty:
        text += (
            "  Add the simulated home: Settings > Devices & services > Add integration >\n"
            f"  Energy Storage Hub, e-mail {ACCOUNT}, password {ACCOUNT_PASSWORD},\n"
            f"  Advanced > Server {settings.server}\n"
        )
    else:
        text += (
            f"  Simulated cloud {settings.server}"
            f"   MQTT mqtt://{HOST}:{settings.simulator_mqtt_port}\n"
        )
    return f"{text}  Ctrl-C stops everything.\n{line}"


if __name__ == "__main__":
    sys.exit(main())
