"""Settings of the tests, of mypy and of the small project in `tests/project`."""

import os

SECRET_KEY = "not a secret"  # noqa: S105
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "tests.project",
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
CACHES = {
    "default": {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": os.environ.get("SPMS_CACHE_CONTROL", "http://127.0.0.1:8081"),
    }
}
