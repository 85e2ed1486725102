"""The page on which a person chooses how the next check goes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from .inverter import STATUS
from .scenarios import SCENARIOS

if TYPE_CHECKING:
    from .cloud import SimulatedSolinteg

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
form { display: inline } h2 { margin-top: 1.5rem; font-size: 1.1rem }
button { font: inherit; margin: .15rem 0; padding: .3rem .7rem; cursor: pointer }
button.chosen { background: #1565c0; color: white; border-color: #1565c0 }
"""


def add(app: web.Application, cloud: SimulatedSolinteg) -> None:
    """Put the page, and the addresses behind its buttons, into the server."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=_page(cloud), content_type="text/html")

    async def choose(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in SCENARIOS:
            raise web.HTTPNotFound(text=f"One of: {', '.join(SCENARIOS)}")
        cloud.choose(name)
        return _back(request, f"The next check {SCENARIOS[name].title}.")

    async def become(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STATUS:
            raise web.HTTPNotFound(text=f"One of: {', '.join(STATUS)}")
        cloud.inverter.device_status = STATUS[name]
        return _back(request, f"The inverter is in the state {name}.")

    async def switch(request: web.Request) -> web.Response:
        inverter = cloud.inverter
        match request.match_info["name"]:
            case "meter":
                inverter.meter_status = 0 if inverter.meter_status else 1
            case "bms":
                inverter.fault_flags = 0 if inverter.fault_flags else 1
            case "check":
                inverter.start()
            case _:
                raise web.HTTPNotFound
        return _back(request, "Done.")

    app.router.add_get("/", show)
    app.router.add_post("/simulator/next/{name}", choose)
    app.router.add_post("/simulator/status/{name}", become)
    app.router.add_post("/simulator/switch/{name}", switch)


def _back(request: web.Request, text: str) -> web.Response:
    """Return a browser to the page, and tell a command what happened."""
    if "text/html" in request.headers.get("Accept", ""):
        raise web.HTTPSeeOther("/")
    return web.Response(text=text + "\n")


def _page(cloud: SimulatedSolinteg) -> str:
    return "\n".join(_lines(cloud))


def _lines(cloud: SimulatedSolinteg) -> Iterator[str]:
    inverter = cloud.inverter
    yield "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
    yield "<meta name='viewport' content='width=device-width'><meta http-equiv='refresh'"
    yield f" content='5'><title>Simulated inverter</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>Simulated inverter {escape(inverter.serial)}</h1>"
    yield f"<p>A check is {'' if inverter.running else 'not '}running; {inverter.starts} started."
    yield f" API: <code>{escape(cloud.base_url)}</code></p><h2>The next check &hellip;</h2>"
    for name, scenario in SCENARIOS.items():
        yield _button(f"next/{name}", scenario.title, chosen=name == cloud.scenario) + "<br>"
    yield "<h2>The inverter is &hellip;</h2>"
    for name, code in STATUS.items():
        yield _button(f"status/{name}", name, chosen=code == inverter.device_status)
    yield "<h2>Switch</h2>"
    yield _button("switch/meter", "meter lost", chosen=not inverter.meter_status)
    yield _button("switch/bms", "BMS lost", chosen=bool(inverter.fault_flags))
    yield _button("switch/check", "somebody else starts a check", chosen=False)
    yield "</body></html>"


def _button(path: str, text: str, *, chosen: bool) -> str:
    mark = " class='chosen'" if chosen else ""
    return (
        f"<form method='post' action='/simulator/{escape(path)}'>"
        f"<button{mark}>{escape(text.replace('_', ' '))}</button></form>"
    )
