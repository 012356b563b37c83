"""The head of an answer: what the sidecar sends is taken, everything else is refused."""

from __future__ import annotations

import pytest

from spms_cache_django.client.head import MalformedHead, parse


def test_status_and_fields_are_read() -> None:
    head = parse(b'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 5\r\nAge:  3 ', "GET")
    assert (head.status, head.length, head.is_kept) == (200, 5, True)
    assert head.headers == {"etag": '"a"', "content-length": "5", "age": "3"}


@pytest.mark.parametrize(
    ("head", "method"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5", "HEAD"),
        (b"HTTP/1.1 204 No Content", "PUT"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5", "GET"),
    ],
)
def test_some_answers_have_no_body_whatever_they_say(head: bytes, method: str) -> None:
    assert parse(head, method).length == 0


def test_a_connection_that_is_closed_is_not_used_again() -> None:
    assert not parse(b"HTTP/1.1 204 X\r\nConnection: Close", "PUT").is_kept


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"", "status line"),
        (b"hello", "status line"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1", "status line"),
        (b"HTTP/2 200 OK\r\nContent-Length: 1", "status line"),
        (b"HTTP/1.1 2x0 OK\r\nContent-Length: 1", "status line"),
        (b"HTTP/1.1 20", "status line"),
        (b"HTTP/1.1 100 Continue", "interim"),
        (b"HTTP/1.1 200 OK", "no length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1", "no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +1", "no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1_0", "no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: \xb2", "no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2", "no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999", "no number"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "transfer coding"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1", "transfer coding"),
        (b"HTTP/1.1 200 OK\r\nContent-Length : 1", "no field"),
        (b"HTTP/1.1 200 OK\r\n folded: 1", "no field"),
        (b"HTTP/1.1 200 OK\r\nno colon", "no field"),
        (b"HTTP/1.1 200 OK\r\n: 1", "no field"),
        (b"HTTP/1.1 200 OK\nContent-Length: 1", "status line"),
        (b"HTTP/1.1 200 OK" + b"\r\na: b" * 300, "more than 200 fields"),
    ],
)
def test_everything_else_is_refused(head: bytes, said: str) -> None:
    with pytest.raises(MalformedHead, match=said):
        parse(head, "GET")
