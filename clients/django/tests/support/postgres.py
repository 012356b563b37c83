"""A PostgreSQL cluster of its own, on a socket in a folder of its own and on no port."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What would only save the rows from a power cut is off.
SETTINGS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def running_postgres() -> Iterator[Path]:
    """The folder, which is what a client takes for the host. The user `spms` may do everything."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="spms-postgres-"))
    user = _unprivileged(folder)
    data = folder / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    options = ["-U", "spms", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(
        [programs / "initdb", "-D", data, *options],
        user=user,
        env=environment,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    settings = [argument for setting in SETTINGS for argument in ("-c", setting)]
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *settings],
            user=user,
            env=environment,
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(programs, folder, server, log)
        yield folder
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(
    programs: Path, folder: Path, server: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = time.monotonic() + 30
    ask: list[str | Path] = [
        programs / "pg_isready",
        "-q",
        "-h",
        folder,
        "-U",
        "spms",
        "-d",
        "postgres",
    ]
    while subprocess.run(ask, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _programs() -> Path:
    """Where `npm test` has put a link, or where the system's package is."""
    link = Path(__file__).parents[4] / ".tools/postgres"
    places = [link, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    places += [Path(found).parent] if found else []
    for place in places:
        if (place / "initdb").exists():
            return place
    raise RuntimeError("PostgreSQL is not there: apt-get install postgresql")


def _unprivileged(folder: Path) -> str | None:
    """The server refuses to run as root: then as the user that its package made, or as nobody."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return user
