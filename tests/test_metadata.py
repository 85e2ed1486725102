"""What Home Assistant and HACS read beside the code, and what is generated from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
import struct
import subprocess
import sys
import tomllib
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet
import pytest

from custom_components.energy_storage_hub.const import DOMAIN
from custom_components.energy_storage_hub.powerocean.client import (
    CLIENT_ID_CONFLICT,
    STREAM_SILENT,
    UNSUPPORTED_SYSTEM,
)

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "custom_components" / DOMAIN
LANGUAGES = tuple(sorted(path.name for path in (ROOT / "localization").iterdir() if path.is_dir()))


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def strict_json(path: Path) -> Any:
    """Return the content of a file; fails for a name that is there twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"twice in {path.name}: {names}"
        return dict(pairs)

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)


MANIFEST = strict_json(PACKAGE / "manifest.json")
TEXTS = {name: strict_json(PACKAGE / "translations" / f"{name}.json") for name in LANGUAGES}
ENGLISH = TEXTS["en"]


def leaves(node: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, dict):
        for name, inner in node.items():
            yield from leaves(inner, (*way, name))
    else:
        yield way, node


# The manifest, as Home Assistant's own checks want it.


def test_manifest_order() -> None:
    assert list(MANIFEST) == ["domain", "name", *sorted(set(MANIFEST) - {"domain", "name"})]


def test_manifest_keys() -> None:
    assert set(MANIFEST) <= {
        "after_dependencies",
        "codeowners",
        "config_flow",
        "dependencies",
        "documentation",
        "domain",
        "integration_type",
        "iot_class",
        "issue_tracker",
        "loggers",
        "name",
        "requirements",
        "version",
    }
    assert MANIFEST["domain"] == DOMAIN == PACKAGE.name
    assert MANIFEST["config_flow"] is True
    assert MANIFEST["integration_type"] == "hub"
    assert MANIFEST["iot_class"] == "cloud_push"
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    assert MANIFEST["codeowners"]


def test_manifest_addresses() -> None:
    assert MANIFEST["documentation"].startswith("https://github.com/")
    assert MANIFEST["issue_tracker"] == f"{MANIFEST['documentation']}/issues"


def test_manifest_requirements() -> None:
    """Home Assistant pins protobuf to 6.32 or 7.36, by release: neither may be shut out."""
    found = dict(re.fullmatch(r"([a-z]+)(\S+)", each).groups() for each in MANIFEST["requirements"])  # type: ignore[union-attr, misc]
    assert found["protobuf"] == ">=6.32.0"
    assert not any("==" in version for version in found.values())
    assert set(MANIFEST["loggers"]) <= {*found, "paho"}


def test_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert MANIFEST["version"] == project["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", MANIFEST["version"])


def test_hacs() -> None:
    hacs = strict_json(ROOT / "hacs.json")
    assert set(hacs) <= {"name", "filename", "hide_default_branch", "homeassistant", "zip_release"}
    assert hacs["name"] == MANIFEST["name"]
    assert hacs["homeassistant"] == "2026.9.0"
    assert hacs["zip_release"] is True
    release = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert hacs["filename"] in release


# Pictures.


@pytest.mark.parametrize(("name", "size"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_icon(name: str, size: int) -> None:
    assert dimensions(PACKAGE / "brand" / name) == (size, size)


@pytest.mark.parametrize("name", ["logo.png", "dark_logo.png"])
def test_logo(name: str) -> None:
    width, height = dimensions(PACKAGE / "brand" / name)
    assert 128 <= min(width, height) <= 256
    double = dimensions(PACKAGE / "brand" / name.replace(".", "@2x."))
    assert double[1] == 2 * height
    assert abs(double[0] - 2 * width) <= 1


def dimensions(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG picture."""
    start = path.read_bytes()[:24]
    assert start[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", start[16:24])
    return width, height


def test_icons_are_of_entities_that_exist() -> None:
    icons = strict_json(PACKAGE / "icons.json")
    for platform, entities in icons.get("entity", {}).items():
        assert set(entities) <= set(ENGLISH["entity"][platform])
    names = [name for way, name in leaves(icons) if way[-1] != "service" or "services" in way]
    assert names
    assert [name for name in names if not re.fullmatch(r"mdi:[a-z0-9-]+", name)] == []


# Translations.


def test_languages() -> None:
    files = {path.stem for path in (PACKAGE / "translations").iterdir()}
    assert files == set(LANGUAGES)


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_every_language_says_the_same(language: str) -> None:
    english, other = dict(leaves(ENGLISH)), dict(leaves(TEXTS[language]))
    assert other.keys() == english.keys()
    placeholders = re.compile(r"\{(\w+)\}")
    differing = [
        way
        for way, text in english.items()
        if sorted(placeholders.findall(text)) != sorted(placeholders.findall(other[way]))
    ]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_plain(language: str) -> None:
    """No addresses, no HTML, no references, nothing empty: Home Assistant refuses them."""
    bad = re.compile(r"https?:|www\.|<[a-z/]|\[%|^\s|\s$|^$", re.IGNORECASE)
    assert [(way, text) for way, text in leaves(TEXTS[language]) if bad.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_are_placeholders(language: str) -> None:
    odd = [
        text
        for _, text in leaves(TEXTS[language])
        if re.search(r"[{}]", re.sub(r"\{[a-z_]+\}", "", text))
    ]
    assert odd == []


def test_names_of_texts() -> None:
    """Home Assistant takes lower case, digits, underscores and dashes."""
    bad = re.compile(r"(?![a-z0-9]([a-z0-9_-]*[a-z0-9])?$)")
    assert {
        name for way, _ in leaves(ENGLISH["entity"]) for name in way if bad.match(name)
    } == set()


def test_translations_are_translated() -> None:
    """Whole sentences that are the same in two languages were forgotten."""
    english = dict(leaves(ENGLISH))
    for language in ("de", "zh-Hans"):
        other = dict(leaves(TEXTS[language]))
        same = [text for way, text in english.items() if other[way] == text and text.count(" ") > 4]
        assert same == []


def error_keys(path: Path) -> Iterator[str]:
    """Yield the keys of the errors that a module raises: those that tell a person."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if re.fullmatch(r"(Source|NoAnswer)\w*Error", name) and len(node.args) > 1:
                key = node.args[1]
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if (
                    isinstance(inner, ast.Assign)
                    and getattr(inner.targets[0], "id", "") == "key"
                    and isinstance(inner.value, ast.Constant)
                ):
                    yield str(inner.value.value)


SHARED_ERRORS = {key for path in (PACKAGE / "model").glob("*.py") for key in error_keys(path)}
POWEROCEAN_ERRORS = {
    key for path in (PACKAGE / "powerocean").glob("*.py") for key in error_keys(path)
}


def test_error_keys_are_found() -> None:
    assert {"cannot_connect", "invalid_auth", "bad_answer", "refused"} <= SHARED_ERRORS
    assert {"two_factor", "broker_refused", "slave_serial", "wrong_region"} <= POWEROCEAN_ERRORS


# Only the flow looks at what a person types, and asks without running.
_ONLY_TYPED = {"unsupported_model", "serial_of_part", "unknown_serial"}
_ONLY_RUNNING = {
    "bad_input",
    "broker_refused",
    "no_action",
    "no_command",
    "no_setting",
    "no_systems",
}


def test_every_error_has_a_text_when_it_happens() -> None:
    needed = (SHARED_ERRORS | POWEROCEAN_ERRORS) - _ONLY_TYPED
    assert needed - set(ENGLISH["exceptions"]) == set()


def test_every_error_has_a_text_in_the_dialogs() -> None:
    needed = (SHARED_ERRORS | POWEROCEAN_ERRORS) - _ONLY_RUNNING
    assert needed - set(ENGLISH["config"]["error"]) == set()


def test_every_problem_has_a_text() -> None:
    needed = {CLIENT_ID_CONFLICT, STREAM_SILENT, UNSUPPORTED_SYSTEM}
    needed |= {"wrong_region", "slave_serial", "not_allowed"}  # why a snapshot is refused
    for problem in needed:
        assert set(ENGLISH["issues"][problem]) == {"title", "description"}


# What is generated.


def test_generated_files_are_up_to_date() -> None:
    """If this fails: scripts/generate."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_descriptors_are_up_to_date(tmp_path: Path) -> None:
    """If this fails: scripts/protos."""
    folder = PACKAGE / "powerocean"
    fresh = tmp_path / "fresh.binpb"
    protos = sorted(path.name for path in folder.glob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={folder}"]
    subprocess.run([*command, f"--descriptor_set_out={fresh}", *protos], check=True)
    wanted = FileDescriptorSet.FromString(fresh.read_bytes())
    checked_in = FileDescriptorSet.FromString((folder / "messages.binpb").read_bytes())
    assert [file.name for file in checked_in.file] == [file.name for file in wanted.file]
    assert checked_in == wanted
