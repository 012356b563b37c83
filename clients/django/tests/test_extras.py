"""The calls of django-redis."""

from __future__ import annotations

import datetime
import time

import pytest

from spms_cache_django import SidecarCache
from spms_cache_django.operations.context import entry_path
from spms_cache_django.single_computation import lease_name
from tests.support.caches import make_cache
from tests.support.sidecar import Sidecar


async def test_keys_of_a_pattern_are_listed_in_pages(cache: SidecarCache) -> None:
    keys = {f"user:{number}:projects" for number in range(250)}
    cache.set_many(dict.fromkeys([*keys, "other"], 1))
    assert sorted(cache.keys("user:*")) == sorted(keys)
    assert set(cache.iter_keys("user:*:projects", itersize=10)) == keys
    assert {key async for key in cache.aiter_keys("user:*", itersize=50)} == keys
    assert len(await cache.akeys("user:1?:*")) == 10
    assert cache.keys("nothing:*") == []


def test_keys_come_back_as_they_were_given(sidecar: Sidecar, cache: SidecarCache) -> None:
    prefixed = make_cache(sidecar.location, {"KEY_PREFIX": "p", "VERSION": 2}, BUDGET_MS=5000)
    keys = ["a b", "100%", "@x", "me@7", "清"]
    prefixed.set_many(dict.fromkeys(keys, 1))
    prefixed.set("of version 3", 1, version=3)
    cache.set("a b", 1)
    assert sorted(prefixed.keys("*")) == sorted(keys)
    assert prefixed.keys("a b") == ["a b"]
    assert prefixed.keys("*", version=3) == ["of version 3"]
    assert cache.keys("a *") == ["a b"]


def test_leases_are_not_listed(cache: SidecarCache) -> None:
    cache.client.request("PUT", entry_path(lease_name("k"), "?ttl=60"), b"1")
    cache.set("k", 1)
    assert cache.keys("*") == ["k"]


def test_keys_of_a_key_function_are_turned_around(sidecar: Sidecar) -> None:
    params = {
        "KEY_FUNCTION": lambda key, prefix, version: f"{prefix}/{version}/{key}",
        "REVERSE_KEY_FUNCTION": lambda name: name.rpartition("/")[2],
        "KEY_PREFIX": "made",
    }
    cache = make_cache(sidecar.location, params, BUDGET_MS=5000)
    cache.set("k", 1)
    assert cache.keys("*") == ["k"]
    cache.delete_pattern("*")
    assert cache.get("k") is None


async def test_a_pattern_is_deleted_in_one_call_and_the_values_are_counted(
    cache: SidecarCache,
) -> None:
    cache.set_many({"user:1:a": 1, "user:1:b": 1, "user:2:a": 1})
    assert cache.delete_pattern("user:1:*", itersize=1) == 2
    assert cache.get_many(["user:1:a", "user:2:a"]) == {"user:2:a": 1}
    assert await cache.adelete_pattern("user:*") == 1


def test_a_pattern_of_one_version_leaves_the_others(cache: SidecarCache) -> None:
    cache.set("a", 1, version=2)
    cache.set("a", 1, version=3)
    assert cache.delete_pattern("a*", version=2) == 1
    assert cache.get("a", version=3) == 1


def test_times_to_live(cache: SidecarCache) -> None:
    cache.set("k", 1, 100)
    assert 98 <= cache.ttl("k") <= 100
    assert cache.pttl("k") in (98_000, 99_000, 100_000)
    assert cache.ttl("missing") == 0
    assert cache.expire("k", 500)
    assert 498 <= cache.ttl("k") <= 500
    assert cache.pexpire("k", 1500)
    assert cache.ttl("k") <= 2
    assert cache.expire_at("k", time.time() + 300)
    assert 297 <= cache.ttl("k") <= 301
    in_an_hour = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    assert cache.expire_at("k", in_an_hour)
    assert 3590 <= cache.ttl("k") <= 3601
    assert cache.expire_at("k", time.time() - 1)
    assert "k" not in cache


def test_persist_is_refused_with_a_reason(cache: SidecarCache) -> None:
    cache.set("k", 1)
    with pytest.raises(NotImplementedError, match=r"k cannot be kept without an end.*MAX_TTL"):
        cache.persist("k")
