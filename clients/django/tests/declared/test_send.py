"""How what is collected reaches the cache, and what happens when it does not."""

import logging
import time
from collections.abc import Iterator

import pytest
from django.test import override_settings

from spms_cache_django.invalidation.names import Names
from spms_cache_django.invalidation.send import announce
from tests.support.announced import answers, calls, taken


@pytest.fixture(autouse=True)
def nothing_before() -> Iterator[None]:
    taken()
    yield
    answers.clear()
    taken()


def test_tags_patterns_and_everything() -> None:
    announce(Names(tags={"a", "b"}, patterns={"c:*"}))
    announce(Names(everything=True))
    first, second = taken()
    assert (first.tags, first.patterns, first.everything) == ({"a", "b"}, {"c:*"}, False)
    assert (second.tags, second.everything) == (set(), True)
    # What the backend keeps under a key of that name is untrue, too.
    assert first.keys == {"a", "b"}


def test_a_cache_with_a_prefix_has_other_keys_and_the_same_tags() -> None:
    with override_settings(SPMS_CACHE_INVALIDATION={"CACHE": "prefixed"}):
        announce(Names(tags={"a"}, patterns={"c:*"}))
    (call,) = taken()
    assert (call.keys, call.tags) == ({"shop:a"}, {"a", "shop:a"})
    assert call.patterns == {"c:*", "shop:c:*"}


def test_a_failure_is_logged_with_its_names_and_not_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answers.append(RuntimeError("refused"))
    announce(Names(tags={f"tag:{number}" for number in range(12)}))
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "tag:0" in record.getMessage()
    assert "and 2 more" in record.getMessage()
    assert record.exc_info


def test_a_missing_acknowledgement_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    answers.append(False)
    announce(Names(tags={"a"}))
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (
        logging.WARNING,
        "Invalidation not acknowledged by every pod: a",
    )


@pytest.mark.parametrize("alias", ["plain", "nobody"])
def test_another_cache_is_an_error_of_the_log(alias: str, caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(SPMS_CACHE_INVALIDATION={"CACHE": alias}):
        announce(Names(tags={"a"}))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert taken() == []


@override_settings(SPMS_CACHE_INVALIDATION={"CACHE": "recorded", "WAIT": False})
def test_without_waiting_a_thread_sends_what_has_come_meanwhile() -> None:
    for number in range(200):
        announce(Names(tags={f"tag:{number}"}))
    deadline = time.monotonic() + 5
    while len({tag for call in calls for tag in call.tags}) < 200:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert {call.thread for call in taken()} == {"spms-cache-invalidations"}
