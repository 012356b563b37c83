"""The origin of behaviour.ts for gunicorn (`wsgi`) and uvicorn (`asgi`)."""

import functools
import re

SIZES = [0, 1024, 65535, 65536, 65537, 150504, 409600, 8388608]
CONTENT_LENGTH, CHUNKED = 0, 1
CLOSED = 1
CHUNK = 16384


@functools.cache
def body_of(size):
    if size == 0:
        return b""
    prefix, suffix = b'[{"id":5,"pad":"', b'"}]'
    length = size - len(prefix) - len(suffix)
    numbers = b"".join(b"%08d" % at for at in range(-(-length // 8)))
    return prefix + numbers[:length] + suffix


def wanted_in(path):
    end, framing, size = re.search(r"(\d)(\d)(\d)(?:/[a-z]+)?$", path).groups()
    return int(end), int(framing), SIZES[int(size)]


def chunks_of(body):
    return [body[at : at + CHUNK] for at in range(0, len(body), CHUNK)]


def wsgi(environ, start_response):
    _, framing, size = wanted_in(environ["PATH_INFO"])
    environ["wsgi.input"].read()
    headers = [("Content-Type", "application/json")]
    if framing == CONTENT_LENGTH:
        headers.append(("Content-Length", str(size)))
    start_response("200 OK", headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [body_of(size)] if framing == CONTENT_LENGTH else chunks_of(body_of(size))


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    end, framing, size = wanted_in(scope["path"])
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json")]
    if framing == CONTENT_LENGTH:
        headers.append((b"content-length", b"%d" % size))
    if end == CLOSED:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body_of(size)
    if framing == CHUNKED:
        for chunk in chunks_of(body):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body})
