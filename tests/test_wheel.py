"""The product as a wheel: all of it, nothing beside it, and what it requires."""

import re
import zipfile
from collections import defaultdict
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.installed import build, install
from tests.test_architecture import ROOT, committed

pytestmark = pytest.mark.slow

INSIDE = {"nami_monitor": "nami_monitor"} | {
    part: f"nami_monitor/_app/{part}"
    for part in ("dashboard.py", "pages", "data", ".streamlit/config.toml")
}
"""What ships, and where it stands in the wheel."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    return install(wheel, tmp_path_factory.mktemp("installed"))


def shipped():
    """Every file under version control that ships, by its name in the wheel."""
    for file in committed():
        name = file.relative_to(ROOT).as_posix()
        for part, place in INSIDE.items():
            if name == part or name.startswith(f"{part}/"):
                yield place + name.removeprefix(part), file


def test_a_wheel_holds_what_ships_as_it_is_and_nothing_else(wheel):
    files = dict(shipped())
    with zipfile.ZipFile(wheel) as packed:
        names = {name for name in packed.namelist() if ".dist-info/" not in name}
        assert names == files.keys()
        different = [name for name in names if packed.read(name) != files[name].read_bytes()]
    assert not different


def stated(file):
    lines = (
        line.partition("#")[0].strip() for line in (ROOT / file).read_text("utf-8").split("\n")
    )
    return {Requirement(line) for line in lines if line and not line.startswith("-")}


def test_a_wheel_requires_what_the_requirements_say(wheel):
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith("/METADATA"))
        told = Parser().parsestr(packed.read(name).decode())
    required = {Requirement(line) for line in told.get_all("Requires-Dist")}
    base = {one for one in required if one.marker is None}
    assert base == stated("requirements.in")
    extras = defaultdict(set)
    for one in required - base:
        name = re.fullmatch(r'extra == "([\w-]+)"', str(one.marker))[1]
        extras[name].add(Requirement(str(one).partition(";")[0]))
    files = {file.stem: file.name for file in ROOT.glob("requirements-*.in")}
    developers = {"requirements-dev", "requirements-audit"}
    assert extras == {
        stem.removeprefix("requirements-"): stated(files[stem])
        for stem in files.keys() - developers
    }


def test_nothing_lands_beside_the_package(installed):
    beside = {path.name for path in installed.packages.iterdir() if path.suffix != ".pth"}
    assert {re.sub(r"-[\d.]+(?=\.)", "", name) for name in beside} == {
        "nami_monitor",
        "nami_monitor.dist-info",
    }


def test_an_installed_product_reads_its_own_files_from_anywhere(installed):
    code = (
        "from nami_monitor.core.settings import PRODUCT, SHIPPED; print(PRODUCT, SHIPPED, sep='|')"
    )
    product, data = map(Path, installed.run("python", "-c", code).strip().split("|"))
    assert product == installed.packages / "nami_monitor" / "_app"
    assert data == product / "data"
    code = "from nami_monitor.kit.files import shipped; print(len(shipped().cases))"
    assert installed.run("python", "-c", code).strip() == "9"


def test_the_command_of_a_wheel_is_nami(installed):
    assert installed.run("nami", "--lang", "en", "--help").startswith("Usage: nami ")
