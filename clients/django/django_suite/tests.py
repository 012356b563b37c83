"""The test classes of Django's source distribution that apply, with the sidecar as their cache."""

import inspect
from importlib import import_module
from types import ModuleType
from typing import Any
from unittest import mock

from cache import tests as cache_tests
from django.core.cache import caches
from django.test import SimpleTestCase, TestCase, override_settings
from sessions_tests import tests as session_tests
from template_tests.syntax_tests import test_cache as template_tests

from django_suite.asynchronous import CachesThroughAsync, ThroughAsync
from django_suite.not_applicable import OTHER_CLASSES
from django_suite.settings import CACHES
from django_suite.stand_in import put_sidecar_in_place_of_locmem

put_sidecar_in_place_of_locmem()

# `async` is a keyword: no import statement takes it.
async_tests = import_module("async.tests")

# Nothing but an expiry and Redis' own eviction bounds how many entries there are, as in Django's
# RedisCache: without these aliases Django leaves out the tests of MAX_ENTRIES.
SETTINGS = cache_tests.caches_setting_for_tests(
    base=CACHES["default"], exclude={"cull", "zero_cull"}
)


@override_settings(CACHES=SETTINGS)
class SidecarCacheTests(cache_tests.BaseCacheTests, TestCase):
    """What Django asks of every cache."""

    # The suite lets a cache say what it raises for a value that is no number.
    incr_decr_type_error = ValueError


@override_settings(CACHES=SETTINGS)
class AsyncSidecarCacheTests(cache_tests.BaseCacheTests, TestCase):
    """The same by the asynchronous calls, for which Django has no tests but those of its dummy."""

    incr_decr_type_error = ValueError

    def setUp(self) -> None:
        super().setUp()
        names = {
            "cache": ThroughAsync(lambda: caches["default"]),
            "caches": CachesThroughAsync(caches),
        }
        for name, value in names.items():
            patch = mock.patch.object(cache_tests, name, value)
            patch.start()
            self.addCleanup(patch.stop)


KEPT = {
    "default": {
        **CACHES["default"],
        "OPTIONS": {**CACHES["default"]["OPTIONS"], "NAMESPACE": "sessions"},
    }
}


@override_settings(CACHES=KEPT)
class KeptCacheSessionTests(session_tests.CacheSessionTests):
    """Sessions in the namespace that `{"all": true}` does not reach."""


@override_settings(CACHES=KEPT)
class KeptCacheDBSessionTests(session_tests.CacheDBSessionTests):
    """Sessions in the database, with the cache in that namespace before it."""


def _classes_of(module: ModuleType) -> dict[str, type[SimpleTestCase]]:
    """The test classes that this module itself defines."""
    return {
        name: member
        for name, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__ and issubclass(member, SimpleTestCase)
    }


def _chosen() -> dict[str, type[SimpleTestCase]]:
    """All of `tests/cache` but what is listed, and what uses the cache of the other modules."""
    own = {
        **_classes_of(cache_tests),
        **_classes_of(import_module("cache.tests_async")),
    }
    unknown = OTHER_CLASSES.keys() - own.keys()
    if unknown:
        raise LookupError(f"No such test classes in Django's suite: {', '.join(sorted(unknown))}.")
    other: tuple[Any, ...] = (
        *(async_tests.CacheTest, session_tests.CacheSessionTests),
        *(session_tests.CacheDBSessionTests, session_tests.CacheDBSessionWithTimeZoneTests),
        *_classes_of(template_tests).values(),
    )
    applicable = {name: each for name, each in own.items() if name not in OTHER_CLASSES}
    return {**applicable, **{each.__name__: each for each in other}}


# Found by the runner as classes of this module.
globals().update(
    {name: type(name, (base,), {"__module__": __name__}) for name, base in _chosen().items()}
)
