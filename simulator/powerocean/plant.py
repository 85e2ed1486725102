"""A house with PV, six battery packs and a wall box, integrated over time."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor

from .clock import HOME, Now, wall_clock
from .household import HeatingRod, WallBox, base_load
from .packs import Pack, make_packs, share
from .physics import Panel, hashed, irradiance, panel_power, sunlight

STRINGS = (
    Panel(6200.0, 150.0, 32.0, 640.0),
    Panel(4600.0, 235.0, 32.0, 520.0),
    Panel(1100.0, 195.0, 12.0, 230.0),
)
PACK_SERIALS = tuple(f"HJ3AZSIM{number:08d}" for number in range(1, 7))
SYSTEM_SERIAL = "R374ZSIM00000001"
WALL_BOX_SERIAL = "AC31ZSIM00000001"
ROD_SERIAL = "HF31ZSIM00000001"
HEAT_PUMP_SERIAL = "HP01ZSIM00000001"
PLUG_SERIAL = "HW52ZSIM00000001"
RATED_POWER = 15000.0
_SUNNY_DAY = 150  # the sun is always that of the end of May
_STEP = 10.0
_MAX_STEPS = 5000
_HISTORY_MINUTES = 24 * 60
# Types of the hourly energies, as a real DC Fit has them.
HOURLY_PV, HOURLY_CHARGE, HOURLY_DISCHARGE = 1, 16, 32
HOURLY_IMPORT, HOURLY_EXPORT, HOURLY_HOUSE = 48, 64, 80


def _tens(watts: float) -> float:
    return float(round(watts / 10) * 10)


@dataclass(frozen=True, slots=True)
class Flow:
    """Powers in W: grid + importing, battery + charging; load = pv + grid - battery."""

    load: float
    strings: tuple[float, float, float]
    battery: float
    soc: int

    @property
    def pv(self) -> float:
        """All strings."""
        return sum(self.strings)

    @property
    def grid(self) -> float:
        """What the grid adds, or takes when below 0."""
        return self.load - self.pv + self.battery


def _flows(flow: Flow) -> dict[int, float]:
    """Return what flows where, W, none below 0, by the type of its hourly energy."""
    return {
        HOURLY_PV: flow.pv,
        HOURLY_CHARGE: max(0.0, flow.battery),
        HOURLY_DISCHARGE: max(0.0, -flow.battery),
        HOURLY_IMPORT: max(0.0, flow.grid),
        HOURLY_EXPORT: max(0.0, -flow.grid),
        HOURLY_HOUSE: flow.load,
    }


@dataclass(frozen=True, slots=True)
class Minute:
    """Averages of one minute, and the Unix time at which it began."""

    start: int
    load: float
    grid: float
    pv: float
    battery: float
    strings: tuple[float, float, float]
    soc: int


@dataclass(slots=True)
class Hold:
    """Values that a test fixed; None = free."""

    load: float | None = None
    strings: tuple[float, float, float] | None = None
    battery: float | None = None


class Plant:
    """The physical model; `advance` moves it to the clock's time."""

    def __init__(
        self,
        now: Now = wall_clock,
        *,
        serial: str = SYSTEM_SERIAL,
        seed: int = 1,
        soc: float | None = None,
        packs: Sequence[str] = PACK_SERIALS,
        wall_box: bool = True,
        heating_rod: bool = False,
        warm_up: bool = True,
        panels: Sequence[Panel] = STRINGS,
        rated: float = RATED_POWER,
        dead_strings: Sequence[int] = (),
        offline_packs: Sequence[str] = (),
        heat_pump: bool = False,
        smart_plug: bool = False,
    ) -> None:
        """Build the plant and run it from midnight to now, so that the day has energies.

        `dead_strings` (0, 1, 2) deliver nothing, `offline_packs` neither work nor report.
        """
        self.now = now
        self.serial = serial
        self.seed = seed
        self.panels = tuple(panels)
        self.rated = rated
        self.dead_strings = frozenset(dead_strings)
        self.offline_packs = frozenset(offline_packs)
        self.reserve = 0.10
        self.held = Hold()
        self.errors: dict[str, list[int]] = {}
        self.wall_box = WallBox(WALL_BOX_SERIAL) if wall_box else None
        self.rod = HeatingRod(ROD_SERIAL) if heating_rod else None
        self.heat_pump = HEAT_PUMP_SERIAL if heat_pump else ""
        self.smart_plug = PLUG_SERIAL if smart_plug else ""
        self.packs = make_packs(packs, seed, 0.32 if soc is None else soc)
        self.minutes: deque[Minute] = deque(maxlen=_HISTORY_MINUTES)
        self.import_wh, self.export_wh = 1_204_300.0, 3_127_800.0
        self.solar_today_wh, self.solar_total_wh = 0.0, 8_230_680.0
        self.solar_month_wh, self.solar_year_wh = 251_870.0, 4_041_500.0
        self.battery_charged_wh = sum(pack.charged_wh for pack in self.packs)
        self.battery_discharged_wh = sum(pack.discharged_wh for pack in self.packs)
        self.hourly: dict[int, list[float]] = {}
        self.hourly_day = 0
        self.day_wh = dict.fromkeys(_flows(Flow(0.0, (0.0, 0.0, 0.0), 0.0, 0)), 0.0)
        end = now()
        self.started = end - timedelta(days=41, hours=5)
        self._sums = [0.0] * 7
        self._minute = 0
        midnight = end.astimezone(HOME).replace(hour=0, minute=0, second=0, microsecond=0)
        self.time = midnight.astimezone(UTC) if warm_up else end
        self._new_day()
        self.flow = self._flow_now()
        if warm_up:
            self._run(end - timedelta(minutes=30), 300.0)
            self._run(end, _STEP)
        if soc is not None:
            self.set_soc(soc)

    @property
    def online_packs(self) -> list[Pack]:
        """The packs that work and report."""
        return [pack for pack in self.packs if pack.serial not in self.offline_packs]

    @property
    def soc(self) -> float:
        """State of charge of all packs together, 0 to 1."""
        capacity = sum(pack.capacity for pack in self.packs)
        return sum(pack.energy for pack in self.packs) / capacity if capacity else 0.0

    @property
    def stored_wh(self) -> float:
        """Energy in the packs, Wh."""
        return sum(pack.energy for pack in self.packs)

    @property
    def charge_limit(self) -> float:
        """What the battery takes, W."""
        return sum(pack.charge_limit() for pack in self.online_packs)

    @property
    def discharge_limit(self) -> float:
        """What the battery gives, W."""
        return sum(pack.discharge_limit(self.reserve) for pack in self.online_packs)

    def hold(
        self,
        *,
        load: float | None = None,
        strings: tuple[float, float, float] | None = None,
        battery: float | None = None,
    ) -> None:
        """Fix values until `release`; the grid follows from them."""
        self.held = Hold(load, strings, battery)
        self.flow = self._flow_now()

    def release(self) -> None:
        """Give all values back to the model."""
        self.hold()

    def set_soc(self, soc: float) -> None:
        """Charge or empty all packs alike, without counting it."""
        for pack in self.packs:
            pack.energy = pack.capacity * min(1.0, max(0.0, soc))
        self.flow = self._flow_now()

    def advance(self, to: datetime | None = None) -> None:
        """Integrate up to a time, by default the clock's; never goes back."""
        end = to or self.now()
        ahead = (end - self.time).total_seconds()
        if ahead > 0:
            self._run(end, max(_STEP, floor(ahead / _MAX_STEPS / _STEP) * _STEP))

    def _run(self, end: datetime, step: float) -> None:
        while self.time < end:
            stamp = self.time.timestamp()
            seconds = min((floor(stamp / step) + 1) * step, end.timestamp()) - stamp
            if seconds < 1e-3:
                self.time = end
                return
            self._integrate(seconds)
            before = self.time
            self.time = min(end, before + timedelta(seconds=seconds))
            if self.time.astimezone(HOME).date() != before.astimezone(HOME).date():
                self._new_day()
            self.flow = self._flow_now()

    def _new_day(self) -> None:
        home = self.time.astimezone(HOME)
        self.solar_today_wh = 0.0
        self.day_wh = dict.fromkeys(self.day_wh, 0.0)
        if home.day == 1:
            self.solar_month_wh = 0.0
        if home.day == 1 and home.month == 1:
            self.solar_year_wh = 0.0

    def _flow_now(self) -> Flow:
        held, moment = self.held, self.time
        stamp = moment.timestamp()
        strings = held.strings
        if strings is None:
            light = irradiance(moment.astimezone(UTC), _SUNNY_DAY)
            watts = [
                0.0
                if index in self.dead_strings
                else panel_power(panel, light, sunlight(self.seed, stamp - 9 * index))
                for index, panel in enumerate(self.panels)
            ]
            over = max(1.0, sum(watts) / self.rated)
            first, second, third = (_tens(power / over) for power in (*watts, 0.0, 0.0, 0.0)[:3])
            strings = (first, second, third)
        pv = sum(strings)
        load = base_load(self.seed, moment)
        if self.wall_box:
            self.wall_box.update(moment)
            load += self.wall_box.power
        if self.rod:
            self.rod.update(pv - load - self.rod.power, self.soc)
            load += self.rod.power
        load = _tens(load) if held.load is None else held.load
        battery = held.battery
        if battery is None:
            battery = self._regulate(pv - load, stamp)
        idle = None
        few = self.charge_limit if battery > 0 else self.discharge_limit
        working = self.online_packs
        if len(working) > 2 and abs(battery) < 0.4 * few:
            idle = int(hashed(self.seed + 60, int(stamp // 3600)) * len(working))
        if working:
            share(working, battery, idle)
        return Flow(load, strings, battery, round(self.soc * 100))

    def _regulate(self, surplus: float, stamp: float) -> float:
        """Return the battery's power: all of the surplus but a small error of the control."""
        if not self.online_packs:
            return 0.0
        error = floor(hashed(self.seed + 70, int(stamp // 5)) * 4) * 10.0 - 10.0
        wanted = _tens(surplus - error)
        limited = min(self.charge_limit, max(-self.discharge_limit, -self.rated, wanted))
        limited = float(int(limited / 10) * 10)
        return 0.0 if abs(limited) < 40 else limited

    def _integrate(self, seconds: float) -> None:
        flow, hours = self.flow, seconds / 3600
        stamp = self.time.timestamp()
        self.import_wh += max(0.0, flow.grid) * hours
        self.export_wh += max(0.0, -flow.grid) * hours
        solar = flow.pv * hours
        self.solar_today_wh += solar
        self.solar_month_wh += solar
        self.solar_year_wh += solar
        self.solar_total_wh += solar
        self.battery_charged_wh += max(0.0, flow.battery) * hours
        self.battery_discharged_wh += max(0.0, -flow.battery) * hours
        ambient = 20.0 + 5.0 * max(0.0, 1 - abs((stamp % 86400) / 3600 - 14) / 8)
        for pack in self.packs:
            pack.step(seconds, ambient)
        if self.wall_box:
            self.wall_box.session_wh += self.wall_box.power * hours
        if self.rod:
            self.rod.step(seconds)
        self._count_hour(stamp, flow, hours)
        self._count_minute(stamp, flow, seconds)

    def _count_hour(self, stamp: float, flow: Flow, hours: float) -> None:
        day, hour = int(stamp // 86400) * 86400, int(stamp % 86400 // 3600)
        if day != self.hourly_day:
            self.hourly_day = day
            self.hourly = {bit: [0.0] * 24 for bit in self.day_wh}
        for bit, power in _flows(flow).items():
            self.hourly[bit][hour] += power * hours
            self.day_wh[bit] += power * hours

    def _count_minute(self, stamp: float, flow: Flow, seconds: float) -> None:
        minute = int(stamp // 60) * 60
        sums = self._sums
        if minute != self._minute:
            if sums[0]:
                load, battery, *strings = (value / sums[0] for value in sums[1:6])
                pv = sum(strings)
                self.minutes.appendleft(
                    Minute(
                        self._minute,
                        load,
                        load - pv + battery,
                        pv,
                        battery,
                        (strings[0], strings[1], strings[2]),
                        flow.soc,
                    )
                )
            self._sums = sums = [0.0] * 7
            self._minute = minute
        sums[0] += seconds
        for index, value in enumerate((flow.load, flow.battery, *flow.strings), start=1):
            sums[index] += value * seconds
