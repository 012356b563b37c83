"""An application that gunicorn serves: each request goes through the cache of its worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.cache import cache  # noqa: E402

# With `--preload` this is the connection of the process that is forked.
cache.set("preloaded", os.getpid())
assert cache.get("preloaded") == os.getpid()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """`/<key>`: counts, stores and reads under the key, and says which worker did it."""
    key = environ["PATH_INFO"].strip("/")
    cache.add("requests", 0)
    count = cache.incr("requests")
    cache.set(key, {"pid": os.getpid(), "key": key})
    found = cache.get(key)
    is_right = found["key"] == key and cache.get("preloaded") is not None
    start("200 OK" if is_right else "500 Wrong", [("content-type", "text/plain")])
    return [f"{os.getpid()} {count}".encode()]
