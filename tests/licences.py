"""The licences of what ships: ``python -m tests.licences`` writes the table of docs/licences.md.

What ships is what requirements.txt and, as extras, requirements-spark.txt,
requirements-sign-in.txt and requirements-object-storage.txt name. Each licence
stands in the package's own metadata; one that is not known here stops it until somebody looks
whether it goes with the EUPL.
"""

import re
from collections import defaultdict
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
ONLY_ELSEWHERE = {"colorama": "BSD-3-Clause", "tzdata": "Apache-2.0"}
"""Packages that other systems need, or other versions than those that the tests run on."""

PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0",
    "MIT-CMU",
    "PSF-2.0", "Zlib",
}  # fmt: skip
"""Licences that ask for no more than to be passed on with the work."""
COPYLEFT = {
    "MPL-2.0": "named in the appendix of the EUPL as compatible; asks for the source of its own"
    " files, which we use as they are",
    "OFL-1.1": "for fonts; asks that a font is not sold by itself and keeps its licence",
}
"""Licences that ask for more, and why they go with the EUPL."""
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "ISC License": "ISC",
    "SIL OFL 1.1": "OFL-1.1",
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",  # looked up: it is the one of three clauses in each of them
}
"""What packages call their licences, where they do not use the names of SPDX."""

BEGIN, END = "<!-- python -m tests.licences writes this table -->\n\n", "\n\n<!-- up to here -->"


def shipped():
    """The names of the packages that ship; those of an extra name all of requirements.txt."""
    extras = [f"requirements-{extra}.txt" for extra in ("spark", "sign-in", "object-storage")]
    lines = [line for name in extras for line in (ROOT / name).read_text("utf-8").splitlines()]
    found = (re.match(r"([a-z0-9._-]+)(?:\[.*?\])?==", line) for line in lines)
    return sorted({match[1] for match in found if match})


def licence_of(package):
    """The SPDX expression of an installed package's licence.

    Raises:
        ValueError: what the package says is not known here.
    """
    try:
        told = metadata(package)
    except PackageNotFoundError:
        return ONLY_ELSEWHERE[package]
    classified = [name.rpartition("::")[2].strip() for name in told.get_all("Classifier") or []
                  if name.startswith("License ::")]  # fmt: skip
    said = [told.get("License-Expression"), told.get("License"), *classified]
    for name in filter(None, said):
        expression = NAMES.get(name, name)
        if all(part in PERMISSIVE | COPYLEFT.keys() for part in parts_of(expression)):
            return expression
    raise ValueError(f"look whether the licence of {package} goes with the EUPL: {said}")


def parts_of(expression):
    """The licences in an SPDX expression, whether all of them hold or one may be chosen."""
    return re.split(r" AND | OR ", expression)


def table():
    """The packages by licence, permissive ones first."""
    by_licence = defaultdict(list)
    for package in shipped():
        by_licence[licence_of(package)].append(package)
    rows = []
    for expression, packages in sorted(
        by_licence.items(), key=lambda pair: (pair[0] in COPYLEFT, -len(pair[1]), pair[0])
    ):
        why = COPYLEFT.get(expression, "permissive")
        listed = ", ".join(f"`{package}`" for package in packages)
        rows.append(f"| {expression} | {listed} | {why} |")
    return "\n".join(["| licence | packages | beside the EUPL |", "|---|---|---|", *rows])


if __name__ == "__main__":
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
