"""Run the simulated clouds until Ctrl-C: EcoFlow's with a system, Solinteg's, the batteries'."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import time
import signal
import sys

from .battery_cloud import SimulatedBatteryCloud
from .charging_pile import SimulatedPile
from .powerocean import SimulatedCloud
from .powerocean.model import Model
from .powerocean.scenarios import SCENARIOS, Scenario
from .powerocean.system import DELTA
from .solinteg import SimulatedSolinteg


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--http-port", type=int, default=8124)
    parser.add_argument("--mqtt-port", type=int, default=1884)
    parser.add_argument("--solinteg-port", type=int, default=8125)
    parser.add_argument("--battery-port", type=int, default=8126)
    parser.add_argument(
        "--pile-port", type=int, help="where a charging pile dials in; none if left out"
    )
    parser.add_argument("--speed", type=float, default=1.0, help="plant seconds per second")
    parser.add_argument("--start", type=time.fromisoformat, help="time of day to start at, HH:MM")
    parser.add_argument("--seed", type=int, default=1, help="weather and household")
    parser.add_argument(
        "--product",
        "--model",
        choices=[model.name.lower() for model in Model],
        default="plus",
        help="which EcoFlow system",
    )
    parser.add_argument(
        "--scenario",
        choices=[scenario.value for scenario in Scenario],
        default="day",
        help="; ".join(f"{name.value}: {special.summary}" for name, special in SCENARIOS.items()),
    )
    parser.add_argument("--heating-rod", action="store_true")
    parser.add_argument("--heat-pump", action="store_true")
    parser.add_argument("--smart-plug", action="store_true")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with (
        SimulatedCloud(
            http_port=arguments.http_port,
            mqtt_port=arguments.mqtt_port,
            speed=arguments.speed,
            start=arguments.start,
            seed=arguments.seed,
            model=Model[arguments.product.upper()],
            scenario=Scenario(arguments.scenario),
            heating_rod=arguments.heating_rod,
            heat_pump=arguments.heat_pump,
            smart_plug=arguments.smart_plug,
            extra_devices=(DELTA,),
            auto_push=True,
        ) as cloud,
        SimulatedSolinteg(http_port=arguments.solinteg_port) as solinteg,
        SimulatedBatteryCloud(
            http_port=arguments.battery_port, moving=True, speed=arguments.speed
        ) as batteries,
    ):
        print(f"EcoFlow API   {cloud.base_url}")
        print(f"MQTT broker   mqtt://127.0.0.1:{cloud.broker.port}")
        print(f"Account       {cloud.account.email} / {cloud.account.password}")
        print(f"System        {cloud.serial} ({cloud.model.title})")
        print(f"Solinteg API  {solinteg.base_url} (same account)")
        print(f"Inverter      {solinteg.inverter.serial}, what its next check does: {solinteg.url}")
        print(f"Battery cloud {batteries.url} (header {batteries.header}: {batteries.token})")
        print(f"Batteries     {', '.join(batteries.batteries)}")
        print("Ctrl-C stops.", flush=True)
        async with _pile(arguments) as pile:
            if pile:
                pile.plug(1, soc=35.0)
                pile.charge(1)
            await stop.wait()


def _pile(arguments: argparse.Namespace) -> AbstractAsyncContextManager[SimulatedPile | None]:
    if arguments.pile_port is None:
        return nullcontext()
    return SimulatedPile(arguments.pile_port, auto=True, speed=arguments.speed)


if __name__ == "__main__":
    try:
        asyncio.run(_run(_arguments()))
    except OSError as error:
        sys.exit(f"The simulator cannot start: {error.strerror or error}")
