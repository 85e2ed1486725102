"""The products that the simulator can be."""

from __future__ import annotations

from enum import Enum


class Model(Enum):
    """A system's family: prefix of its reports in the snapshot, product type, name."""

    OCEAN = ("JTS1", 83, "PowerOcean")
    PLUS = ("RE307", 87, "PowerOcean Plus")
    SINGLE = ("JTS1", 86, "PowerOcean single-phase")
    PARALLEL = ("JTS1", 86, "three single-phase PowerOceans in parallel")
    FIT = ("DC303", 85, "PowerOcean DC Fit")

    @property
    def prefix(self) -> str:
        """Return the prefix of the report names in the HTTPS snapshot."""
        return self.value[0]

    @property
    def product_type(self) -> int:
        """Return the number that the HTTPS snapshot wants in a header."""
        return self.value[1]

    @property
    def title(self) -> str:
        """Return what a person calls it."""
        return self.value[2]

    @property
    def single_phase(self) -> bool:
        """Whether the inverter has one phase."""
        return self in (Model.SINGLE, Model.PARALLEL)
