"""
What the tests of declared invalidation add to the settings; the host of PostgreSQL comes later.
"""

from typing import Any

APPS = ["spms_cache_django", "tests.library"]
DATABASE: dict[str, Any] = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "postgres",
    "USER": "spms",
}
CACHES: dict[str, dict[str, Any]] = {
    "recorded": {"BACKEND": "tests.support.announced.RecordingCache"},
    "prefixed": {"BACKEND": "tests.support.announced.RecordingCache", "KEY_PREFIX": "shop"},
    "plain": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
INVALIDATES = {
    "library.Author": ["author:{pk}", "slug:{slug}"],
    "library.Shelf": ["shelves"],
    "library.Book": ["book:{pk}", "reader:{loans.reader_id}:books", "shelf:{shelf_id}"],
    "library.Audiobook": ["book:{pk}"],
    "library.Book.editors": ["author:{author_id}:edits"],
    "library.Reader": {"tags": ["reader:{pk}", "card:{card}"], "ignore": ["last_seen"]},
    "library.Loan": ["reader:{reader_id}:books", "book:{book_id}"],
    "library.Review": ["reviews:{shelf_id}"],
    "library.Seat": ["room:{room}", "room:{room}:seat:{number}"],
    "library.Odd": ["it's_\\_${value}:{text}"],
    "library.Visit": ["reader:{reader_id}:visits"],
}
