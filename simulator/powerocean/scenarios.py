"""What can be simulated: the products as they are installed, and days that are special."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import Enum

from . import fit, parallel
from .clock import Now, PlantClock, wall_clock
from .model import Model
from .parallel import ParallelPlant
from .physics import Panel
from .plant import PACK_SERIALS, RATED_POWER, STRINGS, SYSTEM_SERIAL, Plant

# A small string beside two large ones: three single-phase inverters share them.
_PARALLEL_PANELS = (
    Panel(5200.0, 150.0, 32.0, 380.0),
    Panel(4300.0, 235.0, 32.0, 320.0),
    Panel(3100.0, 195.0, 20.0, 290.0),
)


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is installed."""

    model: Model
    serial: str
    packs: Sequence[str] = PACK_SERIALS
    panels: Sequence[Panel] = STRINGS
    rated: float = RATED_POWER


PRODUCTS = {
    Model.PLUS: Product(Model.PLUS, SYSTEM_SERIAL),
    Model.OCEAN: Product(Model.OCEAN, "HJ31ZSIM00000001", PACK_SERIALS[:3], STRINGS[:2], 10_000.0),
    Model.SINGLE: Product(Model.SINGLE, "J329ZSIM00000001", PACK_SERIALS[:2], STRINGS[:2], 6_000.0),
    Model.PARALLEL: Product(
        Model.PARALLEL, parallel.SERIALS[0], PACK_SERIALS, _PARALLEL_PANELS, 18_000.0
    ),
    Model.FIT: Product(Model.FIT, fit.SERIAL, fit.PACKS, fit.PANELS, 25_000.0),
}


class Scenario(Enum):
    """A day, or what is special about the house."""

    DAY = "day"
    NIGHT = "night"
    FULL = "full"
    DEAD_STRING = "dead-string"
    PACK_OFFLINE = "pack-offline"
    NO_BATTERY = "no-battery"


@dataclass(frozen=True, slots=True)
class Special:
    """What a scenario changes."""

    start: time | None = None
    soc: float | None = None
    dead_strings: tuple[int, ...] = ()
    packs_offline: int = 0
    battery: bool = True
    summary: str = ""


SCENARIOS = {
    Scenario.DAY: Special(summary="an ordinary day"),
    Scenario.NIGHT: Special(start=time(1, 30), soc=0.55, summary="half past one at night"),
    Scenario.FULL: Special(start=time(14, 0), soc=1.0, summary="a full battery after noon"),
    Scenario.DEAD_STRING: Special(dead_strings=(1,), summary="the second string is dead"),
    Scenario.PACK_OFFLINE: Special(packs_offline=1, summary="the last pack is offline"),
    Scenario.NO_BATTERY: Special(battery=False, summary="a site without a battery"),
}


def make_plant(
    model: Model = Model.PLUS,
    scenario: Scenario = Scenario.DAY,
    *,
    now: Now = wall_clock,
    speed: float = 1.0,
    start: time | None = None,
    serial: str | None = None,
    packs: Sequence[str] | None = None,
    soc: float | None = None,
    seed: int = 1,
    wall_box: bool = True,
    heating_rod: bool = False,
    heat_pump: bool = False,
    smart_plug: bool = False,
) -> Plant:
    """Build a product's plant as the scenario wants it; what is given goes before both."""
    product, special = PRODUCTS[model], SCENARIOS[scenario]
    if packs is None:
        packs = product.packs if special.battery else ()
    kind = ParallelPlant if model is Model.PARALLEL else Plant
    plant = kind(
        PlantClock(now, speed, start or special.start),
        serial=serial or product.serial,
        seed=seed,
        soc=special.soc if soc is None else soc,
        packs=packs,
        wall_box=wall_box,
        heating_rod=heating_rod,
        heat_pump=heat_pump,
        smart_plug=smart_plug,
        panels=product.panels,
        rated=product.rated,
        dead_strings=special.dead_strings,
        offline_packs=packs[len(packs) - special.packs_offline :] if packs else (),
    )
    if isinstance(plant, ParallelPlant):
        plant.pair_up((plant.serial, *parallel.SERIALS[1:]))
    return plant
