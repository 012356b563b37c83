"""The README names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from spms_cache_django import SidecarCache, cache_options
from spms_cache_django.client import ClientSettings

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()
OF_OTHERS = {"SOCKET_TIMEOUT", "SOCKET_CONNECT_TIMEOUT", "IGNORE_EXCEPTIONS"}
OF_DJANGO = {"MAX_ENTRIES", "CULL_FREQUENCY"}


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_option_is_in_the_table_with_its_default() -> None:
    rows = {name.strip("`"): default.strip("`") for name, default, _ in rows_of("Options")}
    assert set(rows) == cache_options._OWN - OF_OTHERS - OF_DJANGO
    client = ClientSettings.from_django("http://a", {})
    options = cache_options.read_options({})
    assert float(rows["BUDGET_MS"]) == client.budget_seconds * 1000
    assert float(rows["BREAKER_SECONDS"]) == client.breaker_seconds
    assert int(rows["BREAKER_FAILURES"]) == client.breaker_failures
    assert int(rows["MAX_CONNECTIONS"]) == client.max_connections
    assert int(rows["MAX_ANSWER_BYTES"]) == client.max_answer_bytes
    assert int(rows["INVALIDATION_WAIT"]) == options.invalidation_wait
    assert float(rows["COMPUTE_WAIT"]) == options.compute_wait
    assert int(rows["COMPUTE_LEASE"]) == options.compute_lease


def test_every_call_of_django_redis_that_it_has_is_there() -> None:
    for theirs, ours, _ in rows_of("Coming from django-redis"):
        if ours.startswith("the same"):
            for name in re.findall(r"`(\w+)[`(]", theirs):
                assert callable(getattr(SidecarCache, name)), name
