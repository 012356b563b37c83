"""Django with one cache, named by PROOF_CACHE: `sidecar` or `django-redis`.

PROOF_LOCATIONS are the addresses of the sidecars, or the one of Redis, with spaces between them:
each process takes one of them (`use_location`). PROOF_DATABASE_FOLDER is PostgreSQL's socket
folder. PROOF_FENCE=off takes the fence out.
"""

import os

CACHE = os.environ["PROOF_CACHE"]
LOCATIONS = os.environ["PROOF_LOCATIONS"].split()

# django-redis as the caching strategy has it.
DJANGO_REDIS = {
    "BACKEND": "django_redis.cache.RedisCache",
    "LOCATION": LOCATIONS[0],
    "OPTIONS": {
        "CLIENT_CLASS": "django_redis.client.DefaultClient",
        "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        "SOCKET_CONNECT_TIMEOUT": 5,
        "SOCKET_TIMEOUT": 5,
        "CONNECTION_POOL_KWARGS": {"max_connections": 50, "retry_on_timeout": True},
    },
    "KEY_PREFIX": "spms",
    "TIMEOUT": 300,
}

# What is not acknowledged must raise: an invalidation that nobody took would be counted as one that
# holds.
SIDECAR = {
    "BACKEND": "spms_cache_django.SidecarCache",
    "LOCATION": LOCATIONS[0],
    "OPTIONS": {
        "RAISE_ERRORS": True,
        "BUDGET_MS": 10_000,
        "FENCE": os.environ.get("PROOF_FENCE") != "off",
    },
    "TIMEOUT": 300,
}

CACHES = {"default": {"sidecar": SIDECAR, "django-redis": DJANGO_REDIS}[CACHE]}

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PROOF_DATABASE_FOLDER", ""),
        "NAME": "postgres",
        "USER": "spms",
    }
}
SECRET_KEY = "only for tests"
USE_TZ = True


def use_location(number: int) -> None:
    """Before the first use of the cache in a process: it takes one of the locations in turn."""
    CACHES["default"]["LOCATION"] = LOCATIONS[number % len(LOCATIONS)]
