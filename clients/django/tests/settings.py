"""Settings of the tests, of mypy and of the small project in `tests/project`."""

import os

from tests.library import settings as library

SECRET_KEY = "not a secret"  # noqa: S105
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "tests.project",
    *library.APPS,
]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "postgres": library.DATABASE,
}
DATABASE_ROUTERS = ["tests.library.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
CACHES = {
    "default": {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": os.environ.get("SPMS_CACHE_CONTROL", "http://127.0.0.1:8081"),
    },
    **library.CACHES,
}
SPMS_CACHE_INVALIDATES = library.INVALIDATES
SPMS_CACHE_INVALIDATION = {"CACHE": "recorded"}
SPMS_CACHE_OUTBOX = {"DATABASE": "postgres"}
