"""
The head of an answer (RFC 9112), without any I/O, so that sockets and streams share it. It takes
what the sidecar sends and refuses the rest: what it does not understand must not be taken for the
end of an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

END = b"\r\n\r\n"
MAX_BYTES = 32 * 1024
_MAX_FIELDS = 200


class MalformedHead(ValueError):
    """Not a head of HTTP/1.1 with a known length; the text says why."""


@dataclass(slots=True)
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
    text = head.decode("latin-1")
    if _FORM.fullmatch(text) is None:
        raise MalformedHead(_fault_of(text))
    status_line, *lines = text.split("\r\n")
    status = int(status_line[9:12])
    if len(lines) > _MAX_FIELDS:
        raise MalformedHead(f"more than {_MAX_FIELDS} fields")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.lower()
        value = value.strip(" \t")
        headers[name] = value if name not in headers else f"{headers[name]}, {value}"
    return Head(
        status,
        headers,
        _length(status, headers, method),
        not _CLOSE.search(headers.get("connection", "")),
    )


_STATUS_LINE = r"HTTP/1\.1 [1-9][0-9]{2}(?: [^\r\n]*)?"
# No space before the colon and no folded lines, which others read differently (RFC 9112 §5.1,
# §5.2).
_FORM = re.compile(rf"{_STATUS_LINE}(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n]*)*")
_CLOSE = re.compile(r"(?:^|,)\s*close\s*(?:,|$)", re.IGNORECASE)


def _fault_of(text: str) -> str:
    has_status = re.match(rf"{_STATUS_LINE}(?:\r\n|\Z)", text)
    return "a line is no field" if has_status else "no status line of HTTP/1.1"


def _length(status: int, headers: dict[str, str], method: str) -> int:
    """RFC 9112 §6.3: the sidecar always says how long its answer is."""
    if status < 200:
        raise MalformedHead("an interim answer to a request that asked for none")
    if "transfer-encoding" in headers:
        raise MalformedHead("a transfer coding")
    if method == "HEAD" or status in (204, 304):
        return 0
    text = headers.get("content-length", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise MalformedHead("no length" if text == "" else "a length that is no number")
    return int(text)
