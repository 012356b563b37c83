"""
A panel of Django Debug Toolbar: hits and misses of the page, beside the target of the strategy.

    DEBUG_TOOLBAR_PANELS = [..., "spms_cache_django.debug_toolbar.SidecarCachePanel"]

`spms_cache_django` must be in INSTALLED_APPS, for the template. A hit is what the sidecar says it
is: the toolbar's own panel takes a value that equals the default for a miss.
"""

from contextvars import ContextVar
from typing import Any, Final

from debug_toolbar.panels import Panel
from django.http import HttpRequest, HttpResponse

from .events import INVALIDATIONS, CacheEvent, subscribe

TARGET_PERCENT: Final = 70
_EVENTS_MAX: Final = 1000

# Of the request that this thread or task answers.
_recorded: ContextVar[list[CacheEvent] | None] = ContextVar("spms_cache_recorded", default=None)


def _record(event: CacheEvent) -> None:
    recorded = _recorded.get()
    if recorded is not None and len(recorded) < _EVENTS_MAX:
        recorded.append(event)


class SidecarCachePanel(Panel):
    """Every call that the page made."""

    title = "Sidecar cache"
    template = "spms_cache_django/debug_toolbar_panel.html"
    is_async = True

    @classmethod
    def ready(cls) -> None:
        """Once, when the toolbar starts."""
        subscribe(_record)

    @property
    def nav_subtitle(self) -> str:
        shown = self.get_stats()
        if not shown or shown["hit_rate"] is None:
            return "no reads"
        return f"{shown['hits']} of {shown['reads']} reads hit ({shown['hit_rate']} %)"

    def enable_instrumentation(self) -> None:
        _recorded.set([])

    def disable_instrumentation(self) -> None:
        """The list stays until the statistics are made of it."""

    def generate_stats(self, _request: HttpRequest, _response: HttpResponse) -> None:
        self.record_stats(shown_of(_recorded.get() or []))
        _recorded.set(None)


def shown_of(events: list[CacheEvent]) -> dict[str, Any]:
    """What the panel shows, as JSON can hold it: the toolbar keeps it for its history."""
    reads = [event for event in events if event.hit is not None]
    hits = sum(event.hit is True for event in reads)
    seconds = sum(event.seconds for event in reads)
    return {
        "reads": len(reads),
        "hits": hits,
        "misses": len(reads) - hits,
        "hit_rate": round(100 * hits / len(reads)) if reads else None,
        "target": TARGET_PERCENT,
        "mean_ms": round(1000 * seconds / len(reads), 2) if reads else None,
        "stored": sum(event.outcome == "stored" for event in events),
        "invalidations": sum(event.operation in INVALIDATIONS for event in events),
        "failures": sum(event.outcome == "error" for event in events),
        "is_cut": len(events) == _EVENTS_MAX,
        "calls": [
            {
                "alias": event.alias,
                "operation": event.operation,
                "outcome": event.outcome,
                "keys": ", ".join(event.keys[:5]) + (" …" if len(event.keys) > 5 else ""),
                "ms": round(1000 * event.seconds, 2),
            }
            for event in events
        ],
    }
