"""The panel, in the real toolbar and over a real sidecar."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sidecar import Sidecar

pytest.importorskip("debug_toolbar", reason="pip install django-debug-toolbar")


def test_hits_misses_and_the_target_of_the_strategy() -> None:
    project = Path(__file__).parents[2]
    sidecar = Sidecar().start()
    try:
        answer = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("toolbar_page.py"))],
            env={
                **os.environ,
                "PYTHONPATH": f"{project}:{project / 'src'}",
                "SPMS_CACHE_CONTROL": sidecar.location,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        sidecar.stop()
    assert answer.returncode == 0, answer.stderr
    page, async_page, none = json.loads(answer.stdout)
    stats = page["stats"]
    assert [call["operation"] for call in stats["calls"]] == [
        *("get", "set", "get", "get_many", "delete")
    ]
    # A stored None that is read with the default None is a hit.
    assert [call["outcome"] for call in stats["calls"]] == ["miss", "stored", "hit", "hit", "done"]
    assert (stats["reads"], stats["hits"], stats["misses"], stats["hit_rate"]) == (3, 2, 1, 67)
    assert (stats["stored"], stats["invalidations"], stats["failures"]) == (1, 1, 0)
    assert "<td>67 %</td>" in page["html"]
    assert "<td>70 %</td>" in page["html"]
    assert "user:5:&lt;b&gt;" in page["html"]
    assert [call["outcome"] for call in async_page["stats"]["calls"]] == ["miss"]
    assert none["stats"]["hit_rate"] is None
