"""
A kept connection of one thread, over TCP or a unix socket. Connecting, sending and receiving are
counted against one deadline, and what is not a whole answer ends the connection: its next byte
would belong to another call.
"""

from __future__ import annotations

import os
import select
import socket

from .answer_reader import AnswerReader
from .errors import SidecarUnavailable
from .network_failures import StaleConnection, is_end, remaining, unavailable
from .request import Answer
from .settings import ClientSettings

RECEIVED_AT_ONCE = 65_536


class Connection:
    """Not for two threads at once. Its methods raise SidecarUnavailable with a reason."""

    def __init__(self, settings: ClientSettings, deadline: float) -> None:
        self._settings = settings
        self._pid = os.getpid()
        self._is_used = False
        try:
            self._socket = _connect(settings, deadline)
        except OSError as failure:
            raise unavailable(settings, failure) from failure
        self._arrivals = Arrivals(self._socket)

    @property
    def is_open(self) -> bool:
        """Whether it can take another request, as far as this side knows."""
        return self._socket.fileno() >= 0

    @property
    def is_of_this_process(self) -> bool:
        """After a fork it is the parent's: the child must neither use it nor shut it down."""
        return self._pid == os.getpid()

    @property
    def is_closed_by_peer(self) -> bool:
        """Whether an end has arrived, or bytes that nobody asked for."""
        return self._arrivals.is_any()

    def close(self) -> None:
        """Closes this process' side; a shutdown would reach the process that it was forked from."""
        self._socket.close()

    def __del__(self) -> None:
        # A thread that ends leaves its connection behind.
        if (left := getattr(self, "_socket", None)) is not None:
            left.close()

    def exchange(self, request: bytes, method: str, deadline: float) -> Answer:
        """
        Sends a request and receives its answer. Raises StaleConnection where a new one may be
        tried.
        """
        reader = AnswerReader(self._settings, method)
        is_done = False
        try:
            self._socket.settimeout(remaining(deadline))
            self._socket.sendall(request)
            answer = None
            while answer is None:
                self._socket.settimeout(remaining(deadline))
                answer = reader.feed(self._socket.recv(RECEIVED_AT_ONCE))
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


class Arrivals:
    """Whether something has arrived at a socket while no answer was due: an end, or bytes nobody asked for."""

    def __init__(self, connected: socket.socket) -> None:
        self._poll = select.poll()
        self._poll.register(connected, select.POLLIN)

    def is_any(self) -> bool:
        """True also for a socket that is of no use any more."""
        try:
            return bool(self._poll.poll(0))
        except OSError:
            return True


def _connect(settings: ClientSettings, deadline: float) -> socket.socket:
    if not settings.socket_path:
        address = (settings.host, settings.port)
        connected = socket.create_connection(address, timeout=remaining(deadline))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.settimeout(remaining(deadline))
        connected.connect(settings.socket_path)
    except BaseException:
        connected.close()
        raise
    return connected
