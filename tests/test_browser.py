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
import subprocess
import sys
import threading

import httpx
from playwright.sync_api import Locator, Page, expect, sync_playwright
import pytest

from develop.settings import PORTS

REPOSITORY = Path(__file__).parent.parent
IMAGES = os.environ.get("SCREENSHOTS")
START_SECONDS = 240

pytestmark = pytest.mark.browser


_FREE_PORTS = """
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(sock.getsockname()[1] for sock in sockets))
"""


def _free_ports(count: int) -> list[int]:
    """Return free ports, found by a process of its own: sockets are closed to the tests' one."""
    found = subprocess.check_output([sys.executable, "-c", _FREE_PORTS, str(count)], text=True)
    return [int(port) for port in found.split()]


class Demo:
    """Home Assistant and the simulator, as `scripts/develop --empty` starts them."""

    def __init__(self, folder: Path) -> None:
        ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
        self.url = f"http://127.0.0.1:{ports['HOME_ASSISTANT_PORT']}"
        self.cloud_url = f"http://127.0.0.1:{ports['SIMULATOR_HTTP_PORT']}"
        self.solinteg_url = f"http://127.0.0.1:{ports['SIMULATOR_SOLINTEG_PORT']}"
        self.pile_port = ports["PILE_PORT"]
        self.output: list[str] = []
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "develop", "--empty"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "DEVELOP_FOLDER": str(folder),
                **{name: str(port) for name, port in ports.items()},
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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Home Assistant as it is before anything is set up."""
    demo = Demo(tmp_path_factory.mktemp("develop"))
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


def choose_source(demo: Demo, page: Page, source: str) -> None:
    """Go to the integrations, add one, and choose the source in the menu."""
    page.goto(f"{demo.url}/config/integrations/dashboard")
    page.get_by_role("button", name="Add integration").first.click()
    page.get_by_placeholder("Search for a brand name").fill("Energy Storage")
    dialog = page.locator("dialog-add-integration")
    dialog.get_by_text("Energy Storage Hub", exact=True).first.click()
    another = page.get_by_text("Set up another instance")
    menu = page.get_by_text(source)
    expect(another.or_(menu)).to_be_visible()
    if another.is_visible():
        another.click()
    menu.click()


def finish(page: Page) -> None:
    """Leave the dialog that offers to name the new devices."""
    page.get_by_role("button", name=re.compile("Skip and finish|Finish")).click()


def open_device(demo: Demo, page: Page, name: str) -> None:
    """Open the page of a device."""
    page.goto(f"{demo.url}/config/integrations/integration/energy_storage_hub")
    page.get_by_text(name, exact=True).first.click()


def row(page: Page, name: str) -> Locator:
    """Return the line of an entity on a device's page."""
    return page.locator("hui-generic-entity-row", has=page.get_by_text(name, exact=True)).first


def test_add_account_and_see_values(demo: Demo, page: Page) -> None:
    choose_source(demo, page, "EcoFlow PowerOcean (app account)")
    page.locator("input[name=email], input[type=email]").fill("demo@example.com")
    page.locator("input[type=password]").fill("wrong")
    page.get_by_text("Advanced", exact=True).click()
    page.locator("input[type=url]").fill(demo.cloud_url)
    show(page, "add-account")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("The email address or the password was refused")).to_be_visible()

    page.locator("input[type=password]").fill("demo")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("button", name="Skip and finish")).to_be_visible()
    show(page, "added")
    finish(page)

    open_device(demo, page, "Simulated home")
    for name in ("Solar power", "Grid power", "Home consumption", "Battery power"):
        expect(row(page, name)).to_contain_text(re.compile(r"-?[\d.,]+\sW"))
    expect(row(page, "Work mode")).to_contain_text("Self use")
    show(page, "system")


def test_ct_check_finds_a_wiring_fault_then_passes(demo: Demo, page: Page) -> None:
    choose_source(demo, page, "Inverter CT check")
    page.locator("input[name=account]").fill("demo@example.com")
    page.locator("input[type=password]").fill("demo")
    page.get_by_text("Advanced", exact=True).click()
    page.locator("input[type=url]").fill(f"{demo.solinteg_url}/openapi/v2")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Choose the inverters")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    finish(page)

    for scenario, result in (("wiring_fault", "Wiring fault"), ("pass", "Passed")):
        httpx.post(f"{demo.solinteg_url}/simulator/next/{scenario}").raise_for_status()
        open_device(demo, page, "Solinteg M04A")
        page.get_by_role("button", name="Press", exact=True).click()
        expect(row(page, "CT check")).to_contain_text("Running")
        expect(row(page, "CT check")).to_contain_text(result, timeout=90_000)
        show(page, f"ct-{scenario}")


def test_pile_dials_in_is_added_stopped_and_started(demo: Demo, page: Page) -> None:
    choose_source(demo, page, "Charging piles (AA F5)")
    page.locator("input[name=host]").fill("127.0.0.1")
    page.locator("input[type=number]").fill(str(demo.pile_port))
    page.get_by_role("button", name="Submit").click()
    finish(page)

    page.goto(f"{demo.url}/config/integrations/dashboard")
    page.get_by_role("button", name="Add", exact=True).first.click()
    show(page, "pile-discovered")
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="Close").last.click()

    open_device(demo, page, "Connector 1")
    state = row(page, "Charging state")
    charging = re.compile(r"^\s*Charging\s+Charging state")
    expect(state).to_contain_text(charging)
    press = page.get_by_role("button", name="Press", exact=True)
    show(page, "pile-charging")
    row(page, "Stop charging").locator(press).click()
    expect(state).to_contain_text("Finished")
    row(page, "Start charging").locator(press).click()
    expect(state).to_contain_text(charging)
