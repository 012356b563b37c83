"""Settings of Django's test runner (`tests/runtests.py`), with the sidecar as the cache."""

import os
from pathlib import Path

import django

SIDECAR_URL = os.environ["SUITE_SIDECAR"]
SERIALIZER = os.environ["SUITE_SERIALIZER"]

TESTS = Path(django.__file__).parent.parent / "tests"

# A busy machine must not make a miss of a hit.
OPTIONS = {"SERIALIZER": SERIALIZER, "BUDGET_MS": 10_000}
CACHES = {
    "default": {
        "BACKEND": "spms_cache_django.SidecarCache",
        "LOCATION": SIDECAR_URL,
        "OPTIONS": OPTIONS,
    }
}

DATABASES = {
    name: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    for name in ("default", "other")
}
SECRET_KEY = "only for tests"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
SITE_ID = 1
LANGUAGE_CODE = "en"
ROOT_URLCONF = "urls"
STATIC_URL = "static/"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sites",
    "django.contrib.sessions",
    "django.contrib.messages",
    "cache",
    "sessions_tests",
    "async",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [TESTS / "templates"],
        "APP_DIRS": True,
    }
]
# Their tables are made without migrations, which some of the test models depend on.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "sessions": None}
