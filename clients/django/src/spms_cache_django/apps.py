"""The Django application `spms_cache_django`."""

import logging

from django.apps import AppConfig

logger = logging.getLogger("spms_cache_django")


class SpmsCacheConfig(AppConfig):
    """Add `spms_cache_django` to INSTALLED_APPS for declared invalidation, checks and commands."""

    name = "spms_cache_django"
    label = "spms_cache_django"
    verbose_name = "SPMS cache"

    def ready(self) -> None:
        """What is declared wrongly is left out here; `manage.py check` says what that is."""
        from .checks import register_checks  # noqa: PLC0415
        from .in_transaction import is_wanted, warn_in_transactions  # noqa: PLC0415
        from .invalidation.declaration import read_declarations  # noqa: PLC0415
        from .invalidation.options import invalidation_options  # noqa: PLC0415
        from .invalidation.signals import connect_signals  # noqa: PLC0415

        register_checks()
        if is_wanted():
            warn_in_transactions()
        declarations, faults = read_declarations()
        for fault in faults:
            logger.error("%s %s", fault.label, fault.message)
        if invalidation_options().signals:
            connect_signals(declarations)
