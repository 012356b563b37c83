"""
Keeps pages fast while the sidecar is away: after some failures in a row nothing is sent for a short
time, then one call tries. Says once that it is down, and once that it is up again.
"""

from __future__ import annotations

import logging
import threading
import time

from .errors import SidecarUnavailable
from .settings import ClientSettings

logger = logging.getLogger("spms_cache_django")


class Breaker:
    """Shared by all threads and loops of a process."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0
        self._is_down = False

    @property
    def is_down(self) -> bool:
        """Whether the last thing that happened is a failure."""
        return self._is_down

    def check(self, *, is_urgent: bool) -> None:
        """Raises SidecarUnavailable where a call is not to be sent; an urgent one always is."""
        if is_urgent or self._failures < self._settings.breaker_failures:
            return
        with self._lock:
            now = time.monotonic()
            if now < self._open_until:
                raise SidecarUnavailable("breaker", self._settings.address, "not tried again yet")
            # The one that tries; the others go on without until it has an answer.
            self._open_until = now + self._settings.breaker_seconds

    def failed(self, failure: SidecarUnavailable) -> None:
        """Counts a call without an answer."""
        with self._lock:
            self._failures += 1
            self._open_until = time.monotonic() + self._settings.breaker_seconds
        self._go_down(failure)

    def answered_without_use(self, failure: SidecarUnavailable) -> None:
        """
        Notes an answer that comes fast and says that nothing can be had: later calls need not be
        held back.
        """
        with self._lock:
            self._failures = 0
        self._go_down(failure)

    def renew_lock(self) -> None:
        """After a fork, in the child."""
        self._lock = threading.Lock()

    def _go_down(self, failure: SidecarUnavailable) -> None:
        with self._lock:
            goes_down = not self._is_down
            self._is_down = True
        if goes_down:
            logger.warning(
                "The cache sidecar gives no answers: going on without the cache. %s", failure
            )

    def succeeded(self) -> None:
        """Counts a call with an answer."""
        if not self._failures and not self._is_down:
            return
        with self._lock:
            self._failures = 0
            comes_up = self._is_down
            self._is_down = False
        if comes_up:
            logger.warning("The cache sidecar answers again: %s", self._settings.address)
