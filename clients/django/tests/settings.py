"""Of the tests. The host of `postgres` is filled in when the server has been started."""

SECRET_KEY = "only for tests"  # noqa: S105
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "spms_cache_django", "tests.library"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "postgres": {"ENGINE": "django.db.backends.postgresql", "NAME": "postgres", "USER": "spms"},
}
DATABASE_ROUTERS = ["tests.library.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SPMS_CACHE_INVALIDATES = {
    "library.Author": ["author:{pk}", "slug:{slug}"],
    "library.Shelf": ["shelves"],
    "library.Book": ["book:{pk}", "reader:{loans.reader_id}:books", "shelf:{shelf_id}"],
    "library.Audiobook": ["book:{pk}"],
    "library.Book.editors": ["author:{author_id}:edits"],
    "library.Reader": {"tags": ["reader:{pk}", "card:{card}"], "ignore": ["last_seen"]},
    "library.Loan": ["reader:{reader_id}:books", "book:{book_id}"],
    "library.Seat": ["room:{room}", "room:{room}:seat:{number}"],
    "library.Odd": ["it's \\ ${value}:{text}".replace(" ", "_")],
    "library.Visit": ["reader:{reader_id}:visits"],
}
SPMS_CACHE_OUTBOX = {"DATABASE": "postgres"}
CACHES = {
    "default": {"BACKEND": "tests.support.announced.RecordingCache"},
    "plain": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
