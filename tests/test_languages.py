"""A language is added by a folder of texts: what is missing is named, file and key."""

from __future__ import annotations

from collections.abc import Callable
import json
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from custom_components.energy_storage_hub.const import DOMAIN

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


@pytest.fixture
def french(tmp_path: Path) -> Path:
    """A copy of what the texts are made from, with a new language that says what German says."""
    rubbish = shutil.ignore_patterns("__pycache__", "translations", "brand")
    for folder in ("custom_components", "localization"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=rubbish)
    for folder in ("docs", "scripts"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "scripts" / "generate", tmp_path / "scripts")
    folder = tmp_path / "localization" / "fr"
    shutil.copytree(tmp_path / "localization" / "de", folder)
    return folder


def generate(french: Path) -> tuple[int, list[str]]:
    """Return how scripts/generate ends, and the problems that it names."""
    done = subprocess.run(
        [sys.executable, french.parent.parent / "scripts" / "generate"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def test_a_whole_language_is_generated(french: Path) -> None:
    assert generate(french) == (0, [])
    package = french.parent.parent / "custom_components" / DOMAIN
    made = (package / "translations" / "fr.json").read_text()
    assert made == (ROOT / "custom_components" / DOMAIN / "translations" / "de.json").read_text()


def drop(*way: str) -> Callable[[dict], None]:
    def change(content: dict) -> None:
        for name in way[:-1]:
            content = content[name]
        del content[way[-1]]

    return change


def test_what_a_language_lacks_is_named(french: Path) -> None:
    def change(file: str, change: Callable[[dict], None]) -> None:
        content = json.loads((french / file).read_text())
        change(content)
        (french / file).write_text(json.dumps(content))

    change("texts.solinteg.json", drop("config", "step", "solinteg", "title"))
    change("texts.common.json", drop("state_attributes"))
    change("texts.powerocean.json", lambda texts: texts.update(news="Neues"))
    change("names.battery_cloud.json", drop("State of charge of the BMS"))
    change("names.charging_pile.json", lambda names: names.update({"Of old": "Von früher"}))
    code, problems = generate(french)
    assert code == 1
    assert problems == [
        "localization/fr/names.battery_cloud.json: no translation of 'State of charge of the BMS'",
        "localization/fr/names.charging_pile.json: not used any more: 'Of old'",
        "localization/fr/texts.common.json: no text for state_attributes.code",
        "localization/fr/texts.common.json: no text for state_attributes.elements",
        "localization/fr/texts.powerocean.json: not needed: news",
        "localization/fr/texts.solinteg.json: no text for config.step.solinteg.title",
    ]


def test_files_that_a_language_lacks_are_named(french: Path) -> None:
    names = json.loads((french / "names.solinteg.json").read_text())
    (french / "names.solinteg.json").unlink()
    (french / "texts.common.json").unlink()
    code, problems = generate(french)
    assert code == 1
    of_file = [problem.partition(": ")[0].rpartition("/")[2] for problem in problems]
    assert set(of_file) == {"names.solinteg.json", "texts.common.json"}
    assert "localization/fr/texts.common.json: no text for config.step.user.title" in problems
    # All but those that read otherwise in one place: there the plain name is asked for.
    plain = [name for name in names if ": " not in name]
    assert of_file.count("names.solinteg.json") == len(plain)


def test_a_file_that_is_no_json_is_named(french: Path) -> None:
    (french / "texts.common.json").write_text('{"config": }')
    code, problems = generate(french)
    assert code == 1
    assert len(problems) == 1
    assert problems[0].startswith("localization/fr/texts.common.json: ")
