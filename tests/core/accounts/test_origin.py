import pytest
from django.core.exceptions import ImproperlyConfigured

from casemgr.core.administration.origin import client_address
from casemgr.proxies import read_proxies

STRANGER, CLIENT, PROXY = "198.51.100.1", "203.0.113.9", "10.0.3.2"


@pytest.mark.parametrize(
    ("peer", "header", "trusted", "address"),
    [
        (STRANGER, CLIENT, "", STRANGER),
        (STRANGER, CLIENT, "10.0.0.0/8", STRANGER),
        (PROXY, CLIENT, "", PROXY),
        (PROXY, CLIENT, "10.0.0.0/8", CLIENT),
        (PROXY, f"{STRANGER}, {CLIENT}", "10.0.0.0/8", CLIENT),
        (PROXY, f"{CLIENT}, 10.0.3.1", PROXY, "10.0.3.1"),
        (PROXY, f"{STRANGER},{CLIENT} ,10.0.3.1", "10.0.3.1, 10.0.3.2", CLIENT),
        (PROXY, "10.0.3.7, 10.0.3.1", "10.0.0.0/8", "10.0.3.7"),
        (PROXY, "", "10.0.0.0/8", PROXY),
        (PROXY, f"{CLIENT}, unknown", "10.0.0.0/8", PROXY),
        (PROXY, f"{CLIENT}:51234", "10.0.0.0/8", CLIENT),
        ("::1", "[2001:db8::7]:443", "::1", "2001:db8::7"),
        (f"::ffff:{PROXY}", "2001:DB8:0::7", "10.0.0.0/8", "2001:db8::7"),
        ("", CLIENT, "10.0.0.0/8", ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_is_the_client(peer, header, trusted, address):
    assert client_address(peer, header, read_proxies(trusted)) == address


def test_a_proxy_is_named_by_address_or_network():
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES is written as addresses or networks"):
        read_proxies("127.0.0.1, proxy.example.org")
