"""The simulated cloud in a process of its own: its work is not what is measured.

Prints how to reach it as one line of JSON; each line it then reads is a number of stream frames
to push as fast as the broker takes them. Ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import sys

from bench._frames import stream_payloads
from simulator.powerocean.system import SimulatedCloud


async def main() -> None:
    """Serve until the standard input ends."""
    payloads = stream_payloads(100)
    async with SimulatedCloud() as cloud:
        access = {
            "source": "powerocean",
            "email": cloud.account.email,
            "password": cloud.account.password,
            "server": cloud.base_url,
            "client_uuid": "0F8FAD5B-D9CB-469F-A165-70867728950E",
        }
        print(json.dumps(access), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            for number in range(int(line)):
                await cloud.device.push(payloads[number % len(payloads)])


if __name__ == "__main__":
    asyncio.run(main())
