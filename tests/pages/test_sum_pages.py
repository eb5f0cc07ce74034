"""Every page shows the sum of organisations, which has no lines, without an error."""

from pathlib import Path

import pytest

from nami_monitor.ui import app
from tests.support.app_test import AppTest
from tests.support.lakes import exported, rolled, summed

ROOT = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted((ROOT / "pages").glob("*.py"))]


@pytest.fixture(scope="module")
def sum_of_demos(demo_folder, tmp_path_factory):
    place = exported(demo_folder / "demo.duckdb", tmp_path_factory.mktemp("lake"))
    return summed(place, rolled(place, place), tmp_path_factory.mktemp("sum"))[0]


@pytest.mark.slow
@pytest.mark.usefixtures("own_place")
@pytest.mark.parametrize("page", [*PAGES, "dashboard"])
def test_a_page_of_the_sum(sum_of_demos, monkeypatch, page):
    monkeypatch.setenv("NAMI_DB", str(sum_of_demos))
    folder = ROOT if page == "dashboard" else ROOT / "pages"
    found = AppTest.from_file(str(folder / f"{page}.py"), default_timeout=120)
    found.session_state[app.LANGUAGE] = "nl"
    found.session_state[app.DATA] = app.OWN
    found.run()
    assert not found.exception
