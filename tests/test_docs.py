"""The documentation: what it names is there, and its examples work in the simulated home."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_loader
import json
from pathlib import Path
import re
import tokenize
from typing import Any

import homeassistant
from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.icon import async_get_icons
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml
import pytest

from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.hub.quantities import BINARY_SENSORS, SENSORS, platform_of
from custom_components.energy_storage_hub.model.quantity import Quantity
from custom_components.energy_storage_hub.model.states import SourceTable, StateRow
from custom_components.energy_storage_hub.powerocean.models import PARTS, model_of, unsupported

from .conftest import SetUp

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / DOMAIN
EXAMPLES = ROOT / "docs" / "examples"
README = ROOT / "README.md"
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))

_NOT_OURS = {"switch.water_heater"}
_ENTITY = re.compile(r"\b(?:sensor|binary_sensor|switch)\.[a-z0-9_]+")
_FOLDERS = "bench|custom_components|develop|docs|localization|requirements|scripts|simulator|tests"
_PATH = re.compile(rf"`(?:\.ci/run|(?:{_FOLDERS})/[\w./-]*)`")


def _json(path: Path) -> Any:
    return json.loads(path.read_text())


def _yaml(path: Path) -> Any:
    return load_yaml(path)


def _anchors(page: Path) -> set[str]:
    """Return what GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links(page: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", page.read_text()):
        yield from filter(None, target)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A link within the repository names a file, and a heading if it has an anchor."""
    for link in _links(page):
        if link.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_named_paths_exist(page: Path) -> None:
    """A path between backticks is one of the repository, but for places to fill in."""
    for path in _PATH.findall(page.read_text()):
        assert (ROOT / path.strip("`")).exists(), path


CITATION = re.compile(r"\[([A-Z]{3,}(?:-[A-Z0-9]+)*)\]")


def prose(path: Path) -> Iterator[str]:
    """Yield the comments and docstrings of a source file."""
    if path.suffix == ".proto":
        yield from re.findall("//.*", path.read_text())
        return
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type in (tokenize.COMMENT, tokenize.STRING):
                yield token.string


def test_every_citation_has_a_home() -> None:
    """And every source that is listed is cited: nobody looks for what is no longer there."""
    listed = set(CITATION.findall((ROOT / "docs/sources.md").read_text()))
    cited = {
        key
        for path in sorted((ROOT / "custom_components").rglob("*"))
        if path.suffix in (".py", ".proto")
        for text in prose(path)
        for key in CITATION.findall(text)
    }
    assert cited == listed
    assert len(cited) > 15


def test_every_repair_issue_has_a_section() -> None:
    """Each issue links to a section that is called like its key."""
    issues = _json(INTEGRATION / "translations" / "en.json")["issues"]
    anchors = {anchor for page in (ROOT / "docs").glob("*.md") for anchor in _anchors(page)}
    assert {key.replace("_", "-") for key in issues} <= anchors


def test_readme_knows_what_is_supported() -> None:
    """The README's table of serial numbers says what the code does with them."""
    devices = re.findall(
        r"^\| ((?:\w+…(?:, )?)+) \| .+ \| (.+) \|$", README.read_text(), re.MULTILINE
    )
    assert len(devices) > 5
    for prefixes, status in devices:
        for prefix in prefixes.replace("…", "").split(", "):
            serial = prefix.ljust(16, "0")
            assert (model_of(serial) is not None) == (status == "supported"), prefix
            assert (unsupported(serial) is not None) == status.startswith("not"), prefix
            assert serial.startswith(PARTS) == status.startswith("part"), prefix


def test_the_self_audit_knows_every_rule() -> None:
    """quality_scale.yaml has a status for each rule that Home Assistant has."""
    rules = _yaml(INTEGRATION / "quality_scale.yaml")["rules"]
    known = _yaml(Path(homeassistant.__path__[0]) / "components/peblar/quality_scale.yaml")["rules"]
    assert rules.keys() == known.keys()
    for rule, status in rules.items():
        assert status == "done" or status["comment"], rule


async def test_examples_fit_the_simulated_home(hass: HomeAssistant, set_up: SetUp) -> None:
    """Every entity that an example names is there, enabled, in the demo."""
    entry = await set_up()
    registry = er.async_get(hass)
    there = {
        entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if not entity.disabled_by
    }
    for example in EXAMPLES.glob("*.yaml"):
        named = set(_ENTITY.findall(example.read_text())) - _NOT_OURS
        assert named
        assert named <= there, example.name


async def test_automations_are_valid(hass: HomeAssistant) -> None:
    """Home Assistant accepts every automation as it stands."""
    assert await async_setup_component(hass, "automation", {})
    automations = _yaml(EXAMPLES / "automations.yaml")
    assert len({automation["alias"] for automation in automations}) == len(automations) >= 3
    for automation in automations:
        valid = await async_validate_config_item(hass, automation["alias"], automation)
        assert valid is not None
        assert valid.validation_status == "ok", valid.validation_error


async def test_low_battery_is_told(hass: HomeAssistant) -> None:
    """The first example does what it says."""
    # The template of its message is rendered, so the entities it names have to exist.
    discharge = "sensor.simulated_home_battery_discharge_power"
    charge = "sensor.simulated_home_state_of_charge"
    automation = _yaml(EXAMPLES / "automations.yaml")[0]
    automation["triggers"][0].pop("for")
    hass.states.async_set(discharge, "900", {"unit_of_measurement": "W"})
    hass.states.async_set(charge, "20", {"unit_of_measurement": "%"})
    assert await async_setup_component(hass, "automation", {"automation": [automation]})
    await hass.async_block_till_done()
    calls: list[dict[str, Any]] = []

    async def notify(call: Any) -> None:
        calls.append(dict(call.data))

    hass.services.async_register("persistent_notification", "create", notify)
    hass.states.async_set(charge, "14", {"unit_of_measurement": "%"})
    await hass.async_block_till_done()
    assert calls == [
        {"title": "Battery low", "message": "14 % left, discharging with 900 W."},
    ]


def _sources() -> tuple[SourceTable, ...]:
    """Return the tables of all sources, as scripts/generate knows them."""
    loader = SourceFileLoader("generate", str(ROOT / "scripts" / "generate"))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    generate = module_from_spec(spec)
    loader.exec_module(generate)
    sources: tuple[SourceTable, ...] = tuple(generate.TABLES.values())
    return sources


def _needs_icon(row: StateRow) -> bool:
    """Whether a state that people see has no icon by its device class."""
    if row.quantity in BINARY_SENSORS:
        return row.enabled and BINARY_SENSORS[row.quantity] is None
    return row.enabled and (
        row.quantity is Quantity.ENUM or SENSORS[row.quantity].device_class is None
    )


async def test_icons(hass: HomeAssistant) -> None:
    """Icons belong to states there are, exist, and cover what has no icon otherwise."""
    icons = (await async_get_icons(hass, "entity", [DOMAIN]))[DOMAIN]
    entities = _json(INTEGRATION / "translations" / "en.json")["entity"]
    mdi = _mdi()
    for platform, keys in icons.items():
        for key, icon in keys.items():
            states = icon.get("state", {})
            allowed = entities[platform][key].get("state", {"on": "", "off": ""})
            assert states.keys() <= allowed.keys(), key
            assert icon["default"] not in states.values(), key
            assert {icon["default"], *states.values()} <= mdi, key
    for source in _sources():
        for row in source.rows.values():
            assert not _needs_icon(row) or row.translation_key in icons[platform_of(row.quantity)]
        for kind in source.kinds.values():
            assert all(row.translation_key in icons["button"] for row in kind.commands)
            assert all(row.translation_key in icons["event"] for row in kind.events)


def _mdi() -> set[str]:
    """Return the names of all icons that the frontend has."""
    names: set[str] = set()
    for path in (files("hass_frontend") / "static" / "mdi").iterdir():
        if re.fullmatch(r"[0-9a-f]{40}\.json", path.name):
            names.update(json.loads(path.read_text()))
    return {f"mdi:{name}" for name in names}
