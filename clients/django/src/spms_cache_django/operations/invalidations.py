"""
Invalidations: after the acknowledgement nobody gets what was named, from any pod. They are sent
also while the breaker is open, because one that is not sent leaves old answers for their time to
live.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from ..client import Call
from ..client.statuses import expect, member, parsed
from ..events import Outcome
from . import Steps
from .context import Context, chunks, entry_path

_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Invalidated:
    """What came of it. `removed` counts the entries that were there."""

    is_acknowledged: bool
    removed: int


def invalidate(
    context: Context,
    *,
    keys: Iterable[str] = (),
    tags: Iterable[str] = (),
    patterns: Iterable[str] = (),
    everything: bool = False,
) -> Steps[Invalidated]:
    """Names as the sidecar knows them; in calls of 1,000 names of each kind at most."""
    bodies: list[dict[str, object]] = []
    if everything:
        bodies = [{"all": True}]
    else:
        for lists in zip_longest(chunks(keys), chunks(tags), chunks(patterns)):
            named = zip(("keys", "tags", "patterns"), lists, strict=True)
            bodies.append({kind: names for kind, names in named if names})
    removed = 0
    is_acknowledged = True
    for body in bodies:
        answer = yield Call(
            "POST",
            "/v1/invalidations",
            json.dumps(body).encode(),
            {**_JSON, **context.invalidation_headers},
            context.invalidation_budget,
            is_urgent=True,
            is_repeatable=True,
        )
        if expect(answer, context.address, 200, 202) == 200:
            removed += member(parsed(answer, context.address), context.address, "removed", int)
        else:
            is_acknowledged = False
    outcome: Outcome = "done" if is_acknowledged else "pending"
    return Invalidated(is_acknowledged, removed), outcome


def delete(context: Context, name: str) -> Steps[bool]:
    """Invalidates one key; whether a value was there and is gone everywhere."""
    answer = yield Call(
        "DELETE",
        entry_path(name),
        headers=context.invalidation_headers,
        budget_seconds=context.invalidation_budget,
        is_urgent=True,
    )
    if expect(answer, context.address, 202, 204) == 202:
        return False, "pending"
    if answer.headers.get("removed") == "0":
        return False, "absent"
    return True, "done"
