"""Run the long proofs many times as long as the tests do, and print what each tried and took.

Usage: ``python benchmarks/long_proofs.py [TIMES]`` (25 when left out)

The tests marked ``slow`` that generate their input or kill a process try a few examples from one
seed in ``.ci/run``, and those marked ``sampled`` some of their parameters. This runs the same tests
with TIMES as many examples and with every parameter.
"""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONG = "slow or sampled"


def main(times: str = "25") -> int:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-m", LONG, f"--junit-xml={results}"],
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
