"""`cache_page` with the JSON serializer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.test import RequestFactory, override_settings
from django.views.decorators.cache import cache_page

from spms_cache_django.serializers import Unwritable
from spms_cache_django.serializers.json_serializer import JSONSerializer
from tests.support.sidecar import Sidecar

json = JSONSerializer()


def kept(response: HttpResponseBase) -> Any:
    return json.loads(*json.dumps(response))


def test_an_answer_comes_back_as_it_is_sent() -> None:
    response = JsonResponse({"a": "清"}, status=201, reason="Made", headers={"X-Y": "z"})
    response.set_cookie("c", "a b;", max_age=7, httponly=True, samesite="Lax")
    found = kept(response)
    assert type(found) is HttpResponse
    assert found.serialize() == response.serialize()
    assert found.reason_phrase == "Made"
    assert found.cookies.output() == response.cookies.output()


def test_bytes_and_missing_types_are_kept() -> None:
    response = HttpResponse(b"\x00\xff", status=304)
    del response["Content-Type"]
    assert kept(response).serialize() == response.serialize()


def test_what_has_no_bytes_yet_is_refused_by_name() -> None:
    with pytest.raises(Unwritable, match="StreamingHttpResponse is streamed"):
        json.dumps(StreamingHttpResponse([b"a"]))
    template = TemplateResponse(RequestFactory().get("/"), "no-such")
    with pytest.raises(Unwritable, match="TemplateResponse is not rendered"):
        json.dumps(template)


def test_cache_page_answers_from_the_cache(sidecar: Sidecar) -> None:
    calls: list[str] = []

    @cache_page(60)
    def view(request: HttpRequest) -> HttpResponse:
        calls.append(request.path)
        return HttpResponse(f"page {len(calls)}")

    entry = {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": sidecar.location,
        "OPTIONS": {"BUDGET_MS": 5000, "RAISE_ERRORS": True},
    }
    with override_settings(CACHES={"default": entry}, ALLOWED_HOSTS=["*"]):
        caches["default"].clear()
        answers = [view(RequestFactory().get("/page")) for _ in range(3)]
    assert [answer.content for answer in answers] == [b"page 1"] * 3
    assert answers[2].headers["Cache-Control"] == "max-age=60"
    assert calls == ["/page"]
