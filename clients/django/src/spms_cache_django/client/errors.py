"""What a caller of the sidecar can meet. Each says in one word why, for logs and tests."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "refused",  # nobody listens there
    "unreachable",  # any other failure to connect, or of a connection
    "timeout",  # the budget was used up
    "closed",  # the connection ended before the answer did
    "malformed",  # the answer is no HTTP/1.1 as the sidecar speaks it
    "too-large",  # its head or its body is longer than the limit
    "store",  # the sidecar is there, and its store is not (503)
    "unauthorized",  # the sidecar refuses this caller (401, 403)
    "unexpected",  # any other status that the call has no meaning for
    "breaker",  # the calls before have failed: this one was not sent
]


class CacheSidecarError(Exception):
    """Every error of this package that is not one of Django's own."""


class SidecarUnavailable(CacheSidecarError):
    """No usable answer came. `reason` is one word; the text also names the address."""

    def __init__(self, reason: Reason, address: str, detail: str = "") -> None:
        super().__init__(f"{address}: {reason}{': ' if detail else ''}{detail}")
        self.reason = reason
        self.address = address
        self.detail = detail


class SidecarRefused(CacheSidecarError):
    """The sidecar answered that this call is wrong (a 4xx): `detail` names the field."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
