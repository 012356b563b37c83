"""What the steps need to know of the cache whose call they carry out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from ..serializers import Serializer, Unreadable
from ..serializers.json_serializer import TAGGED, JSONSerializer
from ..warn_once import warn_once

# Beyond every MAX_TTL: with `handling=lenient` the sidecar takes its own greatest time to live for
# it.
FOREVER = 999_999_999
LENIENT = "handling=lenient"
NAMES_AT_ONCE = 1000

_PLAIN_PATH = re.compile(r"[A-Za-z0-9_.:~-]+")


@dataclass(frozen=True, slots=True)
class Context:
    """Of one `SidecarCache`."""

    address: str
    serializer: Serializer
    is_fenced: bool
    # Of an invalidation, until it is acknowledged; beside it the budget of the call.
    wait_seconds: int
    budget_seconds: float
    raises_errors: bool

    def read(self, name: str, media_type: str, body: bytes) -> object:
        """The value, or UNREADABLE, with one warning for each name and reason."""
        try:
            return self.serializer.loads(media_type, body)
        except Unreadable as fault:
            return self._unreadable(name, fault)

    def read_parsed(self, name: str, media_type: str, content: object) -> object:
        """The same of JSON that is parsed already, as part of a larger answer."""
        if media_type == TAGGED and isinstance(self.serializer, JSONSerializer):
            try:
                return self.serializer.revive(content)
            except Unreadable as fault:
                return self._unreadable(name, fault)
        if media_type == TAGGED:
            return self._unreadable(name, Unreadable(f"the media type {media_type}"))
        return content

    @property
    def invalidation_headers(self) -> dict[str, str]:
        """RFC 7240 §4.3."""
        return {"prefer": f"wait={self.wait_seconds}"}

    @property
    def invalidation_budget(self) -> float:
        """Seconds."""
        return self.wait_seconds + self.budget_seconds

    def _unreadable(self, name: str, fault: Unreadable) -> object:
        warn_once("The value of %s cannot be read and counts as a miss: %s", name, str(fault))
        return UNREADABLE


UNREADABLE = object()


def entry_path(name: str, suffix: str = "") -> str:
    """The path of one value."""
    encoded = name if _PLAIN_PATH.fullmatch(name) else quote(name, safe="")
    return f"/v1/entries/{encoded}{suffix}"


def ttl_of(timeout: float | None) -> int:
    """Whole seconds, rounded up; 0 for a timeout that is over already."""
    if timeout is None:
        return FOREVER
    return min(max(math.ceil(timeout), 0), FOREVER)


def chunks(names: Iterable[str]) -> Iterable[list[str]]:
    """Lists of what one call may name."""
    whole = list(names)
    for start in range(0, len(whole), NAMES_AT_ONCE):
        yield whole[start : start + NAMES_AT_ONCE]
