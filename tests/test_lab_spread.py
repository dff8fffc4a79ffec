"""Three real servers of one site: what one remembers by itself the others do not know."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from rich.console import Console

from authcompare.lab import results, spread
from authcompare.lab.commands import spread as command
from authcompare.lab.network import HERE, NAMESPACES, PORTS, Place, network
from authcompare.lab.relay import Address
from authcompare.lab.remote import Road
from authcompare.lab.strategies import STRATEGIES

from .lab_pages import page
from .test_lab_arena import running_with
from .test_lab_network import in_namespaces, left_by
from .test_layout import ROOT

OWN = "locmem://"
AT_PORTS = [HERE] * spread.PLACES


@pytest.fixture(scope="module", params=[PORTS, pytest.param(NAMESPACES, marks=in_namespaces)])
def places(request: pytest.FixtureRequest) -> Iterator[Sequence[Place]]:
    """Where the servers are."""
    if request.param == PORTS:
        yield AT_PORTS
        return
    with network(spread.PLACES) as net:
        assert net.kind == NAMESPACES
        yield net.places


@pytest.fixture(scope="module")
def by_list(places: Sequence[Place]) -> dict[str, Any]:
    return spread.played(STRATEGIES["jwt-denylist"], OWN, places)


def test_a_token_is_read_at_a_server_that_did_not_issue_it(by_list: Any) -> None:
    assert by_list["read_elsewhere"]


def test_a_deny_list_in_one_server_s_memory_is_not_seen_by_the_others(by_list: Any) -> None:
    assert not by_list["ended_everywhere"]


def test_a_service_that_knows_the_keys_only_believes_the_token_after_its_log_out_too(
    by_list: Any,
) -> None:
    assert by_list["service_believes"]
    assert by_list["after_log_out"]


@pytest.mark.skipif(not settings.SHARED_CACHE, reason="CACHE_URL names no cache that is shared.")
def test_a_deny_list_in_a_shared_cache_is_seen_by_all(places: Sequence[Place]) -> None:
    found = spread.played(STRATEGIES["jwt-denylist"], command.site_cache_url(), places)
    assert found["ended_everywhere"]


def test_a_session_ends_at_every_server_and_means_nothing_to_such_a_service() -> None:
    found = spread.played(STRATEGIES["session"], OWN, AT_PORTS)

    assert found == {
        "read_elsewhere": True,
        "ended_everywhere": True,
        "service_believes": False,
    }


def test_a_session_in_one_server_s_memory_is_none_at_the_others() -> None:
    assert not spread.played(STRATEGIES["django-cache"], OWN, AT_PORTS)["read_elsewhere"]


# --- Where they are


def hosts(monkeypatch: pytest.MonkeyPatch, places: Sequence[Place]) -> list[str]:
    """Play, and return the address of each server that was met."""
    met: list[Address] = []

    def road(addresses: Sequence[Address]) -> Road:
        met.extend(addresses)
        return Road(addresses)

    monkeypatch.setattr(spread, "Road", road)
    spread.played(STRATEGIES["jwt-none"], OWN, places)
    return [host for host, _ in met]


@in_namespaces
def test_in_namespaces_no_two_servers_have_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with network(spread.PLACES) as net:
        met = hosts(monkeypatch, net.places)

    assert len(met) == len(set(met)) == spread.PLACES
    assert HERE.address not in met


def test_at_ports_all_servers_have_this_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hosts(monkeypatch, AT_PORTS) == [HERE.address] * spread.PLACES


@pytest.mark.parametrize("kind", [NAMESPACES, PORTS])
def test_the_table_and_the_page_say_where_the_servers_were(
    kind: str, no_run: Path, db: None
) -> None:
    row = {"read_elsewhere": True, "ended_everywhere": True}
    found = {"machine": {}, "network": kind, "strategies": {"session": {"own": row}}}
    results.write("spread", found)
    console = Console(width=300)
    with console.capture() as printed:
        console.print(command.table(found))

    assert words(kind) in printed.get().replace("\n", " ")
    assert words(kind) in page("/lab/spread/")


def test_a_result_that_does_not_say_it_was_made_at_ports(no_run: Path, db: None) -> None:
    row = {"read_elsewhere": True, "ended_everywhere": True}
    results.write("spread", {"machine": {}, "strategies": {"session": {"own": row}}})
    assert words(PORTS) in page("/lab/spread/")


def words(kind: str) -> str:
    return {NAMESPACES: "in a network namespace of its own", PORTS: "at a port of its own"}[kind]


# --- Nothing is left


@in_namespaces
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("processes", [1, 3], ids=["at once", "later"])
def test_a_command_that_is_ended_leaves_no_network_and_no_process(
    number: signal.Signals, status: int, processes: int, tmp_path: Path
) -> None:
    command = [sys.executable, "manage.py", "lab", "spread", "--strategy", "session"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        while not left_by(process.pid) or running_with(tmp_path) < processes:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)

    assert process.returncode == status, errors
    assert "nothing was left behind" in errors
    assert left_by(process.pid) == []
    assert list(tmp_path.iterdir()) == []
    assert running_with(tmp_path) == 0
