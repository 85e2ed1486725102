"""Run the simulated EcoFlow cloud with a PowerOcean Plus until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
from datetime import time
import signal
import sys

from .powerocean import SimulatedCloud
from .powerocean.frames import Model
from .powerocean.system import DELTA


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--http-port", type=int, default=8124)
    parser.add_argument("--mqtt-port", type=int, default=1884)
    parser.add_argument("--speed", type=float, default=1.0, help="plant seconds per second")
    parser.add_argument("--start", type=time.fromisoformat, help="time of day to start at, HH:MM")
    parser.add_argument("--seed", type=int, default=1, help="weather and household")
    parser.add_argument("--model", choices=[model.name.lower() for model in Model], default="plus")
    parser.add_argument("--heating-rod", action="store_true")
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with SimulatedCloud(
        http_port=arguments.http_port,
        mqtt_port=arguments.mqtt_port,
        speed=arguments.speed,
        start=arguments.start,
        seed=arguments.seed,
        model=Model[arguments.model.upper()],
        heating_rod=arguments.heating_rod,
        extra_devices=(DELTA,),
        auto_push=True,
    ) as cloud:
        print(f"EcoFlow API   {cloud.base_url}")
        print(f"MQTT broker   mqtt://127.0.0.1:{cloud.broker.port}")
        print(f"Account       {cloud.account.email} / {cloud.account.password}")
        print(f"System        {cloud.serial} (product type {cloud.model.product_type})")
        print("Ctrl-C stops.", flush=True)
        await stop.wait()


if __name__ == "__main__":
    try:
        asyncio.run(_run(_arguments()))
    except OSError as error:
        sys.exit(f"The simulator cannot start: {error.strerror or error}")
