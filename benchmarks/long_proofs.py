"""Run the long proofs many times as long as the tests do, and print what each tried and took.

Usage: ``python benchmarks/long_proofs.py [TIMES]`` (25 when left out)

The tests marked ``slow`` that generate their input or kill a process try a few examples from one
seed in ``.ci/run``, and those over many parameters a sample. This runs the same tests with TIMES as
many examples and with every parameter.
"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROOFS = (
    "tests/faults",
    "tests/property",
    "tests/ingest/readers/test_hostile.py",
    "tests/kpis/test_against_polars.py",
    "tests/kpis/test_registers_against_polars.py",
    "tests/kpis/test_projects_against_plain_rows.py",
    "tests/kpis/test_every_period.py",
    "tests/kpis/test_trace.py",
    "tests/kpis/test_trace_registers.py",
    "tests/kpis/test_unlocks.py",
    "tests/pages/test_every_figure.py",
)


def main(times: str = "25") -> int:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-m", "slow", f"--junit-xml={results}", *PROOFS],
            cwd=ROOT,
            env=os.environ | {"NAMI_LONGER": times},
            check=False,
        )
        print(f"\n| {times} times as long | seconds | |\n|---|---|---|")
        for case in ET.parse(results).iter("testcase"):  # noqa: S314 - pytest wrote it just now
            outcome = "held" if not list(case) else "failed"
            print(f"| {case.get('name')} | {float(case.get('time', 0)):.0f} | {outcome} |")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
