"""Run all benchmarks and print their figures."""

from __future__ import annotations

import importlib
import pkgutil

import bench

type Rows = list[tuple[str, str]]


def main() -> None:
    """Print the rows of every module here."""
    for module in sorted(pkgutil.iter_modules(bench.__path__), key=lambda found: found.name):
        if module.name.startswith("_"):
            continue
        print(f"\n{module.name}", flush=True)
        rows: Rows = importlib.import_module(f"bench.{module.name}").main()
        width = max(len(name) for name, _ in rows)
        for name, figure in rows:
            print(f"  {name:<{width}}  {figure}", flush=True)


if __name__ == "__main__":
    main()
