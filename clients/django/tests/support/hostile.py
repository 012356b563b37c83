"""
A server that answers each connection as a test says: with bytes of any kind, late, or not at all.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

Behaviour = Callable[[socket.socket, int], None]


class HostileServer:
    """
    `behave(connection, number)` runs in a thread for each connection; its end closes the
    connection.
    """

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def location(self) -> str:
        """As in `LOCATION`."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._listening.close()
        for each in self._open:
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(connection)
            self.connections += 1
            arguments = (connection, self.connections)
            threading.Thread(target=self._serve, args=arguments, daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError), connection:
            self._behave(connection, number)


def read_request(connection: socket.socket) -> bytes:
    """The head of a request and as much of its body as has come; b'' at the end."""
    received = b""
    while b"\r\n\r\n" not in received:
        some = connection.recv(65536)
        if not some:
            return b""
        received += some
    return received


def says(*parts: bytes) -> Behaviour:
    """Sends these bytes to each request, then closes."""

    def behave(connection: socket.socket, _number: int) -> None:
        read_request(connection)
        for part in parts:
            connection.sendall(part)

    return behave
