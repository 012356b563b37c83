"""
A page with the real toolbar, asked once: prints what the panel shows, for `test_debug_toolbar.py`.
"""

import asyncio
import json
import os
import sys

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only for tests",
    DEBUG=True,
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django.contrib.staticfiles", "debug_toolbar", "spms_cache_django"],
    MIDDLEWARE=["debug_toolbar.middleware.DebugToolbarMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    STATIC_URL="static/",
    INTERNAL_IPS=["127.0.0.1"],
    CACHES={
        "default": {
            "BACKEND": "spms_cache_django.SidecarCache",
            "LOCATION": os.environ["SPMS_CACHE_CONTROL"],
        }
    },
    DEBUG_TOOLBAR_PANELS=["spms_cache_django.debug_toolbar.SidecarCachePanel"],
    DEBUG_TOOLBAR_CONFIG={"SHOW_TOOLBAR_CALLBACK": lambda _request: True},
)
django.setup()

from debug_toolbar.store import get_store  # noqa: E402
from debug_toolbar.toolbar import debug_toolbar_urls  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import AsyncClient, Client  # noqa: E402
from django.urls import path  # noqa: E402


def page(_request: HttpRequest) -> HttpResponse:
    """A miss, a stored value, two hits, and an invalidation."""
    cache.get("user:5:<b>")
    cache.set("user:5:<b>", None)
    cache.get("user:5:<b>", default=None)
    cache.get_many(["user:5:<b>"])
    cache.delete("user:5:<b>")
    return HttpResponse("<html><body>page</body></html>")


async def async_page(_request: HttpRequest) -> HttpResponse:
    """One miss."""
    await cache.aget("user:6")
    return HttpResponse("<html><body>page</body></html>")


urlpatterns = [path("page/", page), path("async/", async_page), *debug_toolbar_urls()]


def main() -> None:
    """Prints one line of JSON."""
    Client().get("/page/")
    asyncio.run(ask())
    Client().get("/none/")
    store = get_store()
    shown = []
    for request_id in store.request_ids():
        panel = Client().get(
            "/__debug__/render_panel/",
            {"request_id": request_id, "panel_id": "SidecarCachePanel"},
        )
        stats = store.panel(request_id, "SidecarCachePanel")
        shown.append({"stats": stats, "html": json.loads(panel.content)["content"]})
    sys.stdout.write(json.dumps(shown))


async def ask() -> None:
    await AsyncClient().get("/async/")


if __name__ == "__main__":
    main()
