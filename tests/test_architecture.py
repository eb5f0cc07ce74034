"""Where things may stand: what import-linter cannot say of the rooms, and of pages/."""

import ast
import re
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "nami_monitor"
SCREEN = [ROOT / "dashboard.py", *sorted((ROOT / "pages").glob("*.py"))]
MODULES = sorted(PACKAGE.rglob("*.py"))

ALONE = {
    "duckdb": lambda module: module.is_relative_to(PACKAGE / "store"),
    "streamlit": lambda module: module.is_relative_to(PACKAGE / "ui") or module in SCREEN,
    "starlette": lambda module: module.is_relative_to(PACKAGE / "ui"),
}
"""Libraries that only one room may know."""

SQL = re.compile(
    r"\b(select|insert|update|delete|with)\b[\s\S]*\b(from|into|set|as)\b", re.IGNORECASE
)
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
AGGREGATES = {"sum", "mean", "median", "round", "group_by", "agg"}
DATA_LIBRARIES = {"duckdb", "polars", "pyarrow", "pandas", "numpy", "altair"}


@cache
def tree(module):
    return ast.parse(module.read_text("utf-8"))


def imported(module):
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def top(name):
    return name.partition(".")[0]


def where(module, node):
    return f"{module.relative_to(ROOT)}:{node.lineno}"


@pytest.mark.parametrize("library", ALONE)
def test_only_one_room_knows(library):
    strangers = [
        str(module.relative_to(ROOT))
        for module in (*MODULES, *SCREEN)
        if library in map(top, imported(module)) and not ALONE[library](module)
    ]
    assert not strangers


@pytest.mark.parametrize("page", SCREEN, ids=lambda page: page.name)
def test_a_page_lays_out_and_nothing_else(page):
    found = []
    for node in ast.walk(tree(page)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ARITHMETIC):
            found.append(f"arithmetic, {where(page, node)}")
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and SQL.search(text):
            found.append(f"SQL, {where(page, node)}")
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in AGGREGATES:
                found.append(f"{called}(), {where(page, node)}")
    assert not found
    assert not DATA_LIBRARIES & set(map(top, imported(page)))


def committed():
    """The files under version control; in an unpacked archive, all that an archive holds."""
    if (ROOT / ".git").exists() and (git := shutil.which("git")):
        listed = subprocess.run(
            [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
        return [file for file in files if file.is_file()]
    return [
        file
        for part in (".ci", ".streamlit", "data", "docs", "nami_monitor", "pages", "tests")
        for file in (ROOT / part).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ] + [file for file in ROOT.iterdir() if file.is_file()]


@cache
def text_of(file):
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


ELSEWHERE = {
    "a package registry": r"index-url\s+http|find-links|\bpackages?\.\w+\.(?:org|com|io)\b",
    "a path of one machine": r"(?<![\w./:])/(?:home|root|work|mnt|Users)/\w",
    "an issue number": r"\bissues? #?\d+\b",
    "a key or password": r"(?i)\b(?:api[_-]?key|password|secret)\s*=\s*['\"]\w",
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_the_project_speaks_of_itself_alone(what):
    pattern = re.compile(ELSEWHERE[what])
    found = {
        str(file.relative_to(ROOT)): hit.group()
        for file in committed()
        if file != Path(__file__) and (hit := pattern.search(text_of(file)))
    }
    assert not found


SERVED = [*MODULES, *SCREEN, *sorted(PACKAGE.rglob("*.css")), ROOT / ".streamlit" / "config.toml"]
NAMESPACES = ("http://www.w3.org/", "https://vega.github.io/schema/", "http://schemas.")


def test_nothing_that_is_served_asks_another_host():
    found = [
        f"{file.relative_to(ROOT)}: {address}"
        for file in SERVED
        for address in re.findall(r"https?://[^\s\"'`)>]+", file.read_text("utf-8"))
        if not address.startswith(NAMESPACES)
    ]
    assert not found


def test_the_requirements_pin_every_package_with_a_hash():
    for kind in ("", "-spark", "-sign-in", "-dev", "-audit"):
        name = f"requirements{kind}.txt"
        text = (ROOT / name).read_text("utf-8")
        packages = re.split(r"\n(?=[a-z0-9])", text)[1:]
        assert packages
        for package in packages:
            assert re.match(r"[a-z0-9._-]+(\[[a-z,-]+\])?==\S+", package), package
            assert "--hash=sha256:" in package, package
        assert "://" not in text


def pinned(name):
    text = (ROOT / name).read_text("utf-8")
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", text, re.MULTILINE))


def test_extras_are_pinned_with_their_package():
    """Else pip takes the newest release for the extra, which has no hash here, and refuses."""
    lines = (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines()
    requirements = [Requirement(line.split(" \\")[0]) for line in lines if "==" in line]
    pinned_extras = {canonicalize_name(one.name): one.extras for one in requirements}
    asked = [
        Requirement(needed)
        for name in pinned_extras
        for needed in installed(name)
        if Requirement(needed).extras
    ]
    assert asked
    for one in asked:
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            assert one.extras <= pinned_extras[canonicalize_name(one.name)], str(one)


def installed(name):
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


OF_S3_SERVER = ("python-dateutil", "tzdata")
"""What the S3 server of the tests (moto) holds back, or makes needless: botocore wants an older
dateutil, which pandas alone uses besides."""


def test_the_tests_run_on_the_versions_that_people_run():
    for extra in ("-spark", "-sign-in", "-object-storage"):
        base, more, tests = (pinned(f"requirements{kind}.txt") for kind in ("", extra, "-dev"))
        assert base < more
        assert {pin for pin in more if pin[0] not in OF_S3_SERVER} < tests


IMPORTED_AS = {
    "pillow": "PIL",
    "pyspark_client": "pyspark",
    "python_pptx": "pptx",
    "vl_convert_python": "vl_convert",
}
"""Packages that are imported under another name than they are required by."""


def test_what_the_package_imports_is_required_and_the_other_way_round():
    required = {
        IMPORTED_AS.get(name := re.split(r"[=\[<>]", line)[0].replace("-", "_"), name)
        for file in ("requirements.in", "requirements-spark.in", "requirements-object-storage.in")
        for line in (ROOT / file).read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    }
    used = {top(name) for module in (*MODULES, *SCREEN) for name in imported(module)}
    own = {"nami_monitor", *sys.stdlib_module_names}
    assert used - own == required


@pytest.mark.parametrize("page", SCREEN, ids=lambda page: page.name)
def test_nothing_stands_by_itself_on_a_page(page):
    """Streamlit writes a lone value on the screen, a string that explains a constant as well."""
    alone = [
        node.lineno
        for node in tree(page).body
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
    ]
    assert alone in ([], [1])


def test_tests_are_packages_and_import_helpers_by_their_full_name():
    tests = sorted((ROOT / "tests").rglob("*.py"))
    stems = {file.stem for file in tests}
    assert [file for file in tests if not file.with_name("__init__.py").exists()] == []
    by_stem = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in tests
        for name in imported(file)
        if top(name) in stems or name.endswith("conftest")
    ]
    assert by_stem == []
