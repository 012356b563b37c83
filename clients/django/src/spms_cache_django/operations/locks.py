"""Leases with a token, which the sidecar keeps beside the values and orders by its log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from ..client import Call
from ..client.statuses import expect, member, parsed
from . import Steps
from .context import Context

# Seconds. More than a read may take: a lease whose answer is not waited for is held by nobody until
# it ends.
BEYOND_THE_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Lease:
    """What the holder has: `token` proves it, `fence` is greater for each holder after it."""

    token: str
    fence: str


def acquire(context: Context, name: str, *, ttl: int, wait: float) -> Steps[Lease | None]:
    """The lease, or None where another holds it at the end of `wait` seconds."""
    body = json.dumps({"ttl": ttl, "wait": wait}).encode()
    answer = yield _call("POST", _path(name), body, wait)
    if expect(answer, context.address, 201, 423) == 423:
        return None, "present"
    content = parsed(answer, context.address)
    token = member(content, context.address, "token", str)
    return Lease(token, member(content, context.address, "fence", str)), "done"


def renew(context: Context, name: str, token: str, *, ttl: int) -> Steps[bool]:
    """Whether it was still held, and now is for `ttl` seconds more."""
    body = json.dumps({"token": token, "ttl": ttl}).encode()
    answer = yield _call("POST", _path(name, "/renew"), body)
    return expect(answer, context.address, 200, 409) == 200, "done"


def release(context: Context, name: str, token: str) -> Steps[bool]:
    """Whether it was still held."""
    path = _path(name, f"?token={quote(token, safe='')}")
    answer = yield _call("DELETE", path)
    return expect(answer, context.address, 204, 409) == 204, "done"


def is_held(context: Context, name: str) -> Steps[bool]:
    """Whether anybody holds it."""
    answer = yield _call("GET", _path(name))
    expect(answer, context.address, 200)
    return member(parsed(answer, context.address), context.address, "held", bool), "done"


def _call(method: str, path: str, body: bytes = b"", wait: float = 0) -> Call:
    """Sent once, and never held back: who asks for a lock has to know."""
    headers = {"content-type": "application/json"} if body else {}
    budget = wait + BEYOND_THE_WAIT
    return Call(method, path, body, headers, budget, is_urgent=True, is_repeatable=False)


def _path(name: str, suffix: str = "") -> str:
    return f"/v1/locks/{quote(name, safe='')}{suffix}"
