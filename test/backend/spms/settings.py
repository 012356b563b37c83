"""One Django project in the form of the SPMS backend. What differs between tests comes from the environment."""

import os

from spms.cache_settings import cache_of

SECRET_KEY = "only for tests"
DEBUG = os.environ.get("SPMS_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("SPMS_HOSTS", "127.0.0.1,localhost").split(",")

ROOT_URLCONF = "spms.urls"
WSGI_APPLICATION = "spms.wsgi.application"
AUTH_USER_MODEL = "spms.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "spms",
]

# Django's documentation says where each belongs; none is in the SPMS backend, and each is common elsewhere. The count of
# queries is for the tests.
OPTIONAL = os.environ.get("SPMS_MIDDLEWARE", "").split(",")
MIDDLEWARE = [
    *(["spms.queries.CountQueries"] if "queries" in OPTIONAL else []),
    *(["django.middleware.gzip.GZipMiddleware"] if "gzip" in OPTIONAL else []),
    *(["django.middleware.http.ConditionalGetMiddleware"] if "conditional" in OPTIONAL else []),
    "spms.cross_origin.VaryOnOrigin",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    *(["django.middleware.locale.LocaleMiddleware"] if "locale" in OPTIONAL else []),
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "spms.single_sign_on.SingleSignOn",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("SPMS_DATABASE_FOLDER", ""),
        "NAME": os.environ.get("SPMS_DATABASE", "spms"),
        "USER": "spms",
        # The tests put another database in place of this one, which ends the connections.
        "CONN_MAX_AGE": int(os.environ.get("SPMS_CONNECTION_SECONDS", "60")),
        "CONN_HEALTH_CHECKS": True,
    }
}

# Where the services keep what they found: `none`, `django-redis` or `sidecar`, at SPMS_CACHE_LOCATION. The throttles count in the
# same cache; without one, each worker counts for itself.
SERVICES_CACHE = os.environ.get("SPMS_SERVICES_CACHE", "none")
CACHES = {"default": cache_of(SERVICES_CACHE, os.environ.get("SPMS_CACHE_LOCATION", ""))}
CACHE_KEYS = {
    "user_projects": "user:{user_id}:projects",
    "agency_branches": "agency:all:branches",
    "user_profile": "user:{user_id}:profile",
}
CACHE_TTL = {"user_projects": 300, "agency_branches": 3600, "user_profile": 600}

# What changes make untrue, declared once: for the triggers of the outbox, and for Django's signals where those are on, too.
if os.environ.get("SPMS_DECLARED") == "1":
    from .invalidates import INVALIDATES as SPMS_CACHE_INVALIDATES  # noqa: F401

    INSTALLED_APPS.append("spms_cache_django")
    SPMS_CACHE_INVALIDATION = {"SIGNALS": os.environ.get("SPMS_SIGNALS") == "1"}

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        # Empty: no throttle.
        "anon": os.environ.get("SPMS_ANONYMOUS_RATE", "200/hour") or None,
        "user": os.environ.get("SPMS_USER_RATE", "1000/hour") or None,
    },
}

# The ingress, which ends TLS, sets it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_NAME = "spmscsrf"
LANGUAGES = [("en", "English"), ("de", "German")]
USE_TZ = True
TIME_ZONE = "Australia/Perth"
MEDIA_ROOT = os.environ.get("SPMS_FILES", "")
MEDIA_URL = "/files/"
STATIC_URL = "/static/"
PAGE_SIZE = 24

# A hash that is meant to be slow would be most of the seeding.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "ERROR"},
}
