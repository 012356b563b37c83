"""Counts stale reads of cache-aside code under concurrent writers.

`python -m proofs.fence SECONDS`, with the environment of `proofs.settings`. A read is stale that
began after a write's deletion was answered and shows an older version. Prints one line of JSON.
"""

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from ctypes import c_int64
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proofs.settings")
django.setup()

from django.db import connections  # noqa: E402

from proofs import settings  # noqa: E402
from proofs.cache_aside import ROWS, make_rows, read, write  # noqa: E402

PROCESSES = get_context("fork")
READERS = (2, 4)
WRITERS = (2, 2)
# Of one thread, from one write to the next.
MEAN_PAUSE_SECONDS = 0.01

# By row, the greatest version whose write had returned; a reader looks before it reads.
acknowledged = PROCESSES.Array(c_int64, ROWS)


def read_for_ever(counts: Counter[str], until: float) -> None:
    while time.monotonic() < until:
        row = random.randrange(ROWS)
        floor = acknowledged[row]
        version, is_hit = read(row)
        counts["reads"] += 1
        counts["hits"] += is_hit
        counts["stale"] += version < floor


def write_for_ever(counts: Counter[str], until: float) -> None:
    while time.monotonic() < until:
        time.sleep(random.expovariate(1 / MEAN_PAUSE_SECONDS))
        row = random.randrange(ROWS)
        version = write(row)
        counts["writes"] += 1
        with acknowledged.get_lock():
            acknowledged[row] = max(acknowledged[row], version)


Work = Callable[[Counter[str], float], None]


def run_process(
    number: int,
    threads: int,
    work: Work,
    until: float,
    results: "SimpleQueue[tuple[dict[str, int], list[str]]]",
) -> None:
    """Puts what its threads counted into the queue, or the first error."""
    settings.use_location(number)
    counts = [Counter[str]() for _ in range(threads)]
    errors: list[str] = []

    def run_thread(each: Counter[str]) -> None:
        try:
            work(each, until)
        except Exception as error:
            errors.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    running = [threading.Thread(target=run_thread, args=[each]) for each in counts]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    results.put((dict(sum(counts, Counter[str]())), errors))


def main(seconds: float) -> int:
    make_rows()
    connections.close_all()
    until = time.monotonic() + seconds
    results = PROCESSES.SimpleQueue()
    started = [
        PROCESSES.Process(target=run_process, args=[number, threads, work, until, results])
        for work, (processes, threads) in ((read_for_ever, READERS), (write_for_ever, WRITERS))
        for number in range(processes)
    ]
    for process in started:
        process.start()
    counts: Counter[str] = Counter()
    errors: list[str] = []
    for _ in started:
        counted, failed = results.get()
        counts.update(counted)
        errors += failed
    figures = {name: counts[name] for name in ("reads", "hits", "stale", "writes")}
    print(json.dumps({**figures, "errors": errors}))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
