"""A socket that does not block, and closes itself without a word when nobody has it any more."""

from __future__ import annotations

import math
import select
import socket

from .network_failures import remaining
from .settings import ClientSettings


class KeptSocket(socket.socket):
    """
    Threads and loops that end leave their connections behind: that is no leak to be warned of.
    """

    def __del__(self) -> None:
        self.close()


class Arrivals:
    """What has come to a socket: bytes, or its end."""

    def __init__(self, connected: socket.socket) -> None:
        self._poll = select.poll()
        self._poll.register(connected, select.POLLIN)

    def is_any(self) -> bool:
        """Whether something is there already; also for a socket that is of no use any more."""
        try:
            return bool(self._poll.poll(0))
        except OSError:
            return True

    def wait(self, seconds: float) -> None:
        """Until something is there. Raises TimeoutError."""
        if not self._poll.poll(math.ceil(seconds * 1000)):
            raise TimeoutError("the budget was used up")


def connect(settings: ClientSettings, deadline: float) -> KeptSocket:
    """Connects before the deadline. Raises OSError."""
    if settings.socket_path:
        connected = KeptSocket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.settimeout(remaining(deadline))
        connected.connect(settings.socket_path)
    else:
        address = (settings.host, settings.port)
        made = socket.create_connection(address, timeout=remaining(deadline))
        connected = KeptSocket(made.family, made.type, made.proto, fileno=made.detach())
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setblocking(False)
    return connected
