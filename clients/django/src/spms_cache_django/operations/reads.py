"""Reads of values. A miss notes the position of the log for the write that follows."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Sequence
from typing import Any

from .. import fence
from ..client import Call, SidecarUnavailable
from ..client.statuses import expect, member, parsed
from ..events import Outcome
from ..serializers.json_serializer import PLAIN, TAGGED
from . import Steps
from .context import UNREADABLE, Context, chunks, entry_path

_TTL = re.compile(r"(?:^|;)\s*ttl=(-?\d+)")
_JSON = {"content-type": "application/json"}


def get(context: Context, name: str, default: object) -> Steps[object]:
    """The value, or `default`."""
    answer = yield Call("GET", entry_path(name))
    headers = answer.headers
    if answer.status == 200:
        value = context.read(name, headers.get("content-type", ""), answer.body)
        if value is not UNREADABLE:
            return value, "hit"
        _remember(context, [name], headers.get("cache-position"))
        return default, "unreadable"
    expect(answer, context.address, 404)
    _remember(context, [name], headers.get("cache-position"))
    return default, "miss"


def get_many(context: Context, names: Sequence[str]) -> Steps[dict[str, object]]:
    """What is there, by name."""
    found: dict[str, object] = {}
    outcome: Outcome = "hit"
    for some in chunks(names):
        body = json.dumps({"keys": some, "json": True}).encode()
        # It only reads: it may be sent twice.
        answer = yield Call("POST", "/v1/entries/get", body, _JSON, is_repeatable=True)
        expect(answer, context.address, 200)
        content = parsed(answer, context.address)
        missing = [str(name) for name in member(content, context.address, "missing", list)]
        position = member(content, context.address, "position", str)
        for name, entry in member(content, context.address, "entries", dict).items():
            value = _value_of(context, name, entry)
            if value is UNREADABLE:
                missing.append(name)
            else:
                found[name] = value
        if missing:
            outcome = "miss"
            _remember(context, missing, position)
    return found, outcome


def has_key(context: Context, name: str) -> Steps[bool]:
    """Whether there is a value; no position is noted, because nothing is computed from it."""
    answer = yield Call("HEAD", entry_path(name))
    if expect(answer, context.address, 200, 404) == 200:
        return True, "hit"
    return False, "miss"


def is_absent(context: Context, name: str) -> Steps[bool]:
    """What `add` answers for a value whose time is over as it comes."""
    answer = yield Call("HEAD", entry_path(name))
    if expect(answer, context.address, 200, 404) == 200:
        return False, "present"
    return True, "done"


def ttl(context: Context, name: str) -> Steps[int | None]:
    """Remaining seconds; None where there is no value."""
    answer = yield Call("HEAD", entry_path(name))
    if expect(answer, context.address, 200, 404) == 404:
        return None, "miss"
    found = _TTL.search(answer.headers.get("cache-status", ""))
    return (max(int(found[1]), 0) if found else 0), "hit"


def _remember(context: Context, names: Sequence[str], position: str | None) -> None:
    if context.is_fenced and position is not None:
        fence.remember(context.address, names, position)


def _value_of(context: Context, name: str, entry: Any) -> object:
    """Raises SidecarUnavailable for what is no entry of a bulk answer."""
    try:
        media_type = str(entry["contentType"])
        if "json" in entry and media_type in (PLAIN, TAGGED):
            return context.read_parsed(name, media_type, entry["json"])
        if "json" in entry:
            body = json.dumps(entry["json"]).encode()
        elif "value" in entry:
            body = str(entry["value"]).encode()
        else:
            body = binascii.a2b_base64(entry["base64"], strict_mode=True)
    except (LookupError, TypeError, ValueError) as fault:
        raise SidecarUnavailable("malformed", context.address, f"entry {name}") from fault
    return context.read(name, media_type, body)
