"""Run the benchmarks and print their figures: all of them, or those named.

Each runs in a process of its own, so that none finds what another left in memory.
"""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import bench

type Rows = list[tuple[str, str]]


def main(names: list[str]) -> int:
    """Run the benchmarks; return the exit code."""
    if len(names) == 1:
        _print(names[0])
        return 0
    found = sorted(module.name for module in pkgutil.iter_modules(bench.__path__))
    codes = [
        subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode
        for name in names or (name for name in found if not name.startswith("_"))
    ]
    return max(codes)


def _print(name: str) -> None:
    rows: Rows = importlib.import_module(f"bench.{name}").main()
    width = max(len(what) for what, _ in rows)
    print(f"\n{name}")
    for what, figure in rows:
        print(f"  {what:<{width}}  {figure}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
