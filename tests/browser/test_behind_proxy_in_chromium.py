"""Every page behind a proxy with the policy of deploy/: nothing that it refuses is needed."""

import pytest

from nami_monitor.i18n import LANGS
from nami_monitor.ui.doors import DOORS, HIDDEN, PART
from tests.browser.serving import LISTENED, VISITOR, settled
from tests.deploy.proxies import EXAMPLES, proxied

pytestmark = pytest.mark.browser

REFUSED = """
window.refused = [];
addEventListener('securitypolicyviolation', found => window.refused.push(
  [found.violatedDirective, found.blockedURI, found.sourceFile, found.sample].join(' ')
));
"""


def addresses():
    """Every part of every door, and what stands beside them."""
    for door in DOORS.values():
        for part in door.parts:
            yield f"{'' if door.name == 'month' else door.name}?{PART}={part}"
    yield from (f"{name}?" for name in HIDDEN)


@pytest.fixture(params=EXAMPLES)
def proxy(request, server, tmp_path):
    port = int(server.address.rpartition(":")[2])
    with proxied(request.param, tmp_path, port, port) as found:
        yield found


@pytest.fixture
def visitor(chromium):
    with chromium.new_context(**VISITOR, ignore_https_errors=True) as context:
        context.add_init_script(LISTENED + REFUSED)
        page = context.new_page()
        page.set_default_timeout(180_000)
        yield page


def test_no_page_meets_the_policy(proxy, visitor):
    every = list(addresses()) if proxy.name == "nginx" else ["?"]
    refused = {}
    for address in every:
        visitor.goto(f"{proxy.address}/{address}&data=demo&lang=nl")
        settled(visitor)
        refused[address] = visitor.evaluate("window.refused")
    assert refused == {address: [] for address in every}
    names = {cookie["name"] for cookie in visitor.context.cookies()}
    assert {"nami_browser", "nami_route"} <= names


@pytest.mark.parametrize("lang", LANGS)
def test_scripts_of_the_page_run_in_every_language(proxy, visitor, lang):
    visitor.goto(f"{proxy.address}/?data=demo&lang={lang}")
    settled(visitor)
    assert visitor.evaluate("document.documentElement.lang") == lang
    assert visitor.evaluate("[window.namiFollows, window.refused]") == [True, []]
