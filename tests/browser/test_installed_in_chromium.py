"""The first page of an installed product, started where nothing of the repository lies."""

import pytest

from tests.browser.serving import serving, settled
from tests.support.installed import build, install

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    return install(build(folder), folder / "environment")


def test_the_first_page_of_a_wheel_shows_the_demo_as_the_repository_does(
    installed, demo_folder, server, page, tmp_path
):
    said = {}
    with serving(demo_folder, tmp_path / "home", installed=installed) as wheel:
        for at in (server, wheel):
            page.goto(f"{at.address}/?data=demo&lang=nl")
            settled(page)
            main = page.locator("[data-testid=stMain]")
            said[at.address] = main.inner_text(), page.evaluate(COLOUR)
    assert said[server.address] == said[wheel.address]
    assert not page.outside


COLOUR = "getComputedStyle(document.querySelector('a')).color"
"""Of links, as the settings of Streamlit say it."""
