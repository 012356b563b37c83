"""The keys of values, page by page: the sidecar never walks over all of Redis in one call."""

from __future__ import annotations

from urllib.parse import quote

from ..client import Call
from ..client.statuses import expect, member, parsed
from . import Steps
from .context import Context

PAGE_SECONDS = 2.0


def page(
    context: Context, pattern: str, cursor: str | None, count: int
) -> Steps[tuple[list[str], str | None]]:
    """Some keys, maybe none, and where the next page begins; None at the end."""
    path = f"/v1/entries?pattern={quote(pattern, safe='')}&count={count}"
    if cursor is not None:
        path += f"&cursor={quote(cursor, safe='')}"
    answer = yield Call("GET", path, budget_seconds=PAGE_SECONDS)
    expect(answer, context.address, 200)
    content = parsed(answer, context.address)
    following = content.get("cursor")
    keys = [str(key) for key in member(content, context.address, "keys", list)]
    return (keys, None if following is None else str(following)), "done"


def stats(context: Context) -> Steps[dict[str, object]]:
    """What `GET /v1/stats` says."""
    answer = yield Call("GET", "/v1/stats", budget_seconds=PAGE_SECONDS)
    expect(answer, context.address, 200)
    return parsed(answer, context.address), "done"


def ping(context: Context) -> Steps[bool]:
    """Whether the sidecar answers, takes this caller and has its store."""
    answer = yield Call("HEAD", "/v1/entries/ping")
    expect(answer, context.address, 200, 404)
    return True, "done"
