"""`get_or_set` and `@cached`: one caller computes, over threads, tasks and processes."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from asgiref.sync import iscoroutinefunction
from django.core.cache import caches
from django.test import override_settings

from spms_cache_django import SidecarCache, cached
from spms_cache_django.operations.context import entry_path
from spms_cache_django.single_computation import lease_name
from tests.support.caches import make_cache
from tests.support.sidecar import Sidecar


def test_what_is_there_is_not_computed(cache: SidecarCache) -> None:
    cache.set("k", None)
    assert cache.get_or_set("k", lambda: pytest.fail("computed")) is None
    assert cache.get_or_set("new", 5, 30, tags=["t"]) == 5
    assert cache.get("new") == 5
    assert cache.ttl("new") <= 30
    cache.invalidate(tags=["t"])
    assert cache.get("new") is None


def test_of_many_threads_one_computes(cache: SidecarCache) -> None:
    computed: list[int] = []

    def compute() -> str:
        computed.append(threading.get_ident())
        time.sleep(0.3)
        return "value"

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: cache.get_or_set("k", compute), range(10)))
    assert found == ["value"] * 10
    assert len(computed) == 1


async def test_of_many_tasks_one_computes(cache: SidecarCache) -> None:
    computed: list[int] = []

    async def compute() -> str:
        computed.append(1)
        await asyncio.sleep(0.3)
        return "value"

    found = await asyncio.gather(*(cache.aget_or_set("k", compute) for _ in range(10)))
    assert found == ["value"] * 10
    assert len(computed) == 1


def _in_process(location: str, folder: str) -> None:
    """Leaves a file for each computation."""
    cache = make_cache(location, BUDGET_MS=5000)

    def compute() -> str:
        (Path(folder) / str(os.getpid())).touch()
        time.sleep(0.5)
        return "value"

    assert cache.get_or_set("k", compute) == "value"


def test_of_many_processes_one_computes(
    cache: SidecarCache, sidecar: Sidecar, tmp_path: Path
) -> None:
    fresh = multiprocessing.get_context("spawn")
    arguments = (sidecar.location, str(tmp_path))
    processes = [fresh.Process(target=_in_process, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(list(tmp_path.iterdir())) == 1


def test_who_waits_for_too_long_computes(sidecar: Sidecar, cache: SidecarCache) -> None:
    """The holder of the lease has died."""
    hasty = make_cache(sidecar.location, BUDGET_MS=5000, COMPUTE_WAIT=0.3)
    cache.client.request("PUT", entry_path(lease_name("k"), "?ttl=60"), b"1")
    started = time.monotonic()
    assert hasty.get_or_set("k", lambda: 7) == 7
    assert 0.25 < time.monotonic() - started < 2
    assert hasty.get("k") == 7


def test_a_failed_computation_holds_up_nobody(cache: SidecarCache) -> None:
    with pytest.raises(ZeroDivisionError):
        cache.get_or_set("k", lambda: 1 // 0)
    started = time.monotonic()
    assert cache.get_or_set("k", lambda: 1) == 1
    assert time.monotonic() - started < 2
    assert cache.get("k") == 1


def test_a_value_that_was_outdated_meanwhile_is_given_and_not_stored(
    cache: SidecarCache, sidecar: Sidecar
) -> None:
    def compute() -> str:
        sidecar.request("POST", "/v1/invalidations", b'{"keys":["k"]}')
        return "old"

    assert cache.get_or_set("k", compute) == "old"
    assert cache.get("k") is None


@pytest.fixture
def default(cache: SidecarCache, sidecar: Sidecar) -> Iterator[None]:
    entry = {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": sidecar.location,
        "OPTIONS": {"BUDGET_MS": 5000},
    }
    with override_settings(CACHES={"default": entry, "other": {**entry, "KEY_PREFIX": "other"}}):
        yield


def test_a_function_is_cached_by_its_arguments(default: None) -> None:
    calls: list[object] = []

    @cached("user:{user_id}:list:{kind}", ttl=60, tags=["user:{user_id}"])
    def listed(user_id: int, kind: str = "own") -> list[object]:
        """Documented."""
        calls.append((user_id, kind))
        return [user_id, (kind,)]

    assert listed(5) == listed(user_id=5, kind="own") == [5, ("own",)]
    assert listed(6) == [6, ("own",)]
    assert calls == [(5, "own"), (6, "own")]
    assert (getattr(listed, "__name__", ""), listed.__doc__) == ("listed", "Documented.")
    assert listed.key_of(5) == "user:5:list:own"
    cache = caches["default"]
    assert isinstance(cache, SidecarCache)
    assert cache.ttl("user:5:list:own") in range(50, 61)
    cache.invalidate(tags=["user:5"])
    listed(5)
    assert listed.invalidate(6)
    listed(6)
    assert calls == [(5, "own"), (6, "own"), (5, "own"), (6, "own")]


def test_keys_and_tags_may_be_functions_and_methods_are_cached(default: None) -> None:
    class Service:
        def __init__(self, number: int) -> None:
            self.number, self.calls = number, 0

        @cached(
            lambda self: f"s:{self.number}", tags=lambda self: [f"t:{self.number}"], alias="other"
        )
        def value(self) -> int:
            self.calls += 1
            return self.number

    one = Service(1)
    assert [one.value(), one.value(), Service(2).value()] == [1, 1, 2]
    assert one.calls == 1
    assert caches["other"].has_key("s:1")
    caches["other"].invalidate(tags=["t:1"])  # type: ignore[attr-defined]
    assert (one.value(), one.calls) == (1, 2)


async def test_a_coroutine_function_is_cached(default: None) -> None:
    calls = []

    @cached("a:{number}")
    async def doubled(number: int) -> int:
        calls.append(number)
        return number * 2

    assert [await doubled(2), await doubled(2)] == [4, 4]
    assert calls == [2]
    assert iscoroutinefunction(doubled)


def test_another_backend_is_refused_by_name() -> None:
    entry = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    with override_settings(CACHES={"default": entry}), pytest.raises(TypeError, match="'default'"):
        cached("k")(lambda: 1)()
    with pytest.raises(TypeError, match="tags"):
        cached("k", tags="t")(lambda: 1)
