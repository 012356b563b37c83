"""Answers that are well-formed HTTP, and are not what the control door says."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest

from tests.support.caches import make_cache
from tests.support.hostile import Behaviour, HostileServer, read_request, says


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
