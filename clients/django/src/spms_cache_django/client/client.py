"""Calls of the control door, from threads and from coroutines."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from .breaker import Breaker
from .connection import Connection
from .errors import SidecarUnavailable
from .loop_pool import LoopPool
from .network_failures import StaleConnection
from .request import Answer, Call, RequestWriter
from .settings import ClientSettings
from .statuses import unusable

# An invalidation that Redis has not taken: the sidecar is there, and not everything is well.
PENDING = 202


class ControlClient:
    """
    Keeps one connection for each thread and a few for each event loop. `send` and `asend` return
    every answer, whatever its status, and raise SidecarUnavailable when there is none within the
    budget.
    """

    def __init__(self, settings: ClientSettings) -> None:
        self.settings = settings
        self.breaker = Breaker(settings)
        self._writer = RequestWriter(settings)
        self._of_thread = _ThreadConnections()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, LoopPool] = WeakKeyDictionary()

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        budget_seconds: float | None = None,
    ) -> Answer:
        """One call; `path` is encoded already, names of fields are in lower case."""
        return self.send(Call(method, path, body, headers or {}, budget_seconds))

    def send(self, call: Call) -> Answer:
        """One call from a thread."""
        self.breaker.check(is_urgent=call.is_urgent)
        request = self._writer.write(call)
        try:
            answer = self._exchange(call, request, self._deadline(call))
        except SidecarUnavailable as failure:
            self.breaker.failed(failure)
            raise
        self._note(answer)
        return answer

    async def asend(self, call: Call) -> Answer:
        """One call from a coroutine."""
        self.breaker.check(is_urgent=call.is_urgent)
        request = self._writer.write(call)
        try:
            answer = await self._pool().exchange(
                request, call.method, self._deadline(call), may_repeat=call.may_repeat
            )
        except SidecarUnavailable as failure:
            self.breaker.failed(failure)
            raise
        self._note(answer)
        return answer

    def close(self) -> None:
        """Ends the connection of this thread; the next call makes a new one."""
        if self._of_thread.connection is not None:
            self._of_thread.connection.close()
            self._of_thread.connection = None

    def _note(self, answer: Answer) -> None:
        failure = unusable(answer, self.settings.address)
        if failure is not None:
            self.breaker.answered_without_use(failure)
        elif answer.status != PENDING:
            self.breaker.succeeded()

    def _deadline(self, call: Call) -> float:
        budget = call.budget_seconds
        return time.monotonic() + (self.settings.budget_seconds if budget is None else budget)

    def _exchange(self, call: Call, request: bytes, deadline: float) -> Answer:
        connection = self._kept()
        if connection is not None:
            try:
                return connection.exchange(request, call.method, deadline)
            except StaleConnection as stale:
                if not call.may_repeat:
                    raise SidecarUnavailable(
                        "closed", self.settings.address, "before the answer began"
                    ) from stale
        connection = Connection(self.settings, deadline)
        self._of_thread.connection = connection
        return connection.exchange(request, call.method, deadline)

    def _kept(self) -> Connection | None:
        connection = self._of_thread.connection
        if connection is None or not connection.is_open:
            return None
        if connection.is_of_this_process and not connection.is_closed_by_peer:
            return connection
        connection.close()
        return None

    def _pool(self) -> LoopPool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = LoopPool(self.settings)
        return pool


class _ThreadConnections(threading.local):
    connection: Connection | None = None


_clients: dict[ClientSettings, ControlClient] = {}
_making = threading.Lock()


def client_for(settings: ClientSettings) -> ControlClient:
    """
    The client of this process for these settings: Django makes a cache object for each thread.
    """
    client = _clients.get(settings)
    if client is None:
        with _making:
            client = _clients.setdefault(settings, ControlClient(settings))
    return client


def _renew_locks() -> None:
    """In a child, where a lock that another thread held at the fork would be held for ever."""
    global _making  # noqa: PLW0603
    _making = threading.Lock()
    for client in _clients.values():
        client.breaker.renew_lock()


os.register_at_fork(after_in_child=_renew_locks)
