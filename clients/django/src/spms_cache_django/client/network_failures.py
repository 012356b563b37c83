"""Gives failures of the network their names."""

from __future__ import annotations

import time

from .errors import Reason, SidecarUnavailable
from .settings import ClientSettings


class StaleConnection(Exception):
    """A kept connection ended before a byte of the answer: its peer has closed it in between."""


def unavailable(settings: ClientSettings, failure: OSError) -> SidecarUnavailable:
    """The error that callers meet for one of the operating system."""
    reason: Reason = "unreachable"
    if isinstance(failure, TimeoutError):
        reason = "timeout"
    elif isinstance(failure, ConnectionRefusedError | FileNotFoundError):
        reason = "refused"
    elif is_end(failure):
        reason = "closed"
    return SidecarUnavailable(reason, settings.address, failure.strerror or str(failure))


def is_end(failure: Exception) -> bool:
    """Whether the peer has ended the connection."""
    if isinstance(failure, SidecarUnavailable):
        return failure.reason == "closed"
    return isinstance(failure, ConnectionResetError | BrokenPipeError | ConnectionAbortedError)


def remaining(deadline: float) -> float:
    """Seconds until a time of `time.monotonic`; raises TimeoutError when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the budget was used up")
    return left
