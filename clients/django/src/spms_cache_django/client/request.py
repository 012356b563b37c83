"""One call of the control door, and its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .settings import ClientSettings

# Sent again on a new connection when a kept one was closed under it: a second one changes nothing.
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})


@dataclass(slots=True)
class Call:
    """
    A request. Names of fields are in lower case; `is_repeatable` overrides what the method says.
    """

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    # Seconds beyond which it is given up; None is the budget of the settings.
    budget_seconds: float | None = None
    # Whether it is sent while the breaker is open: an invalidation that is not sent leaves old
    # answers.
    is_urgent: bool = False
    is_repeatable: bool | None = None

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does what sending it once does (RFC 9110 §9.2.2)."""
        if self.is_repeatable is not None:
            return self.is_repeatable
        return self.method in _IDEMPOTENT and "if-none-match" not in self.headers


@dataclass(slots=True)
class Answer:
    """What came back: the names of `headers` are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class RequestWriter:
    """Makes the bytes of requests to one address."""

    def __init__(self, settings: ClientSettings) -> None:
        authorization = f"authorization: Bearer {settings.token}\r\n" if settings.token else ""
        self._common = f" HTTP/1.1\r\nhost: {settings.authority}\r\n{authorization}"

    def write(self, call: Call) -> bytes:
        """Head and body. Raises ValueError where the value of a field would end its line."""
        if " " in call.path or "\r" in call.path or "\n" in call.path:
            raise ValueError("a space or a line break in the path")
        lines = [call.method, " ", call.path, self._common]
        for name, value in call.headers.items():
            if "\r" in value or "\n" in value:
                raise ValueError(f"a line break in {name}")
            lines += (name, ": ", value, "\r\n")
        if call.body or call.method in ("PUT", "POST"):
            lines.append(f"content-length: {len(call.body)}\r\n")
        lines.append("\r\n")
        return "".join(lines).encode("latin-1") + call.body
