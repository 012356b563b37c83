"""Runs Django's tests and compares what failed with the list of what cannot apply.

`python -m django_suite.run [Class[.test_name] …]`, with Django's source distribution, its `tests` and this package
on PYTHONPATH, the sidecar's control address in SUITE_SIDECAR and the serializer in SUITE_SERIALIZER. The last
line is `N passed, N failed, N not applicable`; the exit code is 1 when one failed.
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
    wrong: dict[str, str] = {}
    reasons: dict[str, list[str]] = {}
    for test in outcomes.started:
        reason, failure = listed(test, serializer), outcomes.not_passed.get(test)
        if reason is None and failure is not None:
            wrong[test] = failure
        elif reason is not None and failure is None:
            wrong[test] = f"passes, and is listed as not applicable: {reason}"
        elif reason is not None:
            reasons.setdefault(reason, []).append(test)
    # Such as a class that could not be set up.
    unstarted = outcomes.not_passed.keys() - set(outcomes.started)
    wrong.update({name: outcomes.not_passed[name] for name in unstarted})
    if is_whole:
        for pattern in unmatched(outcomes.started, serializer):
            wrong[pattern] = "is listed as not applicable, and there is no such test"
    for test, problem in wrong.items():
        print(f"FAILED {test}: {problem}")
    if is_whole:
        for name, about in OTHER_CLASSES.items():
            print(f"not applicable: {name}: {about}")
    for reason, tests in reasons.items():
        print(f"not applicable: {', '.join(tests)}: {reason}")
    left_out = sum(len(tests) for tests in reasons.values())
    passed = len(outcomes.started) - left_out - len(wrong.keys() & set(outcomes.started))
    print(f"{passed} passed, {len(wrong)} failed, {left_out} not applicable")
    return 1 if wrong else 0


def _name_of(test: Any) -> str:
    """`Class.test_name`; what stands in for a class that failed to set up has only its description."""
    method = getattr(test, "_testMethodName", None)
    return f"{type(test).__name__}.{method}" if method else str(test)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
