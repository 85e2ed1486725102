"""Inverters in parallel: the plant's packs, strings and load shared among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from custom_components.energy_storage_hub.powerocean.messages import Message

from .build import Value, message, sparse
from .packs import Pack
from .plant import Flow, Minute, Plant

SERIALS = ("J32EZSIM00000001", "J32EZSIM00000002", "J32EZSIM00000003")
_LOADS = (0.6, 0.25, 0.15)
_NO_BATTERY = 999


class Inverter(Plant):
    """What one of the inverters sees of the plant: a string, some packs, part of the load.

    A view: nothing runs here, `update` looks at the plant.
    """

    def __init__(self, plant: Plant, serial: str, place: int, count: int) -> None:
        """Stand at this place among so many."""
        super().__init__(
            plant.now,
            serial=serial,
            seed=plant.seed + place,
            packs=(),
            wall_box=False,
            warm_up=False,
            panels=plant.panels[place : place + 1],
            rated=plant.rated / count,
            offline_packs=tuple(plant.offline_packs),
        )
        self._plant = plant
        self._place = place
        per_inverter = -(-len(plant.packs) // count)
        own = plant.packs[place * per_inverter : (place + 1) * per_inverter]
        self.packs = own
        self._slots = {pack.serial: slot for slot, pack in enumerate(own, start=1)}
        self.update()

    def update(self) -> None:
        """Take over what the plant does now."""
        plant, place = self._plant, self._place
        self.time, self.errors, self.reserve = plant.time, plant.errors, plant.reserve
        strings = (plant.flow.strings[place] if place < 3 else 0.0, 0.0, 0.0)
        battery = sum(pack.power for pack in self.online_packs)
        self.flow = Flow(plant.flow.load * _LOADS[place], strings, battery, round(self.soc * 100))
        self.battery_charged_wh = sum(pack.charged_wh for pack in self.packs)
        self.battery_discharged_wh = sum(pack.discharged_wh for pack in self.packs)

    def in_own_slots(self) -> list[Pack]:
        """Return the packs as this inverter counts them, from slot 1 on."""
        return [replace(pack, slot=self._slots[pack.serial]) for pack in self.online_packs]


class ParallelPlant(Plant):
    """A plant with several inverters, of which the first is the master."""

    inverters: tuple[Inverter, ...] = ()

    def pair_up(self, serials: Sequence[str] = SERIALS) -> None:
        """Put an inverter in front of each share of the plant."""
        self.inverters = tuple(
            Inverter(self, serial, place, len(serials)) for place, serial in enumerate(serials)
        )

    def look(self) -> tuple[Inverter, ...]:
        """Return the inverters as they are now, the master first."""
        for inverter in self.inverters:
            inverter.update()
        return self.inverters


def _entry(flow: Flow, serial: str, has_battery: bool) -> Message:
    values: dict[str, Value] = {
        "sysLoadPwr": flow.load,
        "sysGridPwr": flow.grid,
        "mpptPwr": flow.pv,
        "bpPwr": flow.battery,
        "bpSoc": flow.soc if has_battery else _NO_BATTERY,
        "dev_sn": serial,
        "pv1_pwr": flow.strings[0],
        "pv2_pwr": flow.strings[1],
    }
    return sparse("ParallelStream", values)


def stream(plant: ParallelPlant) -> Message:
    """96/50: the whole first, then the inverters in the order of their serial numbers."""
    total = sparse(
        "ParallelStream",
        {
            "sysLoadPwr": plant.flow.load,
            "sysGridPwr": plant.flow.grid,
            "mpptPwr": plant.flow.pv,
            "bpPwr": plant.flow.battery,
            "bpSoc": plant.flow.soc if plant.packs else _NO_BATTERY,
        },
    )
    entries = [
        _entry(inverter.flow, inverter.serial, bool(inverter.packs))
        for inverter in sorted(plant.look(), key=lambda found: found.serial)
    ]
    return message("ParallelStreamReport", {"para_energy_stream": [total, *entries]})


def devices(plant: ParallelPlant) -> Message:
    """96/12."""
    found = [
        message("ParallelDevice", {"dev_addr": place, "dev_sn": inverter.serial})
        for place, inverter in enumerate(plant.inverters, start=1)
    ]
    return message(
        "ParallelDevices",
        {
            "para_dev_list": [message("ParallelDeviceList", {"para_dev": found})],
            "para_dev_onflict_list": message("ParallelDeviceList", {}),
        },
    )


def history(items: Sequence[Minute], seq: int) -> Message:
    """96/51: minutes of the whole, newest first."""
    minutes = [
        sparse(
            "ParallelMinute",
            {
                "sysLoadPwr": item.load,
                "sysGridPwr": item.grid,
                "mpptPwr": item.pv,
                "bpPwr": item.battery,
                "timestamp": item.start,
                "bpSoc": item.soc,
            },
        )
        for item in items
    ]
    return message("ParallelHistory", {"para_energy_stream_detail": minutes, "para_sys_seq": seq})
