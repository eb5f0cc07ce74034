"""The first page of an installed product, started where nothing of the repository lies."""

import pytest

from tests.browser.serving import serving, settled
from tests.support.installed import REPOSITORY, build, install

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    return install(build(folder), folder / "environment")


def test_the_first_page_of_a_wheel_shows_the_demo_as_the_repository_does(
    installed, demo_folder, server, page, tmp_path
):
    said = {}
    home = tmp_path / "home"
    code = "from nami_monitor.core.settings import PRODUCT; print(PRODUCT / 'dashboard.py')"
    dashboard = installed.run("python", "-c", code).strip()
    command = (str(installed.commands / "python"), "-m", "streamlit", "run", dashboard)
    elsewhere = {"command": command, "folder": tmp_path, "without": REPOSITORY}
    with serving(demo_folder, home, **elsewhere) as wheel:
        for at in (server, wheel):
            page.goto(f"{at.address}/?data=demo&lang=nl")
            settled(page)
            main = page.locator("[data-testid=stMain]")
            said[at.address] = main.inner_text(), page.evaluate(COLOUR)
    assert said[server.address] == said[wheel.address]
    assert not page.outside


COLOUR = "getComputedStyle(document.querySelector('a')).color"
"""Of links, as the settings of Streamlit say it."""
