"""How long people wait: a start beside an empty Streamlit app, and a filter change on a page.

Run as ``python benchmarks/pages.py [DATABASE]``; without a database on the demo, which is built
first and timed. Needs Chromium and Playwright. The libraries are compiled beforehand, as pip leaves
them; starts alternate with those of an empty app, so that both meet the same other work.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from table import Row, show

ROOT = Path(__file__).parents[1]
CHANGES = 12
VIEWS = 7
STARTS = 5
UNSET = {"NAMI_DB", "PYTHONDONTWRITEBYTECODE"}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]

HOME = "[data-testid=stVegaLiteChart] svg"
"""What stands on the first page when it is drawn."""

ALL = ".nami-all tbody tr"
"""What stands on the page of all categories; the table comes as a whole."""

WATCH = """() => {
  window.redrawn = new Promise(done => {
    const chart = document.querySelector('[data-testid=stVegaLiteChart]');
    new MutationObserver((_, seen) => { seen.disconnect(); done(performance.now()); })
      .observe(chart.parentElement, {childList: true, subtree: true, attributes: true});
  });
}"""


@contextlib.contextmanager
def serving(
    script: Path, environment: dict[str, str]
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Streamlit server of a script on a free port: its address and its process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port),
         "--server.headless", "true", "--browser.gatherUsageStats", "false"],
        cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU that a process has used."""
    text = Path(f"/proc/{process.pid}/stat").read_text("utf-8")
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def opened(page: Page, address: str, selector: str, seconds: float = 240) -> float:
    """Seconds until a page of a server that is just starting shows a selector."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        with contextlib.suppress(Exception):
            page.goto(address, timeout=2_000)
            break
        time.sleep(0.05)
    page.wait_for_selector(selector, timeout=seconds * 1000)
    return time.monotonic() - begun


def filter_changes(
    page: Page, address: str, server: subprocess.Popen[bytes]
) -> list[tuple[float, float]]:
    """Milliseconds from choosing another figure to the redrawn chart, and CPU, many times."""
    page.goto(f"{address}/trends?lang=en", timeout=60_000)
    page.wait_for_selector(
        "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"
    )
    page.wait_for_timeout(2_000)
    names = ("Mass of what was bought", "Spend")
    taken = []
    for change in range(CHANGES):
        page.get_by_label("Indicator").first.click()
        page.keyboard.type(names[change % 2])
        option = page.get_by_role("option", name=f"Indicator: {names[change % 2]}", exact=True)
        option.wait_for()
        page.evaluate(WATCH)
        before, begun = cpu(server), page.evaluate("performance.now()")
        option.click()
        waited = page.evaluate("window.redrawn") - begun
        page.wait_for_timeout(700)
        taken.append((waited, 1000 * (cpu(server) - before)))
    return taken


def views(page: Page, address: str) -> list[float]:
    """Milliseconds from choosing all categories to their table, many times."""
    page.goto(f"{address}/?lang=en", timeout=60_000)
    taken = []
    for _ in range(VIEWS + 1):
        page.wait_for_selector(HOME)
        page.wait_for_timeout(2_000)
        one = page.get_by_text("All categories", exact=True)
        begun = page.evaluate("performance.now()")
        one.click()
        page.wait_for_selector(ALL)
        taken.append(page.evaluate("performance.now()") - begun)
        page.wait_for_timeout(1_000)
        page.get_by_text("One category", exact=True).click()
    return taken[1:]


def middle(taken: list[tuple[float, float]], at: int) -> float:
    """The median of one of two measures."""
    return statistics.median(one[at] for one in taken)


def main() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp())
    empty = folder / "empty.py"
    empty.write_text("import streamlit as st\nst.title('x')\n")
    places = {
        **{name: value for name, value in os.environ.items() if name not in UNSET},
        "NAMI_CACHE": str(folder / "cache"),
        "NAMI_HOME": str(folder / "home"),
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    if len(sys.argv) > 1:
        places["NAMI_DB"] = sys.argv[1]
    rows: list[Row] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        dashboard = ROOT / "dashboard.py"
        for script, shown in ((empty, "h1"), (dashboard, HOME)):
            with serving(script, {**places, "NAMI_CACHE": str(folder / "other")}) as (address, _):
                opened(page, f"{address}/?lang=en", shown)
        if "NAMI_DB" not in places:
            with serving(dashboard, places) as (address, _):
                first = opened(page, f"{address}/?lang=en", "[data-testid=stProgress]")
                begun = time.monotonic()
                page.wait_for_selector(HOME, timeout=240_000)
                whole = first + time.monotonic() - begun
            rows.append(Row("first start, to the page with progress", f"{first:.1f} s", "8 s"))
            rows.append(Row("first start, to the demo", f"{whole:.1f} s", "40 s"))
        bare, later = [], []
        for _ in range(STARTS):
            with serving(empty, places) as (address, server):
                bare.append((opened(page, address, "h1"), cpu(server)))
            with serving(dashboard, places) as (address, server):
                later.append((opened(page, f"{address}/?lang=en", HOME), cpu(server)))
        clock, work = (
            tuple(statistics.median(one[at] for one in each) for each in (bare, later))
            for at in (0, 1)
        )
        rows += [
            Row("an empty Streamlit app, from process start to its heading", f"{clock[0]:.1f} s"),
            Row("later start, to the cards of the overview", f"{clock[1]:.1f} s"),
            Row("later start beside an empty app", f"{clock[1] - clock[0]:+.1f} s", "+2 s"),
            Row("the same in CPU of the server", f"{work[1] - work[0]:+.1f} s"),
        ]
        with serving(dashboard, places) as (address, server):
            opened(page, f"{address}/?lang=en", HOME)
            taken = filter_changes(page, address, server)
            all_at_once = views(page, address)
        rows += [
            Row("filter change to redrawn chart, median", f"{middle(taken, 0):.0f} ms", "400 ms"),
            Row("the same, slowest", f"{max(one for one, _ in taken):.0f} ms"),
            Row("CPU of the server for it, median", f"{middle(taken, 1):.0f} ms"),
            Row(
                "to all categories on a warm server, median",
                f"{statistics.median(all_at_once):.0f} ms",
                "400 ms",
            ),
        ]
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)
    show(f"pages on {places.get('NAMI_DB', 'the demo')}", rows)


if __name__ == "__main__":
    main()
