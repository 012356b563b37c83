"""The triggers of the tests' settings."""

from dataclasses import replace
from typing import Any

from django.db import connections

from spms_cache_django.invalidation.declaration import read_declarations
from spms_cache_django.outbox.install import install_steps, run_steps
from spms_cache_django.outbox.options import outbox_options


def install(**changed: Any) -> list[list[str]]:
    """Whatever is missing; returns what was run."""
    declarations, faults = read_declarations()
    assert faults == []
    steps = install_steps(
        connections["postgres"], declarations, replace(outbox_options(), **changed)
    )
    run_steps(connections["postgres"], steps)
    return steps
