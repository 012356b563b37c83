"""
The same for coroutines. Sockets in place of asyncio's transports: one that is left behind by a loop
that has ended can be closed, also in a process that was forked.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time

from .answer_reader import AnswerReader
from .connection import RECEIVED_AT_ONCE
from .errors import SidecarUnavailable
from .kept_socket import Arrivals, KeptSocket
from .network_failures import StaleConnection, is_end, unavailable
from .request import Answer
from .settings import ClientSettings


class LoopConnection:
    """For one call at a time. Its methods raise SidecarUnavailable with a reason."""

    def __init__(self, settings: ClientSettings, connected: KeptSocket) -> None:
        self._settings = settings
        self._socket = connected
        self._arrivals = Arrivals(connected)
        self._pid = os.getpid()
        self._is_used = False

    @classmethod
    async def open(cls, settings: ClientSettings, deadline: float) -> LoopConnection:
        """Connects before the deadline, a time of `time.monotonic`."""
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return cls(settings, await _connect(settings))
        except OSError as failure:
            raise unavailable(settings, failure) from failure

    @property
    def is_open(self) -> bool:
        """Whether it can take another request, as far as this side knows."""
        return self._socket.fileno() >= 0

    @property
    def is_of_this_process(self) -> bool:
        """After a fork it is the parent's."""
        return self._pid == os.getpid()

    @property
    def is_closed_by_peer(self) -> bool:
        """Whether an end has arrived, or bytes that nobody asked for."""
        return self._arrivals.is_any()

    def close(self) -> None:
        """Closes this process' side."""
        self._socket.close()

    async def exchange(self, request: bytes, method: str, deadline: float) -> Answer:
        """Sends a request and receives its answer; a call that is cancelled ends the connection."""
        reader = AnswerReader(self._settings, method)
        loop = asyncio.get_running_loop()
        is_done = False
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await loop.sock_sendall(self._socket, request)
                answer = None
                while answer is None:
                    answer = reader.feed(await loop.sock_recv(self._socket, RECEIVED_AT_ONCE))
            is_done = reader.is_kept
        except (OSError, SidecarUnavailable) as failure:
            if self._is_used and not reader.has_begun and is_end(failure):
                raise StaleConnection from failure
            if isinstance(failure, SidecarUnavailable):
                raise
            raise unavailable(self._settings, failure) from failure
        finally:
            if not is_done:
                self.close()
        self._is_used = True
        return answer


async def _connect(settings: ClientSettings) -> KeptSocket:
    loop = asyncio.get_running_loop()
    if settings.socket_path:
        return await _connect_to(loop, socket.AF_UNIX, settings.socket_path)
    found = await loop.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    failure: OSError = ConnectionRefusedError("the name has no address")
    for family, _, _, _, address in found:
        try:
            return await _connect_to(loop, family, address)
        except OSError as failed:
            failure = failed
    raise failure


async def _connect_to(
    loop: asyncio.AbstractEventLoop, family: socket.AddressFamily, address: object
) -> KeptSocket:
    connected = KeptSocket(family, socket.SOCK_STREAM)
    try:
        connected.setblocking(False)
        if family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(connected, address)  # type: ignore[arg-type]
    except BaseException:
        connected.close()
        raise
    return connected
