"""The Django application `spms_cache_django`."""

from django.apps import AppConfig


class SpmsCacheConfig(AppConfig):
    """Add `spms_cache_django` to INSTALLED_APPS for declared invalidation, checks and commands."""

    name = "spms_cache_django"
    label = "spms_cache_django"
    verbose_name = "SPMS cache"
