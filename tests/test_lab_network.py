"""Namespaces for the servers of a play: who reaches whom, and that nothing of them is left."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from authcompare.lab import network
from authcompare.lab.network import HERE, NAMED, NAMESPACES, PORTS, Place

FILE, MEMORY = "sqlite:////folder/file.sqlite3", "locmem://"


def why_not() -> str:
    """Return why there can be no namespaces here; nothing where they can be made."""
    if os.geteuid() or not shutil.which("ip"):
        return "Only root makes network namespaces, and with iproute2."
    name = f"test{secrets.token_hex(4)}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
    return made.stderr


NOT_HERE = why_not()
in_namespaces = pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)


def left_by(process: int) -> list[str]:
    """Return the namespaces and the interfaces that there are of a process."""
    places = (NAMED, Path("/sys/class/net"))
    return [file.name for place in places for file in place.glob(f"lab{process:06x}*")]


@pytest.fixture
def echo() -> Iterator[int]:
    """Answer, at a port of this machine's loopback address, with what was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:  # Nobody came before the end.
                return
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

        thread = Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def said_back(address: tuple[str, int]) -> bytes:
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(b"hello")
        return connection.recv(100)


def address_in(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 0


# --- In namespaces


@in_namespaces
def test_each_place_is_a_namespace_with_an_address_of_its_own() -> None:
    with network.network(3) as net:
        assert net.kind == NAMESPACES
        assert len({place.address for place in net.places}) == 3
        assert len({inside(place) for place in net.places} | {inside(HERE)}) == 4


def inside(place: Place) -> str:
    """Return which namespace a program is in that was started there."""
    command = [*place.command, "readlink", "/proc/self/ns/net"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@in_namespaces
def test_two_runs_side_by_side_share_no_address_and_each_ends_by_itself() -> None:
    with network.network(2) as one:
        with network.network(2) as other:
            subnets = [IPv4Network(net.places[0].neighbours) for net in (one, other)]
            assert not subnets[0].overlaps(subnets[1])
        network.meet(*one.places)


@in_namespaces
def test_a_server_of_this_machine_is_reached_by_a_relay_and_by_nothing_else(echo: int) -> None:
    with network.network(1) as net:
        [place] = net.places
        url = place.reach(f"postgres://me:secret@127.0.0.1:{echo}/site")
        assert url.startswith("postgres://me:secret@")
        assert url.endswith("/site")
        assert place.within(lambda: said_back(address_in(url))) == b"hello"
        with pytest.raises(ConnectionRefusedError):
            place.within(lambda: said_back(("127.0.0.1", echo)))


@in_namespaces
def test_whoever_comes_from_another_network_finds_no_relay(echo: int) -> None:
    with network.network(1) as one, network.network(1) as other:
        relay = address_in(one.places[0].reach(f"redis://127.0.0.1:{echo}/6"))
        [stranger] = other.places
        subnet = IPv4Network(stranger.neighbours)
        way = ["route", "add", "default", "via", str(next(subnet.hosts()))]
        network.ip("-n", stranger.namespace, *way)
        with pytest.raises(ConnectionRefusedError):
            stranger.within(lambda: said_back(relay))


@in_namespaces
def test_one_relay_serves_all_places(echo: int) -> None:
    with network.network(2) as net:
        assert len({place.reach(f"redis://127.0.0.1:{echo}/6") for place in net.places}) == 1
        url = net.places[0].reach(f"redis://127.0.0.1:{echo}/6")
        assert net.places[1].within(lambda: said_back(address_in(url))) == b"hello"


@in_namespaces
def test_a_connection_that_nobody_ended_ends_with_the_network(echo: int) -> None:
    with network.network(1) as net:
        [place] = net.places
        address = address_in(place.reach(f"redis://127.0.0.1:{echo}/6"))
        connection = place.within(lambda: socket.create_connection(address, timeout=5))
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
    connection.close()
    assert left_by(os.getpid()) == []


@in_namespaces
def test_a_file_and_a_process_s_memory_are_reached_as_they_are() -> None:
    with network.network(1) as net:
        assert [net.places[0].reach(url) for url in (FILE, MEMORY)] == [FILE, MEMORY]


# --- Nothing is left


@in_namespaces
def test_nothing_is_left_of_a_network() -> None:
    with network.network(2):
        assert len(left_by(os.getpid())) == 5  # Two namespaces, their cables and the bridge.
    assert left_by(os.getpid()) == []


@in_namespaces
def test_nothing_is_left_of_a_network_whose_user_fails() -> None:
    with pytest.raises(ZeroDivisionError), network.network(2):
        _ = 1 / 0
    assert left_by(os.getpid()) == []


@in_namespaces
def test_nothing_is_left_where_the_taking_down_is_broken_off_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    remove, calls = network.remove, []

    def broken_off(*names: Any) -> None:
        calls.append(names)
        if len(calls) == 1:
            raise KeyboardInterrupt
        remove(*names)

    monkeypatch.setattr(network, "remove", broken_off)
    with pytest.raises(KeyboardInterrupt), network.network(1):
        pass
    assert left_by(os.getpid()) == []


# --- Where there can be none


def not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def without_ip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)


def not_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    def ip(*arguments: str) -> str:
        raise subprocess.CalledProcessError(1, "ip", stderr="Operation not permitted")

    monkeypatch.setattr(network, "ip", ip)


def no_subnet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "ip", lambda *_: '[{"dst": "default"}, {"dst": "10.0.0.0/8"}]')


def behind_a_firewall(monkeypatch: pytest.MonkeyPatch) -> None:
    def meet(one: Place, other: Place) -> None:
        raise TimeoutError

    monkeypatch.setattr(network, "meet", meet)


@pytest.mark.parametrize(
    "lack", [not_root, without_ip, not_permitted, no_subnet, behind_a_firewall]
)
def test_without_namespaces_there_are_ports_of_this_machine(
    lack: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack(monkeypatch)
    with network.network(4) as net:
        assert net.kind == PORTS
        assert net.places == [HERE] * 4
    assert left_by(os.getpid()) == []


def test_at_a_port_all_is_reached_as_it_is() -> None:
    urls = [FILE, MEMORY, "redis://127.0.0.1:6379/6"]
    assert [HERE.reach(url) for url in urls] == urls
    assert HERE.command == []


def test_an_error_of_the_user_is_no_reason_for_ports() -> None:
    with pytest.raises(OSError, match="the user's"), network.network(1):
        raise OSError("the user's")
