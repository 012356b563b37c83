"""A process that is forked, as gunicorn forks its workers, leaves its parent's connection alone."""

from __future__ import annotations

import os

from spms_cache_django import SidecarCache, SidecarUnavailable
from spms_cache_django.client import Call
from tests.support.hostile import HostileServer
from tests.test_connections import client_of, keeps


def test_a_child_makes_connections_of_its_own(cache: SidecarCache) -> None:
    cache.set("a", "parent")
    children = []
    for number in range(3):
        child = os.fork()
        if child == 0:
            try:
                for _ in range(200):
                    cache.set(f"child{number}", number)
                    assert cache.get(f"child{number}") == number
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    for _ in range(200):
        assert cache.get("a") == "parent"
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 3
    with HostileServer(keeps) as server:
        client = client_of(server)
        client.send(Call("GET", "/"))
        child = os.fork()
        if child == 0:
            client.send(Call("GET", "/"))
            os._exit(0)
        os.waitpid(child, 0)
        # The parent's connection has outlived the child.
        client.send(Call("GET", "/"))
        assert server.connections == 2


def test_a_fork_while_another_thread_holds_a_lock_does_not_hang(cache: SidecarCache) -> None:
    with cache.client.breaker._lock:
        child = os.fork()
        if child == 0:
            cache.client.breaker.failed(SidecarUnavailable("timeout", ""))
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
