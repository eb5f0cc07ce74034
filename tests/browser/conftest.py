"""The product as people meet it: a server of its own and a real browser."""

import re
import shutil

import pytest

from tests.browser.serving import LISTENED, VISITOR, serving, visitor

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--process-per-site",  # all pages share what one of them compiled, see ``context``
]


def pytest_collection_modifyitems(items):
    """Begin with the longest walks: a run of two processes does not end with one of them alone."""
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    found = shutil.which("chromium")
    if not found:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    expect.set_options(timeout=180_000)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium):
    """A page of a visitor whom nobody knows, with cookies of its own."""
    with chromium.new_context(**VISITOR) as context:
        context.add_init_script(LISTENED)
        page = context.new_page()
        page.set_default_timeout(120_000)
        yield page


@pytest.fixture(scope="session")
def demo_folder(demo_folder, tmp_path_factory):
    """A copy for all servers: what pages keep of a visit stays out of the tests without one."""
    return shutil.copytree(demo_folder, tmp_path_factory.mktemp("served") / "cache")


@pytest.fixture(scope="session")
def server(demo_folder, tmp_path_factory):
    """A dashboard on the demo."""
    with serving(demo_folder, tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture(scope="session")
def context(chromium, server):
    """One browser for all visitors, who take turns: it loads and compiles Streamlit's scripts once.

    A page without any script stays open, and with it the process that has compiled them. ``been``
    are the addresses where somebody was.
    """
    with chromium.new_context(**VISITOR) as made:
        made.add_init_script(LISTENED)
        made.been = set()
        made.stays = made.new_page()
        made.stays.goto(f"{server.address}/_stcore/health")
        yield made


LOCAL = re.compile(r"(?:data:|blob:|(?:http|ws)://127\.0\.0\.1:\d+(?=/))")


@pytest.fixture
def page(context):
    """A page of 1280 px, of a visitor who was never here.

    It notes every request that leaves the machine.
    """
    opened = visitor(context)
    opened.set_default_timeout(180_000)
    opened.outside = []

    def note(request):
        local = LOCAL.match(request.url)
        if not local:
            opened.outside.append(request.url)
        elif local[0].startswith("http"):
            context.been.add(local[0])

    opened.on("request", note)
    yield opened
    for each in context.pages:
        if each != context.stays:
            each.close()


SAID = """() => {
  const focused = document.activeElement?.outerHTML.slice(0, 200);
  return `${location.href}\\n${document.body.innerText}\\nfocused: ${focused}`;
}"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Print what stood on the page when a test failed."""
    report = yield
    opened = getattr(item, "funcargs", {}).get("page")
    if call.when == "call" and report.failed and opened:
        report.sections.append(("page", str(opened.evaluate(SAID))))
    return report
