"""`manage.py spms_cache`: asks the sidecar, and looks after the triggers of the outbox."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ..sidecar_calls import NOT_DONE, PENDING, find_cache, invalidate, ping, stats
from ..trigger_actions import TriggerActions


class Command(BaseCommand):
    """Ends with 0, 1 if it could not be done, 2 for a wrong command line, 3 if it is pending."""

    help = "Asks the sidecar, and installs the triggers that write what changes into the outbox."
    # `ping` is for when something is wrong.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        for name, text in _SIDECAR.items():
            action = actions.add_parser(name, help=text, description=text)
            action.add_argument("--cache", default="default", help="an alias of CACHES (default)")
            action.add_argument("--json", action="store_true", help="as JSON, for programs")
            if name == "invalidate":
                _add_names(action)
        for name, text in _TRIGGERS.items():
            action = actions.add_parser(name, help=text, description=text)
            action.add_argument("--database", help="an alias of DATABASES")
            action.add_argument("--schema", help="of the outbox (public)")
            action.add_argument("--json", action="store_true", help="as JSON, for programs")
            if name != "show_triggers":
                action.add_argument("--dry-run", action="store_true", help="print the SQL only")
            if name == "install_triggers":
                action.add_argument("--role", help="print what the sidecar's role is to be granted")

    def handle(self, *_args: Any, **options: Any) -> None:
        action = options["action"]
        if action in _SIDECAR:
            self._ask_sidecar(action, options)
        else:
            self._change_triggers(action, options)

    def _ask_sidecar(self, action: str, options: dict[str, Any]) -> None:
        cache = find_cache(options["cache"])
        if action == "ping":
            address = ping(cache)
            self._say(options, {"address": address, "ok": True}, f"{address} answers")
        elif action == "stats":
            found = stats(cache)
            self._say(options, found, json.dumps(found, indent=2))
        else:
            named = {kind: options[kind] for kind in ("keys", "tags", "patterns")}
            if options["everything"] == any(named.values()):
                raise CommandError("Name keys, tags or patterns, or --everything alone")
            is_done, answer = invalidate(cache, **named, everything=options["everything"])
            text = (
                f"{answer.get('removed', 0)} removed" if is_done else "pending, without its store"
            )
            self._say(options, {"acknowledged": is_done, **answer}, text)
            if not is_done:
                sys.exit(PENDING)

    def _change_triggers(self, action: str, options: dict[str, Any]) -> None:
        triggers = TriggerActions(options["database"], options["schema"])
        if action == "show_triggers":
            found = triggers.show()
            self._say(options, found, _described(found))
            if found["undeclared"] or any(each["state"] != "installed" for each in found["tables"]):
                sys.exit(NOT_DONE)
            return
        run = triggers.install if action == "install_triggers" else triggers.remove
        statements = run(is_dry=options["dry_run"])
        grants = triggers.grants(options["role"]) if options.get("role") else []
        text = "\n".join(f"{each};" for each in statements) if options["dry_run"] else ""
        text = text or f"{len(statements)} statements {'to run' if options['dry_run'] else 'run'}"
        found = {"statements": statements, "grants": grants, "ran": not options["dry_run"]}
        self._say(options, found, "\n".join([text, *(f"{each};" for each in grants)]))

    def _say(self, options: dict[str, Any], found: dict[str, Any], text: str) -> None:
        self.stdout.write(json.dumps(found) if options["json"] else text)


def _add_names(parser: CommandParser) -> None:
    named = {"key": "as the backend writes it", "tag": "of the resource table", "pattern": "a glob"}
    for name, text in named.items():
        parser.add_argument(
            f"--{name}", action="append", default=[], dest=f"{name}s", metavar="NAME", help=text
        )
    parser.add_argument("--everything", action="store_true")


def _described(found: dict[str, Any]) -> str:
    outbox = found["outbox"]
    lines = [
        f"{outbox['schema']}.{outbox['name']}: {'there' if outbox['exists'] else 'missing'}",
        *(
            f"{each['state']:9} {each['table']}: {', '.join(each['tags'])}"
            for each in found["tables"]
        ),
        *(f"undeclared {each}" for each in found["undeclared"]),
    ]
    return "\n".join(lines)


_SIDECAR = {
    "stats": "hits, misses and mean times of the sidecar",
    "ping": "whether the sidecar answers, takes this caller and can read its store",
    "invalidate": "invalidates keys, tags, patterns or everything, and waits for the answer",
}
_TRIGGERS = {
    "install_triggers": "makes the outbox and its triggers as they are declared",
    "remove_triggers": "takes the triggers away; the outbox stays, with the rows that are due",
    "show_triggers": "compares the triggers with what is declared; ends with 1 where they differ",
}
