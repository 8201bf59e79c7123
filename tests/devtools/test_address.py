"""Where the program is reached, and one sentence when it cannot be there."""

import os
import socket
import subprocess
import sys
import time

import pytest

from devtools.address import Address
from devtools.layout import ROOT
from devtools.problem import Problem


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_one_sentence_with_a_way_out(taken):
    with pytest.raises(Problem, match=rf"port {taken} is in use by another program; choose another one: PORT=8123 make run"):
        Address("127.0.0.1", taken).must_be_free()


def test_a_taken_port_is_told_before_anything_slow(taken, tmp_path):
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "devtools", "run"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(taken), "CASEMGR_STATE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"casemgr: port {taken} is in use by another program; choose another one: PORT=8123 make run\n"
    assert done.stdout == ""
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80 80"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(Problem, match="must be a number from 1 to 65535"):
        Address.from_environ({"PORT": text})


@pytest.mark.parametrize(
    ("environ", "bind", "url"),
    [
        ({}, "127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ({"PORT": "", "HOST": ""}, "127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ({"HOST": "::1", "PORT": "81"}, "[::1]:81", "http://[::1]:81/"),
        ({"HOST": "0.0.0.0"}, "0.0.0.0:8000", "http://localhost:8000/"),
    ],
)
def test_it_is_written_for_the_server_and_for_the_person(environ, bind, url):
    address = Address.from_environ(environ)
    assert (address.bind, address.url) == (bind, url)


def test_open_to_everybody_means_any_host_name_is_right():
    assert Address("0.0.0.0", 8000).allowed == "*"
    assert Address("192.0.2.7", 8000).allowed.endswith(",192.0.2.7")


def test_an_address_of_another_machine_is_one_sentence():
    with pytest.raises(Problem, match="set HOST to an address of this machine"):
        Address("192.0.2.7", 8000).must_be_free()


def test_nobody_answers_where_nothing_runs(taken):
    assert not Address("127.0.0.1", 1).answers()
