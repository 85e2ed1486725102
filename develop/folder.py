"""Home Assistant's configuration folder: written anew at each start, but for what it learnt."""

from __future__ import annotations

import json
import os
from pathlib import Path
import shutil
from typing import Any

from .settings import DOMAIN, HOST, REPOSITORY, Settings

# Named one by one: default_config would bring integrations that search the network,
# ask the internet, or need packages that exist for few machines.
CONFIGURATION = """\
# Written by scripts/develop at each start. Put what is yours into packages/*.yaml.
homeassistant:
  name: Demo home
  latitude: 48.137
  longitude: 11.575
  elevation: 520
  unit_system: metric
  currency: EUR
  country: DE
  language: en
  time_zone: {time_zone}
  internal_url: {url}
  external_url: {url}
  packages: !include_dir_named packages

api:
config:
diagnostics:
energy:
frontend:
history:
logbook:
my:
person:
recorder:
  commit_interval: 1
repairs:
sun:
system_health:

automation: !include automations.yaml
scene: !include scenes.yaml
script: !include scripts.yaml

logger:
  default: warning
  logs:
    custom_components.{domain}: info
    # About what a demo needs not: video, and being no part of Home Assistant.
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
    homeassistant.loader: error
"""

# The person's own step is done when the demo user has been created.
STEPS_NOT_ASKED = ["core_config", "analytics", "integration"]


def prepare(settings: Settings) -> None:
    """Make the folder ready for Home Assistant to start with."""
    folder = settings.folder
    (folder / "packages").mkdir(parents=True, exist_ok=True)
    (folder / ".storage").mkdir(mode=0o700, exist_ok=True)

    text = CONFIGURATION.format(
        domain=DOMAIN,
        time_zone=_time_zone(),
        url=settings.url,
    )
    (folder / "configuration.yaml").write_text(text)
    for name in ("automations.yaml", "scenes.yaml", "scripts.yaml"):
        if not (folder / name).exists():
            (folder / name).write_text("[]\n" if name != "scripts.yaml" else "{}\n")

    _link(folder / "custom_components", REPOSITORY / "custom_components")
    if (blueprints := REPOSITORY / "blueprints").is_dir():
        shutil.copytree(blueprints, folder / "blueprints", dirs_exist_ok=True)

    _store(settings, "http", _server(settings), version=2, minor_version=2)
    if not (folder / ".storage/onboarding").exists():
        _store(settings, "onboarding", {"done": STEPS_NOT_ASKED}, version=4)


def user_exists(settings: Settings) -> bool:
    """Whether an earlier start has created the demo user."""
    return "user" in _stored(settings, "onboarding").get("done", ())


def entries_elsewhere(settings: Settings) -> list[str]:
    """Ids of our entries whose server is not the one that the simulator has this time."""
    return [
        entry["entry_id"]
        for entry in _stored(settings, "core.config_entries").get("entries", ())
        if entry["domain"] == DOMAIN and f"http://{HOST}:" in (data := json.dumps(entry["data"]))
        if not any(f'"http://{HOST}:{port}' in data for port in settings.simulator_ports)
    ]


def _server(settings: Settings) -> dict[str, Any]:
    """Where to listen, as something long confirmed.

    In configuration.yaml it would be a change on trial: a dialog asks for confirmation, and
    five minutes later Home Assistant takes it back.
    """
    stable = {
        "server_host": [HOST],
        "server_port": settings.home_assistant_port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {"stable": stable, "pending": None, "yaml_migration_done": True}


def _store(
    settings: Settings, name: str, data: dict[str, Any], *, version: int, minor_version: int = 1
) -> None:
    """Write what Home Assistant is to find under a name."""
    document = {"version": version, "minor_version": minor_version, "key": name, "data": data}
    (settings.folder / ".storage" / name).write_text(json.dumps(document, indent=2))


def _stored(settings: Settings, name: str) -> dict[str, Any]:
    """What Home Assistant has stored under a name."""
    try:
        data: dict[str, Any] = json.loads((settings.folder / ".storage" / name).read_text())["data"]
    except OSError, ValueError, KeyError:
        return {}
    return data


def _link(link: Path, target: Path) -> None:
    wanted = os.path.relpath(target, link.parent)
    if link.is_symlink() and os.readlink(link) == wanted:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(wanted, target_is_directory=True)


def _time_zone() -> str:
    """Name of this machine's time zone, so that the simulated day looks like today."""
    if (name := os.environ.get("TZ", "")) and "/" in name:
        return name.removeprefix(":")
    _, found, name = str(Path("/etc/localtime").resolve()).rpartition("zoneinfo/")
    return name if found and "/" in name else "UTC"
