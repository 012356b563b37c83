"""Connections are kept, for each thread and each loop, and are safe after a fork."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spms_cache_django import SidecarCache, SidecarUnavailable
from spms_cache_django.client import Call, ClientSettings, ControlClient
from tests.support.caches import make_cache
from tests.support.hostile import HostileServer, read_request
from tests.support.sidecar import Sidecar

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def keeps(connection: socket.socket, _number: int) -> None:
    while read_request(connection):
        connection.sendall(OK)


def closes_after_each(connection: socket.socket, _number: int) -> None:
    """Without saying so, as a server that is restarted."""
    read_request(connection)
    connection.sendall(OK)


def says_that_it_closes(connection: socket.socket, _number: int) -> None:
    read_request(connection)
    connection.sendall(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))


def client_of(server: HostileServer) -> ControlClient:
    return ControlClient(ClientSettings.from_django(server.location, {"BUDGET_MS": 2000}))


def test_a_thread_keeps_one_connection() -> None:
    with HostileServer(keeps) as server:
        client = client_of(server)

        def ask() -> None:
            for _ in range(20):
                assert client.send(Call("GET", "/")).body == b"ok"

        ask()
        assert server.connections == 1
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.connections == 4


async def test_a_loop_keeps_as_many_as_it_has_calls_at_once_and_no_more_than_it_may() -> None:
    with HostileServer(keeps) as server:
        settings = ClientSettings.from_django(server.location, {"MAX_CONNECTIONS": 5})
        client = ControlClient(settings)
        for _ in range(5):
            await client.asend(Call("GET", "/"))
        assert server.connections == 1
        answers = await asyncio.gather(*(client.asend(Call("GET", "/")) for _ in range(50)))
        assert {answer.body for answer in answers} == {b"ok"}
        assert server.connections <= 5


async def test_a_call_that_is_cancelled_leaves_no_answer_for_the_next() -> None:
    def behave(connection: socket.socket, number: int) -> None:
        while read_request(connection):
            threading.Event().wait(0.2 if number == 1 else 0)
            connection.sendall(OK.replace(b"ok", b"%02d" % number))

    with HostileServer(behave) as server:
        client = client_of(server)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.asend(Call("GET", "/"))
        await asyncio.sleep(0.3)
        assert (await client.asend(Call("GET", "/"))).body == b"02"


@pytest.mark.parametrize("behave", [closes_after_each, says_that_it_closes])
def test_a_connection_that_was_closed_is_replaced(behave: object) -> None:
    with HostileServer(behave) as server:  # type: ignore[arg-type]
        client = client_of(server)
        for _ in range(10):
            assert client.send(Call("GET", "/")).body == b"ok"
            # Its end has arrived by now, and is seen before anything is sent.
            time.sleep(0.02)
            call = Call("POST", "/", b"{}", is_repeatable=False)
            assert client.send(call).body == b"ok"

        async def ask() -> None:
            for _ in range(10):
                assert (await client.asend(Call("GET", "/"))).body == b"ok"

        asyncio.run(ask())


def resets_the_second(connection: socket.socket, number: int) -> None:
    """The first connection ends in the middle of its second request: it was kept, and is stale."""
    if number > 1:
        keeps(connection, number)
        return
    read_request(connection)
    connection.sendall(OK)
    read_request(connection)


@pytest.mark.parametrize("in_loop", [False, True])
def test_only_what_may_be_repeated_is_sent_again(in_loop: bool) -> None:
    async def both(client: ControlClient, second: Call) -> bytes:
        await client.asend(Call("GET", "/"))
        return (await client.asend(second)).body

    def ask(second: Call) -> bytes:
        with HostileServer(resets_the_second) as server:
            client = client_of(server)
            if in_loop:
                return asyncio.run(both(client, second))
            client.send(Call("GET", "/"))
            return client.send(second).body

    assert ask(Call("PUT", "/", b"x")) == b"ok"
    assert ask(Call("POST", "/", b"{}", is_repeatable=True)) == b"ok"
    for once in (Call("POST", "/", b"{}"), Call("PUT", "/", headers={"if-none-match": "*"})):
        with pytest.raises(SidecarUnavailable) as raised:
            ask(once)
        assert raised.value.reason == "closed"


def test_loops_that_have_ended_leave_nothing_open(cache: SidecarCache) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    asyncio.run(cache.aset("a", 1))
    gc.collect()
    before = open_files()
    for _ in range(20):
        assert asyncio.run(cache.aget("a")) == 1
    gc.collect()
    assert open_files() <= before + 1


def test_many_threads_share_a_cache(cache: SidecarCache) -> None:
    def work(number: int) -> None:
        for index in range(50):
            cache.set(f"{number}:{index}", [number, index])
            assert cache.get(f"{number}:{index}") == [number, index]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    cache.set("n", 0)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [cache.incr("n") for _ in range(25)], range(8)))
    assert cache.get("n") == 200


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sidecar, Path]]:
    path = tmp_path_factory.mktemp("s") / "c.sock"
    started = Sidecar(CONTROL_SOCKET=str(path), CONTROL_TOKEN="t" * 20).start()
    yield started, path
    started.stop()


async def test_a_unix_socket_and_a_token(guarded: tuple[Sidecar, Path]) -> None:
    sidecar, path = guarded
    for location in (sidecar.location, f"unix:{path}", f"unix://{path}"):
        cache = make_cache(location, TOKEN="t" * 20, RAISE_ERRORS=True, BUDGET_MS=5000)
        cache.set("a", location)
        assert cache.get("a") == location
        assert await cache.aget("a") == location
        assert cache.ping()


def test_without_the_token_it_is_unauthorized(
    guarded: tuple[Sidecar, Path], caplog: pytest.LogCaptureFixture
) -> None:
    cache = make_cache(guarded[0].location, TOKEN="wrong", BUDGET_MS=5000)
    assert cache.get("a") is None
    assert cache.get("a") is None
    assert not cache.ping()
    assert len(caplog.records) == 1
    assert "unauthorized: 401" in caplog.text
