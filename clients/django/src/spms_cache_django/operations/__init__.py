"""
What each call of the cache API asks of the sidecar, as steps without any I/O: a generator that
yields calls, is sent their answers and returns the value and the outcome. Threads and coroutines
drive the same steps.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from ..client import Answer, Call
from ..events import Outcome

T = TypeVar("T")

Steps = Generator[Call, Answer, tuple[T, Outcome]]
