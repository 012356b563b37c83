"""Django's API for threads."""

from __future__ import annotations

import time

import pytest

from spms_cache_django import SidecarCache
from tests.support.caches import Events, make_cache
from tests.support.sidecar import Sidecar


def test_a_value_comes_back_until_its_time_is_over(cache: SidecarCache) -> None:
    cache.set("a", {"x": [1, "z"]}, timeout=1)
    assert cache.get("a") == {"x": [1, "z"]}
    time.sleep(1.2)
    assert cache.get("a", "gone") == "gone"


def test_a_fraction_of_a_second_is_rounded_up(cache: SidecarCache) -> None:
    cache.set("a", 1, timeout=0.01)
    assert cache.get("a") == 1
    assert cache.ttl("a") <= 1


@pytest.mark.parametrize("timeout", [0, -1, -0.5])
def test_a_time_that_is_over_deletes(cache: SidecarCache, timeout: float) -> None:
    cache.set("a", 1)
    cache.set("a", 2, timeout=timeout)
    assert cache.get("a") is None
    cache.set_many({"a": 1, "b": 2}, timeout=timeout)
    assert cache.get_many(["a", "b"]) == {}
    assert cache.add("b", 1, timeout=timeout)
    assert cache.get("b") is None


def test_without_an_end_it_lives_for_the_longest_time_that_the_sidecar_allows(
    cache: SidecarCache,
) -> None:
    cache.set("a", 1, timeout=None)
    cache.set("b", 1, timeout=30 * 86400)
    cache.set_many({"c": 1}, timeout=None)
    assert {cache.ttl(key) for key in "abc"} <= {86399, 86400}
    cache.set("d", 1, timeout=10)
    assert cache.touch("d", None)
    assert cache.ttl("d") >= 86399


def test_add_stores_only_where_nothing_is(cache: SidecarCache) -> None:
    assert cache.add("a", 1)
    assert not cache.add("a", 2)
    assert cache.get("a") == 1


def test_many_values_in_one_call(cache: SidecarCache) -> None:
    values = {f"k{index}": {"index": index, "float": 1.0} for index in range(2500)}
    with Events() as events:
        assert cache.set_many(values) == []
        found = cache.get_many([*values, "missing"])
    assert found == values
    assert type(found["k1"]["float"]) is float
    assert events.outcomes == [("set_many", "stored"), ("get_many", "miss")]
    cache.delete_many(values)
    assert cache.get_many(values) == {}


def test_of_many_those_that_cannot_be_written_are_named(sidecar: Sidecar) -> None:
    cache = make_cache(sidecar.location)
    assert cache.set_many({"a": 1, "b": object()}) == ["b"]
    assert cache.get("a") == 1


def test_counters_add_at_the_sidecar(cache: SidecarCache) -> None:
    cache.set("n", 41)
    assert cache.incr("n") == 42
    assert cache.decr("n", 2) == 40
    assert cache.get("n") == 40
    with pytest.raises(ValueError, match="not found"):
        cache.incr("missing")
    cache.set("text", "x")
    with pytest.raises(ValueError, match="integer"):
        cache.incr("text")


def test_touch_delete_and_has_key_tell_whether_there_was_a_value(cache: SidecarCache) -> None:
    assert not cache.touch("a")
    assert not cache.delete("a")
    assert "a" not in cache
    cache.set("a", None)
    assert "a" in cache
    assert cache.get("a", "default") is None
    assert cache.touch("a", 100)
    assert 98 <= cache.ttl("a") <= 100
    assert cache.delete("a")


def test_versions_are_apart(cache: SidecarCache) -> None:
    cache.set("a", 1)
    cache.set("a", 2, version=2)
    assert (cache.get("a"), cache.get("a", version=2)) == (1, 2)
    assert cache.incr_version("a") == 2
    assert (cache.get("a"), cache.get("a", version=2)) == (None, 1)


def test_tags_reach_values(cache: SidecarCache) -> None:
    cache.set("a", 1, tags=["t:1"])
    cache.add("b", 1, tags=["t:1", "t:2"])
    cache.set_many({"c": 1, "d": 1}, tags=["t:2"])
    assert cache.invalidate(tags=["t:1"])
    assert cache.get_many("abcd") == {"c": 1, "d": 1}
    assert cache.invalidate(keys=["c"], patterns=["d*"])
    assert cache.get_many("abcd") == {}
    with pytest.raises(TypeError, match="list of names"):
        cache.set("a", 1, tags="t:1")


def test_every_character_of_a_key_is_kept_apart(cache: SidecarCache) -> None:
    keys = ["a b", "a%20b", "@x", "x@2", "清 ", "", "%", "\n", "k" * 600, "k" * 601, "a/b?c#d&e"]
    cache.set_many({key: key for key in keys})
    assert cache.get_many(keys) == {key: key for key in keys}
    for key in keys:
        assert cache.get(key) == key, key


def test_a_prefix_stands_before_the_key(sidecar: Sidecar, cache: SidecarCache) -> None:
    prefixed = make_cache(sidecar.location, {"KEY_PREFIX": "spms"}, BUDGET_MS=5000)
    prefixed.set("user:1", 1)
    # The sidecar takes its own prefix off, so both are one value.
    assert cache.get("user:1") == 1


def test_a_key_function_is_used(sidecar: Sidecar) -> None:
    params = {"KEY_FUNCTION": lambda key, prefix, version: f"{prefix}-{version}-{key} !"}
    cache = make_cache(sidecar.location, params, BUDGET_MS=5000)
    with pytest.warns(RuntimeWarning, match="characters"):
        cache.set("k", 1)
    assert b'"missing":[]' in sidecar.request(
        "POST", "/v1/entries/get", b'{"keys":["-1-k%20!"]}'
    ).replace(b" ", b"")


def test_what_is_too_large_is_not_stored(
    sidecar: Sidecar, caplog: pytest.LogCaptureFixture
) -> None:
    cache = make_cache(sidecar.location, BUDGET_MS=5000)
    cache.set("large", "x" * 2_000_000)
    assert cache.get("large") is None
    assert "413" in caplog.text


@pytest.mark.parametrize("timeout", ["3", True, object()])
def test_a_timeout_that_is_no_number_is_refused(cache: SidecarCache, timeout: object) -> None:
    with pytest.raises(TypeError, match="timeout"):
        cache.set("a", 1, timeout)
