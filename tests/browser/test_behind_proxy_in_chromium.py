"""Every page behind a proxy with the policy of deploy/: nothing that it refuses is needed."""

import pytest

from nami_monitor.i18n import LANGS, text
from nami_monitor.ui.doors import DOORS, HIDDEN, PART
from tests.browser.serving import LISTENED, VISITOR, serving, settled
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


def port_of(server):
    """The port of a dashboard."""
    return int(server.address.rpartition(":")[2])


@pytest.fixture(params=EXAMPLES)
def proxy(request, server, tmp_path):
    port = port_of(server)
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


def test_no_script_of_others_runs(proxy, visitor):
    """So the other tests would see what the policy refuses."""
    visitor.goto(f"{proxy.address}/?data=demo&lang=nl")
    settled(visitor)
    visitor.evaluate("""() => {
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.ran = true">');
    }""")
    visitor.wait_for_function("window.refused.length >= 2")
    assert visitor.evaluate("window.ran") is None


@pytest.mark.parametrize("lang", LANGS)
def test_scripts_of_the_page_run_in_every_language(proxy, visitor, lang):
    visitor.goto(f"{proxy.address}/?data=demo&lang={lang}")
    settled(visitor)
    assert visitor.evaluate("document.documentElement.lang") == lang
    assert visitor.evaluate("[window.namiFollows, window.refused]") == [True, []]


TRIES = 8
"""Uploads, of which each second one reaches the other process at the latest."""


def test_without_sticky_sessions_an_upload_says_so_and_the_log_too(demo_folder, visitor, tmp_path):
    file = tmp_path / "panden.csv"
    file.write_text("id;naam;dienst\nL1;Pand 1;D\n", "utf-8")
    astray = {lang: text("service.astray", lang) for lang in LANGS}
    home, log = tmp_path / "home", [tmp_path / "log1", tmp_path / "log2"]
    with (
        serving(demo_folder, home, serve={}, log=log[0]) as first,
        serving(demo_folder, home, serve={}, log=log[1]) as second,
        proxied("nginx", tmp_path, *map(port_of, (first, second)), sticky=False) as proxy,
    ):
        visitor.goto(f"{proxy.address}/data?data=own&lang=nl&part=upload")
        settled(visitor)
        said = visitor.get_by_text(astray["nl"])
        for _ in range(TRIES):
            with visitor.expect_response("**/_stcore/upload_file/**"):
                visitor.locator("input[type=file]").first.set_input_files(file)
            settled(visitor)
            if said.count():
                break
        assert said.count() == 1
    assert any(astray["en"] in each.read_text("utf-8") for each in log)
    assert not (home / "own.duckdb").exists()
