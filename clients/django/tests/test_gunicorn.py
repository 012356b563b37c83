"""
gunicorn with `--preload`: the application, and its connection to the sidecar, are made before the
fork.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spms_cache_django import SidecarCache
from tests.support.sidecar import Sidecar, free_port

PACKAGE = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("workers", [["sync"], ["gthread", "--threads", "4"]], ids=lambda w: w[0])
def test_three_preloaded_workers_use_the_cache(
    sidecar: Sidecar, cache: SidecarCache, workers: list[str]
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "3", "-b"]
    command += [f"127.0.0.1:{port}", "-k", *workers, "tests.project.web"]
    environment = {**os.environ, "SPMS_CACHE_CONTROL": sidecar.location}
    process = subprocess.Popen(
        command, cwd=PACKAGE, env=environment, stderr=subprocess.PIPE, text=True
    )

    def ask(number: int) -> list[str]:
        # A status of 500 raises.
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/k{number}", timeout=20) as answer:
            return str(answer.read().decode()).split()

    try:
        for _ in range(200):
            try:
                ask(0)
                break
            except OSError:
                time.sleep(0.1)
        cache.set("requests", 0)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(300)))
        assert len({pid for pid, _ in answers}) == 3
        # Each request has counted once: none was lost, and none was sent twice.
        assert sorted(int(count) for _, count in answers) == list(range(1, 301))
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert "sidecar" not in said
