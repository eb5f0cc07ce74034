"""With NAMI_NO_SKIP set, a skipped test fails: nothing is left out unseen."""

import os

import pytest

ENFORCED = bool(os.environ.get("NAMI_NO_SKIP"))


def _forbid(report):
    if ENFORCED and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, though NAMI_NO_SKIP is set: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _forbid((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _forbid((yield))
