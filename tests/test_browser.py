"""What a person does: add the account in Home Assistant's own pages, and look at the values.

Starts what `scripts/develop --empty` starts, in a browser without a window.
"""

from __future__ import annotations

from collections.abc import Iterator
import os
from pathlib import Path
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading

from playwright.sync_api import Page, expect, sync_playwright
import pytest

REPOSITORY = Path(__file__).parent.parent
IMAGES = os.environ.get("SCREENSHOTS")
START_SECONDS = 240

pytestmark = pytest.mark.browser


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Demo:
    """Home Assistant and the simulator, as `scripts/develop --empty` starts them."""

    def __init__(self, folder: Path) -> None:
        self.port, self.http_port, self.mqtt_port = _free_port(), _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.cloud_url = f"http://127.0.0.1:{self.http_port}"
        self.output: list[str] = []
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "develop", "--empty"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "DEVELOP_FOLDER": str(folder),
                "HOME_ASSISTANT_PORT": str(self.port),
                "SIMULATOR_HTTP_PORT": str(self.http_port),
                "SIMULATOR_MQTT_PORT": str(self.mqtt_port),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        if not self._ready.wait(START_SECONDS):
            self.stop()
            pytest.fail("Home Assistant did not start:\n" + "".join(self.output[-40:]))

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.output.append(line)
            if "Ctrl-C stops everything" in line:
                self._ready.set()
        self._ready.set()

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)
        self._reader.join(10)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """Home Assistant as it is before anything is set up."""
    demo = Demo(tmp_path / "develop")
    yield demo
    demo.stop()


@pytest.fixture
def page(demo: Demo) -> Iterator[Page]:
    """A browser, logged in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-sync",
            ],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        page.goto(demo.url)
        page.locator("input[name=username]").fill("demo")
        page.locator("input[name=password]").fill("demo")
        page.keyboard.press("Enter")
        expect(page.locator("home-assistant-main")).to_be_visible()
        yield page
        show(page, "last")
        browser.close()


def show(page: Page, name: str) -> None:
    """Keep a picture, where the environment names a folder for it."""
    if IMAGES:
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(IMAGES) / f"{name}.png")


def test_add_account_and_see_values(demo: Demo, page: Page) -> None:
    page.goto(f"{demo.url}/config/integrations/dashboard")
    page.get_by_role("button", name="Add integration").first.click()
    page.get_by_placeholder("Search for a brand name").fill("Energy Storage")
    page.get_by_text("Energy Storage Hub", exact=True).last.click()

    page.get_by_text("EcoFlow PowerOcean (app account)").click()
    page.locator("input[name=email], input[type=email]").fill("demo@example.com")
    page.locator("input[type=password]").fill("wrong")
    page.get_by_text("Advanced", exact=True).click()
    page.locator("input[type=url]").fill(demo.cloud_url)
    show(page, "add-account")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("The email address or the password was refused")).to_be_visible()

    page.locator("input[type=password]").fill("demo")
    page.get_by_role("button", name="Submit").click()
    finish = page.get_by_role("button", name="Skip and finish")
    expect(finish).to_be_visible()
    show(page, "added")
    finish.click()

    page.goto(f"{demo.url}/config/integrations/integration/energy_storage_hub")
    page.get_by_text("Simulated home").click()
    for name in ("Solar power", "Grid power", "Home consumption", "Battery power"):
        row = page.locator("hui-generic-entity-row", has=page.get_by_text(name, exact=True))
        expect(row).to_contain_text(re.compile(r"-?[\d.,]+\sW"))
    expect(page.get_by_text("State of charge").first).to_be_visible()
    show(page, "system")
