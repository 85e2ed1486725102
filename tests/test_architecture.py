"""Arrows run down only: platforms, sources, hub, model. Read from the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
import subprocess
import sys

import pytest

PACKAGE = Path(__file__).parent.parent / "custom_components" / "energy_storage_hub"
NAME = "custom_components.energy_storage_hub"

MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

MODEL, HUB = "model", "hub"
"""What the sources share: the words, free of Home Assistant; and Home Assistant's side."""

SOURCES = tuple(
    sorted(
        path.name
        for path in PACKAGE.iterdir()
        if path.is_dir() and any(path.glob("*.py")) and path.name not in (MODEL, HUB)
    )
)
"""The sources: a package each."""

SPEAKERS = ("flow", "entry", "actions")
"""The modules of a source that speak Home Assistant."""

PLATFORMS = ("binary_sensor", "button", "event", "sensor", "hub.entity")

HOME_ASSISTANT = {"homeassistant", "probatio", "voluptuous"}


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text())


def imports(module: str) -> Iterator[str]:
    """Yield what a module imports, anywhere in it: full names of modules, or of their members."""
    path = MODULES[module]
    folder = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            start = [*([NAME, *filter(None, above)] if node.level else []), node.module or ""]
            base = ".".join(filter(None, start))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own_imports(module: str) -> Iterator[str]:
    """Yield the modules of this integration that a module imports."""
    for name in imports(module):
        if name == NAME or name.startswith(f"{NAME}."):
            inner = name.removeprefix(NAME).lstrip(".")
            yield inner if inner in MODULES else inner.rpartition(".")[0]


def room_of(module: str) -> str:
    """The folder that a module is in, empty for those of the top."""
    return module.rpartition(".")[0].partition(".")[0] or (module if is_folder(module) else "")


def is_folder(module: str) -> bool:
    return module in {*SOURCES, MODEL, HUB}


def is_library(module: str) -> bool:
    """Whether a module belongs to a source's client library, or to what such a library needs."""
    room, _, name = module.partition(".")
    return room == MODEL or (room in SOURCES and name not in SPEAKERS)


def test_there_is_something_to_read() -> None:
    assert {"powerocean", "solinteg", "battery_cloud", "charging_pile"} <= set(SOURCES)
    assert {"powerocean.stream", "sensor", "hub.coordinator", "model.states"} <= set(MODULES)
    assert "powerocean.api" in set(own_imports("powerocean.stream"))
    assert "model.source" in set(own_imports("powerocean.stream"))
    assert "homeassistant.core.HomeAssistant" in set(imports("sensor"))
    assert is_library("powerocean.stream")
    assert not is_library("powerocean.flow")


@pytest.mark.parametrize("source", SOURCES)
def test_sources_are_alike(source: str) -> None:
    """Whoever knows one source finds everything in the others."""
    modules = {name.partition(".")[2] for name in MODULES if name.startswith(f"{source}.")}
    assert {"flow", "entry", "client", "const", "tables", "diagnostics"} <= modules


def test_client_libraries_know_no_home_assistant() -> None:
    found = {
        module: name
        for module in MODULES
        if is_library(module) or module == "hub.store"
        for name in imports(module)
        if name.partition(".")[0] in HOME_ASSISTANT
    }
    assert found == {}


def test_client_libraries_open_to_shared_words_only() -> None:
    """No other source, nothing above, and not the modules of its own that speak Home Assistant."""
    found = {
        module: name
        for module in MODULES
        if is_library(module)
        for name in own_imports(module)
        if name
        and (room_of(name) not in {MODEL, room_of(module)} or name.rpartition(".")[2] in SPEAKERS)
    }
    assert found == {}


def test_sources_do_not_know_each_other() -> None:
    """What speaks Home Assistant may use the hub, and no other source either."""
    found = {
        module: name
        for module in MODULES
        if room_of(module) in SOURCES
        for name in own_imports(module)
        if room_of(name) not in {MODEL, HUB, room_of(module)} and name != "const"
    }
    assert found == {}


def test_model_and_hub_know_nothing_above() -> None:
    found = {
        module: name
        for module in MODULES
        if room_of(module) in (MODEL, HUB)
        for name in own_imports(module)
        if room_of(name) not in ({MODEL} if room_of(module) == MODEL else {MODEL, HUB})
        and not (name == "const" and room_of(module) == HUB)
    }
    assert found == {}


def test_platforms_and_hub_know_no_vendor() -> None:
    named = {
        module: vendor
        for module in MODULES
        if module in PLATFORMS or room_of(module) == HUB
        for vendor in (*SOURCES, "ecoflow")
        if vendor in MODULES[module].read_text().lower()
    }
    assert named == {}


def test_one_place_knows_all_sources() -> None:
    """A fifth source is a folder and a line."""
    found = {
        module: source
        for module, path in MODULES.items()
        if room_of(module) not in SOURCES and module != "sources"
        for source in SOURCES
        if source in path.read_text()
    }
    assert found == {}


@pytest.mark.parametrize("of", ["folders", "modules"])
def test_imports_make_no_circles(of: str) -> None:
    """Not even for type checking: between folders, and between modules."""
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        name = (room_of(module) or module) if of == "folders" else module
        others = {
            (room_of(other) or other) if of == "folders" else other for other in own_imports(module)
        }
        graph.setdefault(name, set()).update(others - {name})
    order = list(TopologicalSorter(graph).static_order())
    if of == "folders":
        assert order.index(MODEL) < order.index("powerocean") < order.index("sources")
        assert order.index(MODEL) < order.index(HUB) < order.index("powerocean")
        assert order.index("sources") < order.index("__init__")


def program_lines(module: str) -> int:
    """Return the length of a module without the tables in it."""
    text = MODULES[module].read_text()
    tables = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in tree(module).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    )
    return len(text.splitlines()) - tables


def test_modules_fit_into_a_head() -> None:
    lengths = {module: program_lines(module) for module in MODULES}
    assert {module: length for module, length in lengths.items() if length >= 400} == {}


def test_modules_say_what_they_are() -> None:
    silent = [
        module
        for module, path in MODULES.items()
        if path.read_text().strip() and not ast.get_docstring(tree(module))
    ]
    assert silent == []


WITHOUT_HOME_ASSISTANT = f"""
import importlib, pkgutil, sys, types

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(HOME_ASSISTANT)!r}:
            raise ImportError(name + " is not here")

sys.meta_path.insert(0, Refuse())
package = types.ModuleType({NAME!r})
package.__path__ = [{str(PACKAGE)!r}]
sys.modules["custom_components"] = types.ModuleType("custom_components")
sys.modules["custom_components"].__path__ = []
sys.modules[{NAME!r}] = package
"""

LOAD_ALL = f"""
for room in {(MODEL, *SOURCES)!r}:
    inside = importlib.import_module({NAME!r} + "." + room).__path__
    for module in pkgutil.iter_modules(inside):
        if module.name not in {SPEAKERS!r}:
            importlib.import_module({NAME!r} + "." + room + "." + module.name)
            print(room, module.name)
"""


def test_client_libraries_run_without_home_assistant() -> None:
    """They could be packages of their own as they stand."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_HOME_ASSISTANT + LOAD_ALL],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "powerocean client" in done.stdout


OTHER_PROTOS = """
from google.protobuf import descriptor_pb2, descriptor_pool

pool = descriptor_pool.Default()
for name in ("envelope.proto", "powerocean.proto"):
    file = descriptor_pb2.FileDescriptorProto(name=name)
    file.message_type.add(name="Header" + name[0]).field.add(name="x", number=1, type=5, label=1)
    pool.Add(file)
from custom_components.energy_storage_hub.powerocean.messages import Frame

assert Frame(header=[{"seq": 7}]).SerializeToString() == bytes((0x0A, 2, 0x70, 7))
"""


def test_descriptors_are_private() -> None:
    """Another integration with .proto files of the same names breaks nothing, nor do ours."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_HOME_ASSISTANT + OTHER_PROTOS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
