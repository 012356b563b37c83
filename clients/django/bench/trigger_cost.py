"""
What the triggers of the outbox cost, on a PostgreSQL of its own:

    python -m bench.trigger_cost

Each line is one statement without triggers and with them, in turns: the CPU time of the database's
process for one of it, with its commit, and the median of the rounds. Time is not counted in which
others have the machine.
"""

import os
import statistics
import sys
from dataclasses import replace
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connections  # noqa: E402
from tests.support.library import Library, library_database  # noqa: E402

from spms_cache_django.invalidation.declaration import read_declarations  # noqa: E402
from spms_cache_django.outbox.install import install_steps, remove_steps, run_steps  # noqa: E402
from spms_cache_django.outbox.options import OutboxOptions, outbox_options  # noqa: E402

ROWS = 100_000
ROUNDS = 5
SINGLE = 2000

STATEMENTS = {
    f"UPDATE of {ROWS:,} rows": ("UPDATE library_book SET is_lent = NOT is_lent", 1),
    "UPDATE of 10,000 rows": ("UPDATE library_book SET is_lent = NOT is_lent WHERE id <= 10000", 1),
    f"UPDATE of {ROWS:,} rows that changes nothing": ("UPDATE library_book SET title = title", 1),
    "UPDATE of one row": ("UPDATE library_book SET is_lent = NOT is_lent WHERE id = 5", SINGLE),
    "UPDATE of one row, its tags read by a join": (
        "UPDATE library_book SET is_lent = NOT is_lent WHERE id = 7",
        SINGLE,
    ),
    "INSERT of one row": ("INSERT INTO library_author (name, slug) VALUES ('Ann', 'ann')", SINGLE),
}


def main() -> None:
    """Prints a table."""
    with library_database() as library:
        fill(library)
        plain = outbox_options()
        variants = {"triggers": plain, "no notify": replace(plain, notify=False)}
        print(f"{'statement':48}{'without':>12}", *(f"{name:>12}" for name in variants))
        for name, (statement, count) in STATEMENTS.items():
            taken: dict[str, list[float]] = {}
            for _ in range(ROUNDS):
                remove()
                taken.setdefault("without", []).append(timed(library, statement, count))
                for variant, options in variants.items():
                    install(options)
                    taken.setdefault(variant, []).append(timed(library, statement, count))
            medians = [statistics.median(each) for each in taken.values()]
            print(f"{name:48}", *(f"{1000 * each:9.3f} ms" for each in medians))
            sys.stdout.flush()


def fill(library: Library) -> None:
    library.run("INSERT INTO library_author (id, name, slug) VALUES (1, 'Ann', 'ann')")
    library.run(
        "INSERT INTO library_book (id, title, author_id, is_lent, details) "
        "SELECT n, 'Book', 1, false, '{}' FROM generate_series(1, %s) n",
        ROWS,
    )
    library.run(
        "INSERT INTO library_reader (id, card, last_seen, town) "
        "SELECT n, gen_random_uuid(), 0, '' FROM generate_series(1, 1000) n"
    )
    library.run(
        "INSERT INTO library_loan (book_id, reader_id, weeks) "
        "SELECT 7, n, 2 FROM generate_series(1, 10) n"
    )
    library.run("SELECT setval(pg_get_serial_sequence('library_author', 'id'), 1000)")
    library.run("ANALYZE")


def timed(library: Library, statement: str, count: int) -> float:
    """Seconds of CPU for one; each is a transaction of its own."""
    library.run("VACUUM library_book")
    ((process,),) = library.run("SELECT pg_backend_pid()")
    before = cpu_seconds(process)
    for _ in range(count):
        library.run(statement)
    taken = (cpu_seconds(process) - before) / count
    if library.run("SELECT to_regclass('public.spms_cache_outbox') IS NOT NULL")[0][0]:
        library.run("TRUNCATE public.spms_cache_outbox")
    return taken


def cpu_seconds(process: int) -> float:
    """Of its user and kernel time: proc(5), stat."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def install(options: OutboxOptions) -> None:
    declarations, _ = read_declarations()
    connection = connections["postgres"]
    run_steps(connection, install_steps(connection, declarations, options))


def remove() -> None:
    connection = connections["postgres"]
    run_steps(connection, remove_steps(connection, outbox_options()))


if __name__ == "__main__":
    main()
