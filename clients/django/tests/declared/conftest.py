import os
from collections.abc import Iterator

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.support.library import Library, library_database  # noqa: E402
from tests.support.triggers import install  # noqa: E402


@pytest.fixture(scope="session")
def database() -> Iterator[Library]:
    """Without triggers."""
    with library_database() as library:
        yield library


@pytest.fixture
def library(database: Library) -> Iterator[Library]:
    """Empty, with the triggers of the tests' settings, and nothing in the outbox."""
    install()
    database.empty()
    yield database
    database.empty()
