"""Addresses that a person types: what no source takes, and what each of them takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from custom_components.energy_storage_hub.battery_cloud.api import check_url
from custom_components.energy_storage_hub.powerocean.api import check_server
from custom_components.energy_storage_hub.solinteg.api import check_base_url


@pytest.fixture(autouse=True)
def _integration() -> None:
    """Home Assistant is not needed here."""


def check_endpoint(address: str) -> str:
    """Check the address of an endpoint that takes the serial number at its end."""
    return check_url(f"{address}/{{sn}}").removesuffix("/{sn}")


every_check = pytest.mark.parametrize("check", [check_server, check_base_url, check_endpoint])


@every_check
@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.com",
        "ftp://127.0.0.1",
        "https://",
        "https://:8443",
        "http://example.com",
        "http://192.168.1.20:8124",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "https://user@example.com",
        "https://user:secret@example.com",
        "https://@example.com",
        "https://example.com/#a",
        "https://example.com:99999",
        "https://example.com:x",
        "https://exa mple.com",
        "https://exa\tmple.com",
        "https://example.com\n.example.org",
        "https://example.com\\@example.org",
        "https://[::1",
    ],
)
def test_refused_by_all(check: Callable[[str], str], address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        check(address)


@every_check
@pytest.mark.parametrize(
    "address",
    ["https://example.com", "https://example.com:8443", "http://localhost:1", "http://[::1]:8124"],
)
def test_taken_by_all(check: Callable[[str], str], address: str) -> None:
    assert check(address) == address


def test_a_path_is_for_those_who_have_one() -> None:
    address = "https://example.com/openapi/v2"
    assert check_base_url(address) == address
    assert check_endpoint(address) == address
    with pytest.raises(ValueError, match="more than a host"):
        check_server(address)


def test_a_query_is_for_the_endpoint_only() -> None:
    assert check_url("https://example.com/info?sn={sn}") == "https://example.com/info?sn={sn}"
    for check in (check_server, check_base_url):
        with pytest.raises(ValueError, match="more than"):
            check("https://example.com/?a=b")
