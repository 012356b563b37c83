"""Times `cache.get` and `cache.set` of 1 and 10 KB, by entrants in turn, and counts CPU time.

`python -m bench.calls ROUNDS CALLS`, with the addresses in BENCH_CONTROL_URL, BENCH_CONTROL_SOCKET
and BENCH_REDIS_URL, and the process ids of the sidecar and of both servers of Redis in
BENCH_SIDECAR_PIDS and BENCH_REDIS_PIDS. Prints one line of JSON: a list of rounds, each of one
entrant, call and size.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.cache import caches

SIZES = {"1 KB": 5, "10 KB": 52}

TCP, SOCKET = os.environ["BENCH_CONTROL_URL"], f"unix:{os.environ['BENCH_CONTROL_SOCKET']}"
REDIS = os.environ["BENCH_REDIS_URL"]
SIDECAR_PIDS = os.environ["BENCH_SIDECAR_PIDS"].split()
REDIS_PIDS = os.environ["BENCH_REDIS_PIDS"].split()

SERIALIZERS = {
    "JSON": ("json", "django_redis.serializers.json.JSONSerializer"),
    "pickle": ("pickle", "django_redis.serializers.pickle.PickleSerializer"),
}
# What redis-py parses answers with where hiredis is not installed. django-redis keeps one pool of
# connections for each address, whatever its options are: hence another database.
PURE_PYTHON = {"PARSER_CLASS": "redis._parsers._RESP2Parser"}
OTHER_DATABASE = f"{REDIS.rsplit('/', 1)[0]}/2"


def sidecar(location: str, serializer: str) -> dict[str, Any]:
    return {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": location,
        "OPTIONS": {
            "SERIALIZER": SERIALIZERS[serializer][0],
            "RAISE_ERRORS": True,
            "BUDGET_MS": 10_000,
        },
    }


def django_redis(serializer: str, location: str = REDIS, **options: str) -> dict[str, Any]:
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": location,
        "OPTIONS": {"SERIALIZER": SERIALIZERS[serializer][1], **options},
        "KEY_PREFIX": "spms",
    }


ENTRANTS = {
    f"{name}, {serializer}": make(serializer)
    for serializer in SERIALIZERS
    for name, make in {
        "sidecar by TCP": lambda serializer: sidecar(TCP, serializer),
        "sidecar by a unix socket": lambda serializer: sidecar(SOCKET, serializer),
        "django-redis with hiredis": django_redis,
        "django-redis without hiredis": lambda serializer: django_redis(
            serializer, OTHER_DATABASE, **PURE_PYTHON
        ),
    }.items()
}


def value_of(records: int) -> list[dict[str, Any]]:
    """Records such as the service of a user's projects keeps; about 200 bytes each as JSON."""
    return [
        {
            "id": number,
            "title": f"<p>A study of quokkas, fungi and orchids, number {number}</p>",
            "status": "active",
            "kind": "science",
            "year": 2012 + number % 13,
            "number": number,
            "business_area": {"id": number % 6, "name": "Marine Science", "is_active": True},
        }
        for number in range(records)
    ]


def cpu_seconds(pids: list[str]) -> float:
    """Of all threads of these processes so far; Linux counts nanoseconds in `schedstat`."""
    threads = [thread for pid in pids for thread in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def measure(call: Callable[[int], object], calls: int) -> dict[str, float]:
    """Microseconds: how long the caller waits, and CPU time of one call here and in the servers."""
    waits: list[float] = []
    servers = SIDECAR_PIDS + REDIS_PIDS
    before, here = cpu_seconds(servers), time.process_time()
    for number in range(calls):
        started = time.perf_counter()
        call(number)
        waits.append(time.perf_counter() - started)
    spent = {
        "client_cpu": time.process_time() - here,
        "server_cpu": cpu_seconds(servers) - before,
    }
    per_call = {name: 1e6 * seconds / calls for name, seconds in spent.items()}
    ranks = statistics.quantiles(waits, n=100)
    return {"p50": 1e6 * ranks[49], "p99": 1e6 * ranks[98], **per_call}


def main(rounds: int, calls: int) -> None:
    settings.configure(CACHES={**ENTRANTS, "default": next(iter(ENTRANTS.values()))}, USE_TZ=True)
    django.setup()
    work = [
        (entrant, size, name) for size in SIZES for name in ("get", "set") for entrant in ENTRANTS
    ]
    values = {size: value_of(records) for size, records in SIZES.items()}
    found: list[dict[str, Any]] = []
    for number in range(-1, rounds):
        # The order moves on in every round: none is always the first.
        first = number % len(ENTRANTS)
        for entrant, size, name in work[first:] + work[:first]:
            cache, value = caches[entrant], values[size]
            cache.set(f"bench:{size}", value, 600)
            if cache.get(f"bench:{size}") != value:
                raise ValueError(f"{entrant} gives back something else than it was given.")
            if name == "get":
                figures = measure(lambda _, c=cache, s=size: c.get(f"bench:{s}"), calls)
            else:
                figures = measure(
                    lambda _, c=cache, s=size, v=value: c.set(f"bench:{s}", v, 600), calls
                )
            # The first round is to warm all of them.
            if number >= 0:
                found.append({"entrant": entrant, "size": size, "call": name, **figures})
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
