"""
The head of an answer (RFC 9112), without any I/O, so that sockets and streams share it. It takes
what the sidecar sends and refuses the rest: what it does not understand must not be taken for the
end of an answer.
"""

from __future__ import annotations

from dataclasses import dataclass

END = b"\r\n\r\n"
MAX_BYTES = 32 * 1024
_MAX_FIELDS = 200


class MalformedHead(ValueError):
    """Not a head of HTTP/1.1 with a known length; the text says why."""


@dataclass(frozen=True, slots=True)
class Head:
    """
    Status and fields; the names are in lower case, a field that came twice is joined with commas.
    """

    status: int
    headers: dict[str, str]
    # Bytes of the body, 0 where there is none.
    length: int
    # Whether another request may be sent over the connection.
    is_kept: bool


def parse(head: bytes, method: str) -> Head:
    """Parses all up to and without the empty line. Raises MalformedHead."""
    lines = head.decode("latin-1").split("\r\n")
    status = _status(lines[0])
    if len(lines) > _MAX_FIELDS:
        raise MalformedHead(f"more than {_MAX_FIELDS} fields")
    headers: dict[str, str] = {}
    for index in range(1, len(lines)):
        name, colon, value = lines[index].partition(":")
        # A space before the colon and a folded line are smuggled fields (RFC 9112 §5.1, §5.2).
        if not colon or not name or not _TOKEN.issuperset(name):
            raise MalformedHead("a line is no field")
        name = name.lower()
        value = value.strip(" \t")
        if name in headers:
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return Head(
        status=status,
        headers=headers,
        length=_length(status, headers, method),
        is_kept=headers.get("connection", "keep-alive").lower() != "close",
    )


_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _status(line: str) -> int:
    version, _, rest = line.partition(" ")
    code = rest[:3]
    if version != "HTTP/1.1" or not (code.isascii() and code.isdigit() and len(code) == 3):
        raise MalformedHead("no status line of HTTP/1.1")
    if code < "200":
        raise MalformedHead("an interim answer to a request that asked for none")
    return int(code)


def _length(status: int, headers: dict[str, str], method: str) -> int:
    """RFC 9112 §6.3: the sidecar always says how long its answer is."""
    if "transfer-encoding" in headers:
        raise MalformedHead("a transfer coding")
    if method == "HEAD" or status in (204, 304):
        return 0
    text = headers.get("content-length", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise MalformedHead("no length" if text == "" else "a length that is no number")
    return int(text)
