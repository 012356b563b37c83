"""Which of Django's tests cannot apply, and why. A test that is listed and passes fails the run."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

# Classes of `tests/cache` that are about another backend.
OTHER_CLASSES: dict[str, str] = {
    "AsyncDummyCacheTests": "asks that nothing is stored",
    "DummyCacheTests": "asks that nothing is stored",
    "DBCacheTests": "reads the table of the database cache",
    "DBCacheWithTimeZoneTests": "reads the table of the database cache",
    "CreateCacheTableForDBCacheTests": "makes the table of the database cache",
    "LocMemCacheTests": "looks into a dict of its process (`_cache`, `_expire_info`)",
    "FileBasedCacheTests": "reads and breaks files",
    "FileBasedCachePathLibTests": "reads and breaks files",
    "PyLibMCCacheTests": "asks a client of memcached",
    "PyMemcacheCacheTests": "asks a client of memcached",
    "RedisCacheTests": "asks the pool of connections and the client of Django's own RedisCache",
}


@dataclass(frozen=True)
class NotApplicable:
    """Tests, by class and name with `*` for any, and why; of one serializer where one is named."""

    tests: tuple[str, ...]
    reason: str
    serializer: Literal["json", "pickle"] | None = None


TESTS: tuple[NotApplicable, ...] = (
    NotApplicable(
        (
            "*SidecarCacheTests.test_cull",
            "*SidecarCacheTests.test_zero_cull",
            "*SidecarCacheTests.test_cull_delete_when_store_empty",
        ),
        "MAX_ENTRIES: what bounds the store is bytes, of Redis or MEMORY_MAX_BYTES. Django leaves "
        "these tests out for its own RedisCache, too",
    ),
    NotApplicable(
        (
            "*SidecarCacheTests.test_add_fail_on_pickleerror",
            "*SidecarCacheTests.test_set_fail_on_pickleerror",
        ),
        "no call raises into the page: what cannot be written is not stored, and a warning names "
        "it once. With RAISE_ERRORS it raises the package's own error",
    ),
    NotApplicable(
        (
            "DefaultNonExpiringCacheKeyTests.test_caches_set_with_timeout_as_none_set_non_expiring_key",
            "DefaultNonExpiringCacheKeyTests.test_caches_with_unset_timeout_set_expiring_key",
        ),
        "looks into a dict of LocMemCache (`_expire_info`)",
    ),
    NotApplicable(
        ("*SidecarCacheTests.test_data_types",),
        "functions and classes have no form in JSON; all the other types of the test come back",
        serializer="json",
    ),
)


def listed(test: str, serializer: str) -> str | None:
    """Why this test (`Class.test_name`) cannot apply with this serializer, if it is listed."""
    return next((each.reason for each in _of(serializer) if _matches(test, each.tests)), None)


def unmatched(tests: Iterable[str], serializer: str) -> list[str]:
    """The lines of the list that match none of these tests."""
    all_tests = tuple(tests)
    patterns = (pattern for each in _of(serializer) for pattern in each.tests)
    return [
        pattern for pattern in patterns if not any(fnmatchcase(test, pattern) for test in all_tests)
    ]


def _of(serializer: str) -> Iterable[NotApplicable]:
    return (each for each in TESTS if each.serializer in (None, serializer))


def _matches(test: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(test, pattern) for pattern in patterns)
