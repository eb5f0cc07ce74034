"""Says what is known against the packages that ship: ``python -m tests.vulnerabilities``.

Ends with 1 when something is. The list is had over the network, by pip-audit. Where it cannot be
had that is said, and nothing fails.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "requirements.txt"
SECONDS = 300
NO_LIST = (
    "No list of known vulnerabilities can be had from here: nothing was checked. Run "
    "python -m tests.vulnerabilities on a machine that reaches the internet."
)


def pinned(file=SHIPPED):
    """The packages that a requirements file pins, without their hashes."""
    lines = file.read_text("utf-8").splitlines()
    found = (re.match(r"([a-z0-9._-]+(?:\[.*?\])?==[^\\]*)", line) for line in lines)
    return [match[1].strip() for match in found if match]


def audited(packages):
    """What a list of vulnerabilities says of packages; None when there is none."""
    with tempfile.TemporaryDirectory() as folder:
        asked, said = Path(folder) / "requirements.txt", Path(folder) / "said.json"
        asked.write_text("\n".join(packages), "utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", asked, "--no-deps"]
        command += ["--disable-pip", "--progress-spinner=off", "--format=json", "--output", said]
        try:
            subprocess.run(command, capture_output=True, check=False, timeout=SECONDS)
            return json.loads(said.read_text("utf-8"))["dependencies"]
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
            return None


def summary(found):
    """What to say of an answer, and how to end."""
    known = [package for package in found or () if "skip_reason" not in package]
    if not known:
        return NO_LIST, 0
    lines = [f"Checked {len(known)} of {len(found)} packages against the list."]
    for package in known:
        for fault in package["vulns"]:
            mended = ", ".join(fault["fix_versions"]) or "no version yet"
            lines.append(f"{package['name']} {package['version']}: {fault['id']}; mended: {mended}")
    return "\n".join(lines), int(len(lines) > 1)


def main():
    """Ask of one package first: where it is not known, the others are not asked for."""
    packages = pinned()
    said, ends = summary(audited(packages[:1]))
    if said != NO_LIST:
        said, ends = summary(audited(packages))
    sys.stdout.write(said + "\n")
    return ends


if __name__ == "__main__":
    sys.exit(main())
