"""Many visitors at once: raw websocket sessions and ten browsers, beside an empty Streamlit app.

Run as ``python benchmarks/many_sessions.py [DATABASE]``; without a database on the demo, which is
built first. Each app is served by one process, and the dashboard also by two behind haproxy, which
keeps a browser at its process (``apt-get install haproxy``; left out without it). A raw session
does what a browser does on the wire: it connects, asks for its page, and reads until the page is
complete. Every page is compared with the same page as a visitor alone got it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import async_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from table import Row, show
from websockets.asyncio.client import ClientConnection, connect

from pages import HOME, QUIET, ROOT, UNSET, cpu, serving

MANY: Final = 50
HELD: Final = 200
BROWSERS: Final = 10
SECONDS: Final = 60
ALONE: Final = 20
SEED: Final = 18
PAGES: Final = (
    *(("", f"lang={lang}") for lang in ("nl", "en")),
    *(("", f"lang={lang}&view=all") for lang in ("nl", "en")),
    ("trends", ""), ("measures", ""), ("registers", ""), ("registers", "part=requests"),
    ("registers", "part=contracts"), ("registers", "part=targets"), ("lessons", ""),
    ("lessons", "part=case"), ("present", ""), ("data", "part=measurability"), ("", "view=more"),
)  # fmt: skip
"""Where visitors go: the address of a page, and what it says behind the question mark."""

PROXY: Final = """
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
frontend everyone
  bind 127.0.0.1:{port}
  default_backend apps
backend apps
  balance leastconn
  cookie nami_process insert indirect nocache httponly
{servers}
"""


@dataclass
class Seen:
    """What a session got: seconds until it was complete, what it showed, and what went wrong."""

    seconds: float
    shown: str
    wrong: list[str] = field(default_factory=list)


@dataclass
class Served:
    """An app at an address, and the processes that serve it."""

    name: str
    address: str
    processes: list[subprocess.Popen[bytes]]
    alone: dict[tuple[str, str], str] = field(default_factory=dict)

    def cpu(self) -> float:
        """Seconds of CPU of all its processes so far."""
        return sum(cpu(one) for one in self.processes)

    def megabytes(self) -> float:
        """What they hold in memory."""
        return sum(_resident(one.pid) for one in self.processes)


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


async def session(
    app: Served, page: str, query: str, held: list[ClientConnection] | None = None
) -> Seen:
    """A visit of one page; the connection goes to ``held`` when it stays open."""
    begun = time.monotonic()
    told = hashlib.sha256()
    wrong = []
    socket_ = await connect(
        f"ws://{urlsplit(app.address).netloc}/_stcore/stream",
        subprotocols=["streamlit"], max_size=None, compression=None,
        ping_interval=None, open_timeout=600,
    )  # fmt: skip
    asked = BackMsg()
    asked.rerun_script.query_string, asked.rerun_script.page_name = query, page
    asked.rerun_script.context_info.locale = "nl"
    asked.rerun_script.context_info.timezone = "Europe/Amsterdam"
    asked.rerun_script.context_info.url = app.address
    await socket_.send(asked.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await socket_.recv())
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            name = element.WhichOneof("type")
            if name == "exception":
                wrong.append(name)
            told.update(_content(element, name))
        if kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                break
            if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                wrong.append("stopped")
                break
    seconds = time.monotonic() - begun
    if held is None:
        await socket_.close()
    else:
        held.append(socket_)
    return Seen(seconds, told.hexdigest(), wrong)


def _content(element: object, name: str) -> bytes:
    """What a person sees of an element: not what tells one browser or moment from another."""
    one = getattr(element, name)
    if name in {"heading", "html", "markdown", "alert"}:
        body = str(getattr(one, "body", ""))
        return b"" if "<script>" in body else body.encode()
    if name == "vega_lite_chart":
        return str(one.spec).encode() + bytes(one.data.data)
    if name == "dataframe":
        return bytes(one.arrow_data.data) + bytes(one.arrow_data.styler.display_values)
    return b""


async def visit(app: Served, at: float, page: tuple[str, str]) -> Seen:
    """A visit that begins after so many seconds, and is compared with that of one alone."""
    await asyncio.sleep(at)
    seen = await session(app, *page)
    if seen.shown != app.alone[page]:
        seen.wrong.append("another page than a visitor alone got")
    return seen


def spread(times: Sequence[float]) -> str:
    """Median and 95th percentile in seconds."""
    ordered = sorted(times)
    late = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    return f"{statistics.median(ordered):.2f} s, p95 {late:.2f} s"


async def at_once(app: Served, pages: Sequence[tuple[str, str]], seconds: float) -> list[Seen]:
    """Many new sessions, all at the same instant or spread at random over some seconds."""
    draw = random.Random(SEED)  # noqa: S311 - which page when, not a secret
    plan = [(draw.uniform(0, seconds), draw.choice(pages)) for _ in range(MANY)]
    return list(await asyncio.gather(*(visit(app, at, page) for at, page in plan)))


async def browsers(app: Served, selector: str) -> list[float]:
    """Seconds until each of ten browsers, started together, shows a selector."""
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=QUIET
        )
        contexts = [await chromium.new_context(locale="nl-NL") for _ in range(BROWSERS)]
        pages = [await each.new_page() for each in contexts]

        async def opened(page: object) -> float:
            begun = time.monotonic()
            await page.goto(app.address, timeout=600_000)  # type: ignore[attr-defined]
            await page.wait_for_selector(selector, timeout=600_000)  # type: ignore[attr-defined]
            return time.monotonic() - begun

        for page in pages[:1]:
            await opened(page)
        found = list(await asyncio.gather(*(opened(page) for page in pages)))
        await chromium.close()
        return found


async def learn(app: Served, pages: Sequence[tuple[str, str]]) -> tuple[list[float], float]:
    """Visit every page alone, so that each process has seen it.

    Returns:
        CPU of the first visit of each page, and of one more of the first page.
    """
    first = []
    for page in pages:
        begun = app.cpu()
        await session(app, *page)
        first.append(app.cpu() - begun)
        for _ in range(2 * len(app.processes) - 1):  # a proxy gives them to processes in turn
            await session(app, *page)
    for page in pages:
        app.alone[page] = (await session(app, *page)).shown
    begun = app.cpu()
    for _ in range(ALONE):
        await session(app, *pages[0])
    return first, (app.cpu() - begun) / ALONE


async def quiet(app: Served) -> None:
    """Wait until an app computes nothing ahead any more."""
    before = -1.0
    while app.cpu() - before > 0.1:
        before = app.cpu()
        await asyncio.sleep(2)


async def measured(
    app: Served, pages: Sequence[tuple[str, str]], selector: str, wanted: bool
) -> list[Row]:
    """All that is measured of an app; what is demanded of it, if anything."""

    def row(what: str, found: object, demanded: str = "") -> Row:
        return Row(f"{app.name}: {what}", found, demanded if wanted else "")

    await session(app, *pages[0])
    await quiet(app)
    first, each = await learn(app, pages)
    rows = [row("CPU of a page that was seen, the first", f"{each:.3f} s", "0.12 s")]
    if wanted and len(app.processes) == 1:
        most = f"{statistics.median(first):.2f} s, the most {max(first):.2f} s"
        rows.append(row(f"CPU of a page that nobody saw, of {len(pages)}", most, "0.3 s"))
        for page in pages[1:]:
            begun = app.cpu()
            for _ in range(5):
                await session(app, *page)
            name = f"/{page[0]}" + (f"?{page[1]}" if page[1] else "")
            found = f"{(app.cpu() - begun) / 5:.3f} s"
            rows.append(row(f"the same of {name}", found, "0.12 s"))
    for what, seconds, demanded in (
        (f"{MANY} spread over {SECONDS} s", SECONDS, "0.5 s, p95 1 s"),
        (f"{MANY} at the same instant", 0, "4 s, p95 7 s"),
    ):
        for which, some in (("the first page", pages[:1]), ("all pages", pages)):
            if which == "all pages" and len(pages) == 1:
                continue
            begun = app.cpu()
            seen = await at_once(app, some, seconds)
            taken = (app.cpu() - begun) / MANY
            wrong = sum(bool(one.wrong) for one in seen)
            told = f"{spread([one.seconds for one in seen])}; CPU {taken:.3f} s each; {wrong} wrong"
            rows.append(row(f"{what}, {which}", told, demanded if some == pages[:1] else ""))
    rows.append(
        row(f"{BROWSERS} browsers at the same instant", spread(await browsers(app, selector)))
    )
    held: list[ClientConnection] = []
    for number in range(HELD):
        await session(app, *pages[number % len(pages)], held)
    rows.append(row(f"memory with {HELD} sessions", f"{app.megabytes():.0f} MB", "1,000 MB"))
    for one in held:
        await one.close()
    return rows


@contextlib.contextmanager
def balanced(
    folder: Path, script: Path, environment: dict[str, str]
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Two processes behind a proxy that keeps a browser at the same one: address and processes."""
    with contextlib.ExitStack() as made:
        apps = [made.enter_context(serving(script, environment)) for _ in range(2)]
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        servers = "\n".join(
            f"  server app{number} {urlsplit(address).netloc} cookie app{number}"
            for number, (address, _) in enumerate(apps)
        )
        config = folder / "haproxy.cfg"
        config.write_text(PROXY.format(port=port, servers=servers), "utf-8")
        proxy = subprocess.Popen(
            [str(shutil.which("haproxy", path="/usr/sbin:/usr/bin")), "-f", str(config)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        made.callback(proxy.wait)
        made.callback(proxy.kill)
        yield f"http://127.0.0.1:{port}", [process for _, process in apps]


def until_up(app: Served) -> Served:
    """Wait until an app answers."""
    netloc = urlsplit(app.address)
    for _ in range(600):
        with contextlib.suppress(Exception):
            asyncio.run(session(app, "", ""))
            return app
        time.sleep(0.2)
    raise TimeoutError(netloc)


def main() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp())
    empty = folder / "empty.py"
    empty.write_text("import streamlit as st\nst.title('x')\n")
    places = {
        **{name: value for name, value in os.environ.items() if name not in UNSET},
        "NAMI_CACHE": os.environ.get("NAMI_CACHE") or str(folder / "cache"),
        "NAMI_HOME": str(folder / "home"),
    }
    if len(sys.argv) > 1:
        places["NAMI_DB"] = sys.argv[1]
    dashboard = ROOT / "dashboard.py"
    rows: list[Row] = []

    def take(work: Callable[[], Awaitable[list[Row]]]) -> None:
        rows.extend(asyncio.run(work()))  # type: ignore[arg-type]

    with serving(empty, places) as (address, process):
        app = until_up(Served("an empty app", address, [process]))
        take(lambda: measured(app, [("", "")], "h1", wanted=False))
    with serving(dashboard, places) as (address, process):
        one = until_up(Served("one process", address, [process]))
        take(lambda: measured(one, PAGES, HOME, wanted=True))
    if shutil.which("haproxy", path="/usr/sbin:/usr/bin"):
        with balanced(folder, dashboard, places) as (address, processes):
            two = until_up(Served("two processes behind haproxy", address, processes))
            take(lambda: measured(two, PAGES, HOME, wanted=True))
    else:
        print("haproxy is not there: two processes were left out\n")
    shutil.rmtree(folder, ignore_errors=True)
    show(f"many sessions on {places.get('NAMI_DB', 'the demo')}", rows)


if __name__ == "__main__":
    main()
