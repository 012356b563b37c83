"""The built sidecar in a process of its own, as in a pod."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[4]


class Sidecar:
    """
    Its ports stay the same over `stop` and `start`, so that it can be restarted under its clients.
    """

    def __init__(self, **environment: str) -> None:
        self._ports = {name: free_port() for name in ("PROXY_PORT", "CONTROL_PORT", "OPS_PORT")}
        self._environment = {
            "CACHE_STORE": "memory",
            "LOG_LEVEL": "warn",
            # The machine may be busy with other tests.
            "REDIS_COMMAND_TIMEOUT_MS": "4000",
            "ORIGIN_URL": "http://127.0.0.1:9",
            **environment,
            **{name: str(port) for name, port in self._ports.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def location(self) -> str:
        """Of the control door, as in `LOCATION`."""
        return f"http://127.0.0.1:{self._ports['CONTROL_PORT']}"

    @property
    def pid(self) -> int:
        """Of its process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> Self:
        """Returns once it is ready."""
        arguments = json.loads((REPOSITORY / "scripts/node-arguments.json").read_text())
        command = [node(), *arguments, str(REPOSITORY / "dist/main.js")]
        self._process = subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL)
        self._wait_until_ready()
        return self

    def stop(self) -> None:
        """Ends it as Kubernetes does."""
        self._end(kill=False)

    def kill(self) -> None:
        """Ends it without a word to its callers."""
        self._end(kill=True)

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """A call of the control door by another client."""
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self.location + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return bytes(answer.read())

    def _end(self, *, kill: bool) -> None:
        if self._process is None:
            return
        if kill:
            self._process.kill()
        else:
            self._process.terminate()
        self._process.wait(20)
        self._process = None

    def _wait_until_ready(self) -> None:
        """Until it answers, with its store."""
        for _ in range(600):
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"the sidecar ended with {self._process.returncode}")
            try:
                self.request("GET", "/v1/entries/ready")
            except urllib.error.HTTPError as answer:
                if answer.code in (401, 404):
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError("the sidecar is not ready")


def node() -> str:
    """The Node that the repository's commands have fetched, else that of the PATH."""
    fetched = sorted((REPOSITORY / ".tools").glob("node-*/node_modules/*/bin/node"))
    found = str(fetched[-1]) if fetched else shutil.which("node")
    assert found is not None, "no Node"
    return found


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Redis:
    """A server of its own that keeps nothing on disk."""

    def __init__(self) -> None:
        self._port = free_port()
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        assert program is not None, "no redis-server"
        options = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
        command = [program, "--port", str(self._port), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ)

    @property
    def url(self) -> str:
        """As in `REDIS_URL`."""
        return f"redis://127.0.0.1:{self._port}/1"

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def stop(self) -> None:
        """Ends it."""
        self._process.kill()
        self._process.wait(10)
