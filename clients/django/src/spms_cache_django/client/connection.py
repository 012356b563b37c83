"""
A kept connection of one thread, over TCP or a unix socket. Connecting, sending and receiving are
counted against one deadline, and what is not a whole answer ends the connection: its next byte
would belong to another call.
"""

from __future__ import annotations

import os

from .answer_reader import AnswerReader
from .errors import SidecarUnavailable
from .kept_socket import Arrivals, connect
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
            self._socket = connect(settings, deadline)
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

    def exchange(self, request: bytes, method: str, deadline: float) -> Answer:
        """
        Sends a request and receives its answer. Raises StaleConnection where a new one may be
        tried.
        """
        reader = AnswerReader(self._settings, method)
        is_done = False
        try:
            self._send(request, deadline)
            answer = None
            while answer is None:
                self._arrivals.wait(remaining(deadline))
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

    def _send(self, request: bytes, deadline: float) -> None:
        """Nearly every request fits into the buffer of the socket at once, without a wait."""
        sent = self._socket.send(request)
        if sent < len(request):
            self._socket.settimeout(remaining(deadline))
            self._socket.sendall(memoryview(request)[sent:])
            self._socket.setblocking(False)
