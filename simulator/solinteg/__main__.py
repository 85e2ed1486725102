"""Choose how the next CT check of the running simulator goes."""

from __future__ import annotations

import argparse
import sys
from urllib.error import URLError
from urllib.request import Request, urlopen

from .scenarios import SCENARIOS


def main() -> int:
    """Tell the simulator; return the exit code."""
    names = "\n".join(f"  {name:<22} {scenario.title}" for name, scenario in SCENARIOS.items())
    parser = argparse.ArgumentParser(
        prog="python -m simulator.solinteg",
        description=__doc__,
        epilog=f"the next check:\n{names}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", choices=SCENARIOS, metavar="SCENARIO")
    parser.add_argument("--port", type=int, default=8125)
    arguments = parser.parse_args()
    url = f"http://127.0.0.1:{arguments.port}/simulator/next/{arguments.scenario}"
    try:
        with urlopen(Request(url, method="POST"), timeout=5) as answer:
            print(answer.read().decode().strip())
    except URLError as error:
        print(f"The simulator does not answer: {error.reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
