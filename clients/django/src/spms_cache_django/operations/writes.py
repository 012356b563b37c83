"""
Writes of values. Each passes on the position of the miss before it, and is refused if it is
outdated by now.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from .. import fence
from ..client import Call
from ..client.statuses import detail_of, expect, member, parsed
from ..events import Outcome
from ..serializers import Unwritable
from ..serializers.json_serializer import PLAIN, TAGGED
from ..warn_once import NOT_DONE, warn_once
from . import Steps
from .context import LENIENT, NAMES_AT_ONCE, Context, entry_path

# Entries of one call, in bytes: less than the 16 MiB that the sidecar takes.
_BYTES_AT_ONCE = 8 * 1024 * 1024
# Why a value is not stored without anybody's fault: outdated, there already.
_OUTDATED = 409
_UNMET = 412


def put(
    context: Context,
    name: str,
    value: object,
    *,
    ttl: int,
    tags: Sequence[str] = (),
    only_absent: bool = False,
) -> Steps[bool]:
    """Stores one value; whether it is stored. Raises Unwritable."""
    media_type, body = _written(context, name, value)
    position = fence.position_of(context.address, name) if context.is_fenced else None
    query = f"?ttl={ttl}"
    if position is not None:
        query += f"&position={quote(position, safe=':')}"
    for tag in tags:
        query += f"&tag={quote(tag, safe='')}"
    headers = {"content-type": media_type, "prefer": LENIENT}
    if only_absent:
        headers["if-none-match"] = "*"
    answer = yield Call("PUT", entry_path(name, query), body, headers)
    status = answer.status
    if status == _UNMET:
        return False, "present"
    if status == _OUTDATED:
        return False, "refused"
    expect(answer, context.address, 204)
    fence.forget(context.address, [name])
    return True, "stored"


def put_many(
    context: Context,
    values: Mapping[str, object],
    *,
    ttl: int,
    tags: Sequence[str],
) -> Steps[list[str]]:
    """
    Stores many, in one call for each position that they missed at. Returns the names that were not
    stored.
    """
    refused: list[str] = []
    written: dict[str, tuple[str, bytes]] = {}
    for name, value in values.items():
        try:
            written[name] = _written(context, name, value)
        except Unwritable as fault:
            if context.raises_errors:
                raise
            warn_once(NOT_DONE, f"set_many of {name}", str(fault))
            refused.append(name)
    for position, names in _by_position(context, written).items():
        for some in _by_size(written, names):
            entries = ",".join(_entry(name, *written[name], ttl=ttl, tags=tags) for name in some)
            fenced = "" if position is None else f',"position":{json.dumps(position)}'
            body = f'{{"entries":[{entries}]{fenced}}}'.encode()
            headers = {"content-type": "application/json", "prefer": LENIENT}
            answer = yield Call("POST", "/v1/entries/set", body, headers, is_repeatable=True)
            expect(answer, context.address, 200)
            named = member(parsed(answer, context.address), context.address, "refused", list)
            outdated = [name for name in some if name in named]
            refused += outdated
            fence.forget(context.address, set(some).difference(outdated))
    outcome: Outcome = "refused" if refused else "stored"
    return refused, outcome


def touch(context: Context, name: str, *, ttl: int) -> Steps[bool]:
    """Gives a value a new time to live; whether there is one."""
    path = entry_path(name, f"/touch?ttl={ttl}")
    answer = yield Call("POST", path, headers={"prefer": LENIENT}, is_repeatable=True)
    if expect(answer, context.address, 204, 404) == 404:
        return False, "absent"
    return True, "done"


def increment(context: Context, name: str, *, by: int) -> Steps[int | None]:
    """
    The sum; None where there is no value. Raises ValueError for a value that cannot be counted
    with.
    """
    body = json.dumps({"by": by}).encode()
    headers = {"content-type": "application/json", "if-match": "*"}
    answer = yield Call("POST", entry_path(name, "/increment"), body, headers)
    if answer.status == _UNMET:
        return None, "absent"
    if answer.status == _OUTDATED:
        raise ValueError(f"{name}: {detail_of(answer)}")
    expect(answer, context.address, 200)
    return member(parsed(answer, context.address), context.address, "value", int), "done"


def _written(context: Context, name: str, value: object) -> tuple[str, bytes]:
    """Media type and bytes. Raises Unwritable, which names the key and the type."""
    try:
        return context.serializer.dumps(value)
    except Unwritable as fault:
        raise Unwritable(f"{name}: {fault}") from fault


def _by_position(context: Context, names: Mapping[str, object]) -> dict[str | None, list[str]]:
    groups: dict[str | None, list[str]] = {}
    for name in names:
        position = fence.position_of(context.address, name) if context.is_fenced else None
        groups.setdefault(position, []).append(name)
    return groups


def _by_size(written: Mapping[str, tuple[str, bytes]], names: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = []
    size = 0
    for name in names:
        size += len(written[name][1]) * 4 // 3
        if not parts or size > _BYTES_AT_ONCE or len(parts[-1]) == NAMES_AT_ONCE:
            parts.append([])
            size = len(written[name][1]) * 4 // 3
        parts[-1].append(name)
    return parts


def _entry(name: str, media_type: str, body: bytes, *, ttl: int, tags: Sequence[str]) -> str:
    """JSON goes as it is, and is kept byte by byte."""
    about = json.dumps({"key": name, "contentType": media_type, "ttl": ttl, "tags": list(tags)})
    if media_type in (PLAIN, TAGGED):
        return f'{about[:-1]},"json":{body.decode()}}}'
    return f'{about[:-1]},"base64":"{base64.b64encode(body).decode()}"}}'
