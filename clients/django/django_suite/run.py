"""Runs Django's tests and compares what failed with the list of what cannot apply.

`python -m django_suite.run [Class[.test_name] …]`, with Django's source distribution, its `tests`
and this package on PYTHONPATH, the sidecar's control address in SUITE_SIDECAR and the serializer in
SUITE_SERIALIZER. The last line is `N passed, N failed, N not applicable`; the exit code is 1 when
one failed.
"""

import os
import signal
import sys
import unittest
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_suite.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test.runner import DiscoverRunner  # noqa: E402

from django_suite.not_applicable import OTHER_CLASSES, listed, unmatched  # noqa: E402

# The longest sleeps 13 s, and is tried three times.
TEST_SECONDS = 120


class Outcomes(unittest.TextTestResult):
    """Remembers which tests ran, and what became of those that did not pass."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.started: list[str] = []
        self.not_passed: dict[str, str] = {}

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        self.started.append(_name_of(test))
        signal.alarm(TEST_SECONDS)
        super().startTest(test)

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        signal.alarm(0)
        super().stopTest(test)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        self.not_passed[_name_of(test)] = f"skipped: {reason}"

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        self._fail(test, err)

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        self._fail(test, err)

    def addSubTest(  # noqa: N802
        self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any
    ) -> None:
        if err is not None:
            self._fail(test, err)

    def _fail(self, test: unittest.TestCase, err: Any) -> None:
        said = self._exc_info_to_string(err, test)  # type: ignore[attr-defined]
        self.not_passed[_name_of(test)] = self.not_passed.get(_name_of(test), "") + said


class Runner(DiscoverRunner):
    """Django's runner, which keeps the outcomes."""

    outcomes: Outcomes

    def get_resultclass(self) -> type[Outcomes]:
        return Outcomes

    def suite_result(self, suite: Any, result: Outcomes, **options: Any) -> int:
        self.outcomes = result
        return 0


def _give_up(*_: object) -> None:
    raise TimeoutError(f"has not ended within {TEST_SECONDS} s")


def main(labels: list[str]) -> int:
    signal.signal(signal.SIGALRM, _give_up)
    runner = Runner(verbosity=0, interactive=False)
    runner.run_tests([f"django_suite.tests.{label}" for label in labels] or ["django_suite.tests"])
    return report(runner.outcomes, is_whole=not labels)


def report(outcomes: Outcomes, *, is_whole: bool) -> int:
    """Prints what is wrong, and how many there are of each kind. Returns the exit code."""
    serializer: str = settings.SERIALIZER
    reasons = {test: listed(test, serializer) for test in outcomes.started}
    left_out = {test: reason for test, reason in reasons.items() if reason is not None}
    wrong = {
        # What could not be set up has not started.
        **{test: said for test, said in outcomes.not_passed.items() if test not in left_out},
        **{
            test: f"passes, and is listed as not applicable: {reason}"
            for test, reason in left_out.items()
            if test not in outcomes.not_passed
        },
    }
    if is_whole:
        unknown = unmatched(outcomes.started, serializer)
        wrong |= dict.fromkeys(unknown, "is listed as not applicable, and there is no such test")
        for name, about in OTHER_CLASSES.items():
            print(f"not applicable: {name}: {about}")
    for test, reason in left_out.items():
        print(f"not applicable: {test}: {reason}")
    for test, problem in wrong.items():
        print(f"FAILED {test}: {problem}")
    passed = len(set(outcomes.started) - wrong.keys() - left_out.keys())
    count = len(left_out.keys() - wrong.keys())
    print(f"{passed} passed, {len(wrong)} failed, {count} not applicable")
    return 1 if wrong else 0


def _name_of(test: Any) -> str:
    """`Class.test_name`; of a class that could not be set up, what the runner says of it."""
    method = getattr(test, "_testMethodName", None)
    return f"{type(test).__name__}.{method}" if method else str(test)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
