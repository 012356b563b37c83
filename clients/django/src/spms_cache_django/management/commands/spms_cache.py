"""`manage.py spms_cache`: the triggers of the outbox, so far."""

from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from ...invalidation.declaration import read_declarations
from ...outbox.install import install_steps, remove_steps, run_steps
from ...outbox.options import outbox_options


class Command(BaseCommand):
    help = "Installs and removes the triggers that write the outbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["install_triggers", "remove_triggers"])
        parser.add_argument("--database")
        parser.add_argument("--schema")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        chosen = {name: options[name] for name in ("database", "schema") if options[name]}
        outbox = replace(outbox_options(), **chosen)
        connection = connections[outbox.database]
        if options["action"] == "install_triggers":
            declarations, faults = read_declarations()
            if faults:
                raise CommandError("\n".join(f"{each.label}: {each.message}" for each in faults))
            steps = install_steps(connection, declarations, outbox)
        else:
            steps = remove_steps(connection, outbox)
        for step in steps:
            for statement in step:
                self.stdout.write(f"{statement};")
        if not options["dry_run"]:
            run_steps(connection, steps)
