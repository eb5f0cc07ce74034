"""The product as people meet it: a server of its own and a real browser."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass(frozen=True)
class Server:
    """A running dashboard: its address, and where its own database lies."""

    address: str
    own: Path


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def serving(cache: Path, home: Path):
    """Start the dashboard on a free port with these folders, and stop it afterwards."""
    port = _free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if k != "NAMI_DB"},
        "NAMI_CACHE": str(cache),
        "NAMI_HOME": str(home),
    }
    command = [sys.executable, "-m", "streamlit", "run", "dashboard.py"]
    process = subprocess.Popen(
        [*command, "--server.port", str(port), "--server.headless", "true"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).read()  # noqa: S310
                break
            time.sleep(0.1)
        yield Server(address, home / "own.duckdb")
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def chromium():
    """Debian's Chromium, driven by Playwright."""
    found = shutil.which("chromium")
    if not found:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    expect.set_options(timeout=60_000)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_folder(demo_folder, tmp_path_factory):
    """A copy for all servers: what pages keep of a visit stays out of the tests without one."""
    return shutil.copytree(demo_folder, tmp_path_factory.mktemp("served") / "cache")


@pytest.fixture(scope="session")
def server(demo_folder, tmp_path_factory):
    """A dashboard on the demo."""
    with serving(demo_folder, tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture
def page(chromium):
    """A page of 1280 px that notes every request that leaves the machine."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.outside = []
    opened.on(
        "request",
        lambda request: (
            opened.outside.append(request.url)
            if not request.url.startswith(
                ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
            )
            else None
        ),
    )
    yield opened
    context.close()


def settled(page) -> None:
    """Wait until the page has drawn everything it is going to draw."""
    page.wait_for_selector("h1")
    page.wait_for_timeout(150)
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-stale=true],"
        " [data-testid=stSkeleton],"
        " [data-test-script-state]:not([data-test-script-state=notRunning])')"
    )
    page.wait_for_timeout(200)
