"""Where a test of Django names the cache of the process, the sidecar stands in its place."""

from collections.abc import Callable
from typing import Any

from cache.closeable_cache import CloseHookMixin
from cache.liberal_backend import LiberalKeyValidationMixin
from django.core.cache import CacheHandler
from django.core.cache.backends.base import BaseCache

from django_suite.settings import OPTIONS, SIDECAR_URL
from spms_cache_django import SidecarCache

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"


class LiberalSidecarCache(LiberalKeyValidationMixin, SidecarCache):
    """As the suite's own subclass of LocMemCache."""


class CloseableSidecarCache(CloseHookMixin, SidecarCache):
    """As the suite's own subclass of LocMemCache."""


STAND_INS: dict[str, type[SidecarCache]] = {
    LOCMEM: SidecarCache,
    "cache.liberal_backend.CacheClass": LiberalSidecarCache,
    "cache.closeable_cache.CacheClass": CloseableSidecarCache,
}


def put_sidecar_in_place_of_locmem() -> None:
    """From now on, every alias whose settings name LocMemCache is a cache of the sidecar.

    Two of them with different locations see nothing of each other: each location is a prefix.
    """
    CacheHandler.create_connection = _with_stand_ins(CacheHandler.create_connection)


Connect = Callable[[CacheHandler, str], BaseCache]


def _with_stand_ins(connect: Connect) -> Connect:
    def create_connection(self: CacheHandler, alias: str) -> BaseCache:
        params: dict[str, Any] = dict(self.settings[alias])
        stand_in = STAND_INS.get(params.pop("BACKEND"))
        if stand_in is None:
            return connect(self, alias)
        location, prefix = params.pop("LOCATION", ""), params.get("KEY_PREFIX", "")
        params["KEY_PREFIX"] = ".".join(part for part in (location, prefix) if part)
        params["OPTIONS"] = OPTIONS
        return stand_in(SIDECAR_URL, params)

    return create_connection
