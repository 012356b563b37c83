"""What an answer says of the sidecar, and of the call."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from .errors import Reason, SidecarRefused, SidecarUnavailable
from .request import Answer

T = TypeVar("T")

_REASONS: dict[int, Reason] = {401: "unauthorized", 403: "unauthorized", 503: "store"}


def unusable(answer: Answer, address: str) -> SidecarUnavailable | None:
    """Why nothing can be had there now; None where the answer is to the call itself."""
    reason = _REASONS.get(answer.status)
    if reason is None and answer.status >= 500:
        reason = "unexpected"
    if reason is None:
        return None
    return SidecarUnavailable(reason, address, f"{answer.status} {detail_of(answer)}")


def expect(answer: Answer, address: str, *statuses: int) -> int:
    """
    The status, which is one of these. Raises SidecarUnavailable or SidecarRefused for another.
    """
    if answer.status in statuses:
        return answer.status
    failure = unusable(answer, address)
    if failure is not None:
        raise failure
    if 400 <= answer.status < 500:
        raise SidecarRefused(answer.status, detail_of(answer))
    raise SidecarUnavailable("unexpected", address, str(answer.status))


def parsed(answer: Answer, address: str) -> dict[str, Any]:
    """The JSON object that an answer holds. Raises SidecarUnavailable for anything else."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise SidecarUnavailable("malformed", address, "the answer is no JSON object")
    return content


def member(content: dict[str, Any], address: str, name: str, kind: type[T]) -> T:
    """A member of it. Raises SidecarUnavailable where it is not there, or is of another kind."""
    value = content.get(name)
    if not isinstance(value, kind):
        raise SidecarUnavailable("malformed", address, f"the answer has no {name}")
    return value


def detail_of(answer: Answer) -> str:
    """What a problem document says (RFC 9457)."""
    try:
        return str(json.loads(answer.body)["detail"])[:500]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
