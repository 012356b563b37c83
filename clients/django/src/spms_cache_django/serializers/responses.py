"""
Answers that Django's `cache_page` and cache middleware keep. They come back as plain
`HttpResponse`: status, fields, cookies and bytes, which is all that is sent.
"""

from __future__ import annotations

from http.cookies import Morsel
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from . import Unwritable


def parts_of(response: HttpResponseBase) -> list[Any]:
    """
    Status, reason, fields, cookies and body. Raises Unwritable for one whose bytes are not there.
    """
    if not isinstance(response, HttpResponse):
        raise Unwritable(f"{type(response).__qualname__} is streamed")
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        raise Unwritable(f"{type(response).__qualname__} is not rendered")
    cookies = [
        [each.key, each.value, each.coded_value, dict(each)] for each in response.cookies.values()
    ]
    fields = [list(field) for field in response.headers.items()]
    return [response.status_code, response.reason_phrase, fields, cookies, response.content]


def response_of(parts: list[Any]) -> HttpResponse:
    """The answer. Raises ValueError, TypeError or LookupError for what is none."""
    status, reason, fields, cookies, content = parts
    response = HttpResponse(content, status=status, reason=reason, headers=dict(fields))
    if "content-type" not in {name.lower() for name, _ in fields}:
        del response.headers["Content-Type"]
    for key, value, coded, attributes in cookies:
        morsel: Morsel[str] = Morsel()
        morsel.set(key, value, coded)
        morsel.update(attributes)
        response.cookies[key] = morsel
    return response
