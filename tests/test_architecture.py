"""Arrows run down only: platforms, coordinator, sources, shared types. Read from the imports."""

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

ROOMS = tuple(
    sorted(path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py")))
)
"""The client libraries: a folder each."""

SHARED = ("states", "source", "store", "convert", "energy", "web")
"""What the rooms share: as free of Home Assistant as they are."""

PLATFORMS = ("binary_sensor", "button", "entity", "event", "sensor")

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
    first = module.partition(".")[0]
    return first if first in ROOMS else ""


def test_there_is_something_to_read() -> None:
    assert "powerocean" in ROOMS
    assert {"powerocean.stream", "sensor", "coordinator", *SHARED} <= set(MODULES)
    assert "powerocean.api" in set(own_imports("powerocean.stream"))
    assert "source" in set(own_imports("powerocean.stream"))
    assert "homeassistant.core.HomeAssistant" in set(imports("sensor"))


def test_client_libraries_know_no_home_assistant() -> None:
    found = {
        module: name
        for module in MODULES
        if room_of(module) or module in SHARED
        for name in imports(module)
        if name.partition(".")[0] in HOME_ASSISTANT
    }
    assert found == {}


def test_rooms_open_to_shared_types_only() -> None:
    """No other room, and nothing above."""
    found = {
        module: name
        for module in MODULES
        if (room := room_of(module))
        for name in own_imports(module)
        if name not in SHARED and room_of(name) != room
    }
    assert found == {}


def test_shared_modules_open_to_shared_ones_only() -> None:
    found = {module: name for module in SHARED for name in own_imports(module)}
    assert set(found.values()) <= set(SHARED)


def test_platforms_and_coordinator_know_no_vendor() -> None:
    found = {
        module: name
        for module in (*PLATFORMS, "coordinator")
        for name in own_imports(module)
        if room_of(name)
    }
    assert found == {}
    named = {
        module: vendor
        for module in PLATFORMS
        for vendor in (*ROOMS, "ecoflow")
        if vendor in MODULES[module].read_text().lower()
    }
    assert named == {}


def test_imports_make_no_circles() -> None:
    """Not even for type checking, between folders."""
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        mine = graph.setdefault(room_of(module) or module, set())
        mine |= {room_of(name) or name for name in own_imports(module)}
    for name, others in graph.items():
        others.discard(name)
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("states") < order.index("source") < order.index("powerocean")
    assert order.index("powerocean") < order.index("sources") < order.index("__init__")


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
for room in {ROOMS!r}:
    inside = importlib.import_module({NAME!r} + "." + room).__path__
    for module in pkgutil.iter_modules(inside):
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
