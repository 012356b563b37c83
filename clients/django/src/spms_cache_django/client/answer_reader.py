"""
Puts the bytes of one answer together, without any I/O, so that threads and event loops share it.
"""

from __future__ import annotations

from .errors import Reason, SidecarUnavailable
from .head import END, MAX_BYTES, Head, MalformedHead, parse
from .request import Answer
from .settings import ClientSettings


class AnswerReader:
    """
    Fed with what a connection receives until it gives the answer. Errors are SidecarUnavailable.
    """

    def __init__(self, settings: ClientSettings, method: str) -> None:
        self._settings = settings
        self._method = method
        self._head: Head | None = None
        self._parts: list[bytes] = []
        self._missing = 0
        self.has_begun = False

    def feed(self, received: bytes) -> Answer | None:
        """The answer once it is whole. An empty `received` is the end of the connection."""
        if not received:
            raise self._failure("closed", "before the answer was whole")
        self.has_begun = True
        if self._head is None:
            return self._feed_head(received)
        self._parts.append(received)
        self._missing -= len(received)
        return self._whole(self._head)

    @property
    def is_kept(self) -> bool:
        """Whether the connection may be used again, once the answer is whole."""
        return self._head is not None and self._head.is_kept

    def _feed_head(self, received: bytes) -> Answer | None:
        if self._parts:
            received = self._parts[0] + received
        end = received.find(END)
        if (len(received) if end < 0 else end) > MAX_BYTES:
            raise self._failure("too-large", "the head of the answer")
        if end < 0:
            self._parts = [received]
            return None
        try:
            head = parse(received[:end], self._method)
        except MalformedHead as fault:
            raise self._failure("malformed", str(fault)) from fault
        if head.length > self._settings.max_answer_bytes:
            raise self._failure("too-large", f"{head.length} bytes")
        self._head = head
        self._parts = [received[end + len(END) :]]
        self._missing = head.length - len(self._parts[0])
        return self._whole(head)

    def _whole(self, head: Head) -> Answer | None:
        if self._missing > 0:
            return None
        if self._missing < 0:
            raise self._failure("malformed", "more bytes than its length says")
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        return Answer(head.status, head.headers, body)

    def _failure(self, reason: Reason, detail: str) -> SidecarUnavailable:
        return SidecarUnavailable(reason, self._settings.address, detail)
