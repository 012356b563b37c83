import json
import sys

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from spms.random_writes import write


class Command(BaseCommand):
    """
    Reads lines such as `{"way": "orm", "seed": 7}`, writes, and answers each when it is committed with what was written, or
    with the error of a database that was not there.
    """

    def handle(self, *args, **options):
        for line in sys.stdin:
            asked = json.loads(line)
            close_old_connections()
            try:
                answer = {"wrote": write(asked["way"], asked["seed"])}
            except (InterfaceError, OperationalError) as error:
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
