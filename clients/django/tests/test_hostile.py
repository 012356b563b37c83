"""
A peer that lies, stalls or breaks off: each is SidecarUnavailable with a reason, within the budget.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from spms_cache_django.client import Answer, Call, ClientSettings, ControlClient, SidecarUnavailable
from tests.support.caches import make_cache
from tests.support.hostile import Behaviour, HostileServer, read_request, says

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Send = Callable[[ControlClient, Call], Answer]


def in_thread(client: ControlClient, call: Call) -> Answer:
    return client.send(call)


def in_loop(client: ControlClient, call: Call) -> Answer:
    return asyncio.run(client.asend(call))


@pytest.fixture(params=[in_thread, in_loop])
def send(request: pytest.FixtureRequest) -> Send:
    chosen: Send = request.param
    return chosen


def client_of(server: HostileServer, **options: object) -> ControlClient:
    return ControlClient(ClientSettings.from_django(server.location, {"BUDGET_MS": 400, **options}))


def stalls(connection: socket.socket, _number: int) -> None:
    """Takes the request, and answers after the budget is over."""
    read_request(connection)
    time.sleep(4)


def drips(connection: socket.socket, _number: int) -> None:
    """A byte at a time: no single wait is long."""
    read_request(connection)
    for byte in OK[:-1]:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def never_ends_its_head(connection: socket.socket, _number: int) -> None:
    read_request(connection)
    while True:
        connection.sendall(b"a: b\r\n" * 1000)


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (says(), "closed"),
        (says(OK[:10]), "closed"),
        (says(OK[:-1]), "closed"),
        (says(b"garbage\r\n\r\n"), "malformed"),
        (says(OK.replace(b": 2", b": 1")), "malformed"),
        (says(OK.replace(b": 2", b": -2")), "malformed"),
        (says(OK.replace(b": 2", b": 99999999999")), "too-large"),
        (
            says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
            "malformed",
        ),
        (says(b"HTTP/1.1 100 Continue\r\n\r\n", OK), "malformed"),
        (says(b"HTTP/1.1 204 No Content\r\n\r\nsmuggled"), "malformed"),
        (never_ends_its_head, "too-large"),
        (stalls, "timeout"),
        (drips, "timeout"),
    ],
)
def test_it_is_named(send: Send, behave: Behaviour, reason: str) -> None:
    with HostileServer(behave) as server:
        client = client_of(server)
        started = time.monotonic()
        with pytest.raises(SidecarUnavailable) as raised:
            send(client, Call("GET", "/x"))
        assert time.monotonic() - started < 2
        assert raised.value.reason == reason
        assert server.location in str(raised.value)


def test_nobody_there_is_refused_and_no_such_socket_too(send: Send) -> None:
    for location in ("http://127.0.0.1:1", "unix:/no/such/socket"):
        client = ControlClient(ClientSettings.from_django(location, {}))
        with pytest.raises(SidecarUnavailable) as raised:
            send(client, Call("GET", "/x"))
        assert raised.value.reason == "refused"


def test_an_address_that_takes_no_connection_is_given_up_in_time(send: Send) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        settings = ClientSettings.from_django(f"http://127.0.0.1:{address[1]}", {"BUDGET_MS": 200})
        started = time.monotonic()
        with pytest.raises(SidecarUnavailable) as raised:
            send(ControlClient(settings), Call("GET", "/x"))
        assert raised.value.reason == "timeout"
        assert time.monotonic() - started < 2
        for each in waiting:
            each.close()


def test_what_comes_after_an_answer_is_not_the_answer_to_the_next_call(send: Send) -> None:
    """The second half of the excess comes late, as if it were the next answer."""

    def behave(connection: socket.socket, number: int) -> None:
        while read_request(connection):
            connection.sendall(OK)
            if number == 1:
                time.sleep(0.1)
                connection.sendall(OK.replace(b"ok", b"no"))

    with HostileServer(behave) as server:
        client = client_of(server)

        async def twice() -> list[bytes]:
            first = await client.asend(Call("GET", "/1"))
            await asyncio.sleep(0.2)
            return [first.body, (await client.asend(Call("GET", "/2"))).body]

        if send is in_loop:
            assert asyncio.run(twice()) == [b"ok", b"ok"]
        else:
            bodies = [send(client, Call("GET", "/1")).body]
            time.sleep(0.2)
            assert [*bodies, send(client, Call("GET", "/2")).body] == [b"ok", b"ok"]


def test_a_field_cannot_be_smuggled_into_a_request(send: Send) -> None:
    with HostileServer(says(OK)) as server, pytest.raises(ValueError, match="line break"):
        send(client_of(server), Call("PUT", "/x", headers={"content-type": "a\r\nx: y"}))


def says_json(text: bytes, status: bytes = b"200 OK") -> Behaviour:
    head = b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(text))
    return says(head + text)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"[]", b"null", b"{}", b"[" * 100_000, b"\xff", b'{"entries": []}'),
        b'{"entries": {"k": 1}, "missing": [], "position": "p"}',
        b'{"entries": {"k": {}}, "missing": [], "position": "p"}',
        b'{"entries": {"k": {"contentType": 1}}, "missing": [], "position": "p"}',
        b'{"entries": {"k": {"contentType": "a", "base64": "="}}, "missing": [], "position": "p"}',
        b'{"entries": {"k": {"contentType": "a", "base64": 7}}, "missing": [], "position": "p"}',
        b'{"entries": {}, "missing": [{}, 7], "position": "a b\\r\\nx: y"}',
        b'{"refused": [{}, "x", 7]}',
        *(b'{"value": "x"}', b'{"removed": "x"}', b'{"keys": {}}', b'{"keys": [{}], "cursor": 7}'),
    ],
)
def test_json_of_any_kind_makes_no_page_fail(text: bytes) -> None:
    for make in (says_json(text), says_json(text, b"503 Down"), says_json(text, b"400 Bad")):
        with HostileServer(make) as server:
            cache = make_cache(server.location, BREAKER_FAILURES=1000)
            # Without a type nothing is a value.
            assert cache.get("k") is None
            assert cache.get_many(["k"]) == {}
            cache.set("k", 1)
            assert cache.set_many({"k": 1}) in ([], ["k"])
            assert not cache.delete("k")
            cache.invalidate(keys=["k"])
            next(cache.iter_keys("*"), None)
            assert isinstance(cache.stats(), dict)
            with suppress(ValueError):
                cache.incr("k")


def test_a_position_of_any_kind_is_no_part_of_a_request() -> None:
    seen: list[bytes] = []

    def behave(connection: socket.socket, _number: int) -> None:
        seen.append(read_request(connection))
        text = b'{"entries": {}, "missing": ["k"], "position": "a b\\r\\nx: y"}'
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)

    with HostileServer(behave) as server:
        cache = make_cache(server.location)
        cache.get_many(["k"])
        cache.set("k", 1)
    assert b"position=a%20b%0D%0Ax:%20y HTTP/1.1\r\n" in seen[1]


def test_a_list_of_keys_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def behave(connection: socket.socket, _number: int) -> None:
        while read_request(connection):
            text = b'{"keys": [], "cursor": "1"}'
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text)
            connection.sendall(head + text)

    monkeypatch.setattr("spms_cache_django.extras.MOST_PAGES", 50)
    with HostileServer(behave) as server:
        cache = make_cache(server.location)
        assert cache.keys("*") == []
        assert asyncio.run(cache.akeys("*")) == []
