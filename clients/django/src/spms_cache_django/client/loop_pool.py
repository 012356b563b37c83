"""The kept connections of one event loop."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from .errors import SidecarUnavailable
from .loop_connection import LoopConnection
from .network_failures import StaleConnection, unavailable
from .request import Answer
from .settings import ClientSettings


class LoopPool:
    """At most `max_connections` calls at once; the others wait in turn, within their budget."""

    def __init__(self, settings: ClientSettings) -> None:
        self._settings = settings
        self._idle: deque[LoopConnection] = deque()
        self._turns = asyncio.Semaphore(settings.max_connections)

    async def exchange(
        self, request: bytes, method: str, deadline: float, *, may_repeat: bool
    ) -> Answer:
        """Sends over a kept connection, or a new one. Raises SidecarUnavailable."""
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._turns.acquire()
        except TimeoutError as failure:
            raise unavailable(self._settings, failure) from failure
        try:
            return await self._exchange(request, method, deadline, may_repeat)
        finally:
            self._turns.release()

    def close(self) -> None:
        """Ends the idle connections."""
        while self._idle:
            self._idle.pop().close()

    async def _exchange(
        self, request: bytes, method: str, deadline: float, may_repeat: bool
    ) -> Answer:
        connection = self._kept()
        if connection is not None:
            try:
                return await self._over(connection, request, method, deadline)
            except StaleConnection as stale:
                if not may_repeat:
                    raise SidecarUnavailable(
                        "closed", self._settings.address, "before the answer began"
                    ) from stale
        connection = await LoopConnection.open(self._settings, deadline)
        return await self._over(connection, request, method, deadline)

    async def _over(
        self, connection: LoopConnection, request: bytes, method: str, deadline: float
    ) -> Answer:
        answer = await connection.exchange(request, method, deadline)
        if connection.is_open:
            self._idle.append(connection)
        return answer

    def _kept(self) -> LoopConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_of_this_process and not connection.is_closed_by_peer:
                return connection
            connection.close()
        return None
