"""`manage.py spms_cache`, in a process of its own and with its exit code."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.library.models import Shelf
from tests.library.settings import INVALIDATES
from tests.support.library import Library
from tests.support.sidecar import Sidecar

PROJECT = Path(__file__).parents[2]


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "django", "spms_cache", *arguments],
        cwd=PROJECT,
        env={
            **os.environ,
            "PYTHONPATH": f"{PROJECT}:{PROJECT / 'src'}",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def memory_sidecar() -> Sidecar:
    return Sidecar()


@pytest.fixture(scope="module")
def control(memory_sidecar: Sidecar) -> str:
    """The address of a sidecar that is running."""
    memory_sidecar.start()
    return memory_sidecar.location


def called(*arguments: str) -> str:
    output = StringIO()
    call_command("spms_cache", *arguments, stdout=output)
    return output.getvalue()


def test_the_sidecar_is_asked(memory_sidecar: Sidecar, control: str) -> None:
    try:
        pinged = manage("ping", SPMS_CACHE_CONTROL=control)
        assert (pinged.returncode, pinged.stdout) == (0, f"{control} answers\n"), pinged.stderr
        numbers = manage("stats", "--json", SPMS_CACHE_CONTROL=control)
        assert numbers.returncode == 0
        assert "hits" in numbers.stdout
        assert isinstance(json.loads(numbers.stdout), dict)
        done = manage("invalidate", "--tag", "project:5", "--json", SPMS_CACHE_CONTROL=control)
        assert done.returncode == 0
        assert json.loads(done.stdout)["acknowledged"] is True
        everything = manage("invalidate", "--everything", SPMS_CACHE_CONTROL=control)
        assert (everything.returncode, everything.stdout) == (0, "0 removed\n")
        wrong = manage("invalidate", "--tag", "a b", SPMS_CACHE_CONTROL=control)
        assert wrong.returncode == 1
        assert "tags" in wrong.stderr
    finally:
        memory_sidecar.stop()


def test_a_sidecar_that_is_not_there_is_a_reason_and_a_code() -> None:
    away = manage("ping", SPMS_CACHE_CONTROL="http://127.0.0.1:9")
    assert away.returncode == 1
    *_, line = away.stderr.splitlines()
    assert line.startswith("CommandError: The sidecar gave no answer to use: ")
    assert "127.0.0.1:9" in line
    assert "refused" in line


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ping", "--cache", "plain"], r"CACHES\['plain'\] is .*LocMemCache: no SidecarCache"),
        (["stats", "--cache", "nobody"], r"CACHES\['nobody'\]: The connection 'nobody' does"),
        (["invalidate"], "Name keys, tags or patterns, or --everything alone"),
        (["invalidate", "--everything", "--tag", "a"], "or --everything alone"),
        (["show_triggers", "--database", "nobody"], "The connection 'nobody' doesn't exist"),
        (["show_triggers", "--database", "default"], "'default' is SQLite: the outbox needs"),
    ],
)
def test_what_cannot_be_done_says_why(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        called(*arguments)


def test_faults_of_the_declarations_are_all_named(library: Library) -> None:
    faulty = {"library.Buch": ["a"], "library.Book": ["book:{isbn}"]}
    with (
        override_settings(SPMS_CACHE_INVALIDATES=faulty),
        pytest.raises(CommandError, match=r"(?s)library\.Buch: is no model.*has no 'isbn'"),
    ):
        called("install_triggers")
    with override_settings(SPMS_CACHE_INVALIDATES={}), pytest.raises(CommandError, match="Nothing"):
        called("install_triggers")


def test_triggers_are_shown_removed_and_installed(library: Library) -> None:
    shown = called("show_triggers").splitlines()
    assert shown[0] == "public.spms_cache_outbox: there"
    assert "installed public.library_book: book:{pk}" in "\n".join(shown)
    called("remove_triggers")
    with pytest.raises(SystemExit) as ended:
        called("show_triggers", "--json")
    assert ended.value.code == 1
    sql = called("install_triggers", "--dry-run")
    assert "CREATE OR REPLACE TRIGGER" in sql
    Shelf.objects.create(room="a")
    assert library.written().rows == 0
    done = json.loads(called("install_triggers", "--json", "--role", "the sidecar"))
    assert done["ran"] is True
    assert done["grants"][1] == (
        'GRANT SELECT, DELETE, UPDATE (id) ON "public"."spms_cache_outbox" TO "the sidecar"'
    )
    assert called("install_triggers") == "0 statements run\n"
    Shelf.objects.create(room="b")
    assert library.written().tags == {"shelves"}


def test_the_sql_of_a_dry_run_is_what_would_be_run(library: Library) -> None:
    """Also by hand, with psql."""
    called("remove_triggers")
    library.run(called("install_triggers", "--dry-run"))
    assert called("install_triggers") == "0 statements run\n"


def test_what_is_no_longer_declared_is_shown(library: Library) -> None:
    fewer = {label: tags for label, tags in INVALIDATES.items() if label != "library.Shelf"}
    output = StringIO()
    with override_settings(SPMS_CACHE_INVALIDATES=fewer), pytest.raises(SystemExit):
        call_command("spms_cache", "show_triggers", stdout=output)
    assert "undeclared spms_cache_insert on public.library_shelf" in output.getvalue()
