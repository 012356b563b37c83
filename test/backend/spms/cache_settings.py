"""The caches that are set side by side, each in one entry of CACHES."""


def cache_of(kind, location):
    """`none`, `django-redis` as the caching strategy has it, or the sidecar in its place."""
    if kind == "none":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if kind == "django-redis":
        return {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": location,
            "OPTIONS": {
                "CLIENT_CLASS": "django_redis.client.DefaultClient",
                "SOCKET_CONNECT_TIMEOUT": 5,
                "SOCKET_TIMEOUT": 5,
                # `RETRY_ON_TIMEOUT` and `MAX_CONNECTIONS` of the strategy's document, where django-redis reads them.
                "CONNECTION_POOL_KWARGS": {"max_connections": 50, "retry_on_timeout": True},
            },
            "KEY_PREFIX": "spms",
            "TIMEOUT": 300,
        }
    if kind == "sidecar":
        return {"BACKEND": "spms_cache_django.SidecarCache", "LOCATION": location, "TIMEOUT": 300}
    raise ValueError(f"SPMS_SERVICES_CACHE: {kind!r} is none of none, django-redis and sidecar.")
