"""The size and the names of the modules of nami_monitor, and how they import each other."""

import ast
import re
from collections import defaultdict
from fnmatch import fnmatch
from functools import cache

from tests.test_architecture import MODULES, PACKAGE, ROOT, SCREEN, committed, text_of, tree

MOST_LINES = 700
"""Of any Python file."""
LEAST_LINES = 120
"""Of a module with one importer, if that stands in the same package."""
REGISTRIES = (
    "tables/*",
    "ingest/readers/*",
    "kpis/catalogue/*",
    "kpis/over_time/*",
    "charts/*",
    "cli/*",
    "reports/pdf.py",
)
"""One file per table, reader, family of KPIs, way over time, chart form, command and format."""

DRAWN = ("ui", "charts")
"""Rooms outside the budget of the house: each page and chart form adds to them."""
MODULES_OF_THE_HOUSE = 209
LINES_OF_THE_HOUSE = 54_436
SHORT_WITH_ONE_IMPORTER = 0
MODULES_IN_CIRCLES = 0
CLASS_NAMES_IN_TWO_FILES = 10
MODULE_NAMES_IN_TWO_ROOMS = 20
BRANCHES_ON_OVER_TIME = 0


def dotted(module):
    parts = module.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(module): module for module in (*MODULES, *SCREEN)}


@cache
def imports_of(module):
    """Pairs of a module of the package and a name imported from it (None for the module itself)."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {(alias.name, None) for alias in node.names if alias.name in NAMES}
        elif isinstance(node, ast.ImportFrom) and node.module in NAMES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add((inner, None) if inner in NAMES else (node.module, alias.name))
    return found


def defining(name, imported):
    """The module from which a package's ``__init__`` takes a name, else the module itself."""
    module = NAMES[name]
    if imported and module.name == "__init__.py":
        for inner, exported in imports_of(module):
            if exported == imported:
                return defining(inner, exported)
    return name


@cache
def importers():
    """Who imports each module, seen through what packages re-export."""
    found = defaultdict(set)
    for name, module in NAMES.items():
        for target, imported in imports_of(module):
            if module.name != "__init__.py":
                found[defining(target, imported)].add(name)
    return found


def test_no_file_is_too_long():
    long = {
        str(file.relative_to(ROOT)): lines
        for file in committed()
        if file.suffix == ".py" and (lines := len(text_of(file).splitlines())) > MOST_LINES
    }
    assert not long


def test_the_house_keeps_to_its_budget():
    """What is added to the rooms behind the screen takes the place of something else."""
    house = [one for one in MODULES if one.relative_to(PACKAGE).parts[0] not in DRAWN]
    assert len(house) <= MODULES_OF_THE_HOUSE
    assert sum(len(text_of(module).splitlines()) for module in house) <= LINES_OF_THE_HOUSE


def test_no_short_module_serves_one_neighbour_only():
    short = []
    for name, module in NAMES.items():
        inside = module.relative_to(ROOT).as_posix().removeprefix(f"{PACKAGE.name}/")
        if module.name in {"__init__.py", "__main__.py"} or module in SCREEN:
            continue
        if any(fnmatch(inside, pattern) for pattern in REGISTRIES):
            continue
        lines = len(text_of(module).splitlines())
        by = importers()[name]
        package = name.rpartition(".")[0]
        if lines < LEAST_LINES and len(by) == 1 and min(by).rpartition(".")[0] == package:
            short.append(f"{inside} ({lines} lines): only {min(by)}")
    assert len(short) <= SHORT_WITH_ONE_IMPORTER, "\n".join(short)


def reached_from(name):
    """The modules that a module imports, and those that they import, and so on."""
    seen, ahead = set(), [name]
    while ahead:
        for target, _ in imports_of(NAMES[ahead.pop()]):
            if target not in seen:
                seen.add(target)
                ahead.append(target)
    return seen


def test_modules_import_each_other_in_no_circle():
    """Imports inside functions count as well: they hide a circle and do not break it."""
    circular = [name for name in NAMES if name in reached_from(name)]
    assert len(circular) <= MODULES_IN_CIRCLES, circular


def test_class_names_mean_one_thing():
    where = defaultdict(set)
    for module in MODULES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ClassDef):
                where[node.name].add(dotted(module))
    twice = {name: sorted(modules) for name, modules in where.items() if len(modules) > 1}
    assert len(twice) <= CLASS_NAMES_IN_TWO_FILES, twice


def test_module_names_mean_one_thing():
    rooms = defaultdict(set)
    for module in MODULES:
        inside = module.relative_to(PACKAGE).parts
        if module.stem not in {"__init__", "__main__"} and "pages" not in inside:
            rooms[module.stem].add(inside[0] if len(inside) > 1 else "")
    twice = {name: sorted(places) for name, places in rooms.items() if len(places) > 1}
    assert len(twice) <= MODULE_NAMES_IN_TWO_ROOMS, twice


def test_a_way_over_time_is_asked_of_its_object():
    """Who branches on ``OverTime`` must be found again for every way that is added."""
    branches = {
        dotted(module): count
        for module in MODULES
        if "catalogue" not in module.parts
        and module.name != "words.py"
        and (count := len(re.findall(r"\bOverTime\.[A-Z]", text_of(module))))
    }
    assert sum(branches.values()) <= BRANCHES_ON_OVER_TIME, branches
