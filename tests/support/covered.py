"""Which lines and branches of nami_monitor the tests run; loaded with ``-p tests.support.covered``.

SlipCover puts probes into the byte code of a module when it is imported, and takes those out that
were met: tests take a twentieth longer, where tracing takes half as long again. So it begins before
anything of nami_monitor is imported. Each process of the run writes what it saw into the folder
that ``NAMI_COVERAGE`` names; ``tests.coverage_floors`` adds that up.
"""

import json
import os
from pathlib import Path

import pytest
import slipcover

PACKAGE = str(Path(__file__).parents[2] / "nami_monitor")
NEVER_HERE = ["except ImportError:  # Windows"]
"""Lines that begin what does not run on this system."""

_seen = slipcover.Slipcover(branch=True, source=[PACKAGE], exclude_also=NEVER_HERE)


def _runs_tests(config):
    """Whether this process runs tests itself, instead of handing them out."""
    return "PYTEST_XDIST_WORKER" in os.environ or not config.known_args_namespace.numprocesses


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    if _runs_tests(early_config):
        slipcover.ImportManager(_seen, slipcover.FileMatcher(sources=[PACKAGE])).__enter__()


def pytest_sessionfinish(session):
    if _runs_tests(session.config):
        out = Path(os.environ["NAMI_COVERAGE"], f"{os.getpid()}.json")
        out.write_text(json.dumps(_seen.get_coverage()), encoding="utf-8")
