"""A server of the dashboard of its own, and waiting until a page is drawn."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VISITOR = {"viewport": {"width": 1280, "height": 900}, "locale": "nl-NL"}
"""What the browser of a visitor says of itself."""


@dataclass(frozen=True)
class Server:
    """A running dashboard: its address, and where its own database lies."""

    address: str
    own: Path


_LEFT: list[int] = []
"""Ports of servers that were stopped."""


def free_port() -> int:
    """A port for a server, rather one that was left: the browser has kept Streamlit's scripts."""
    for port in _LEFT:
        with contextlib.suppress(OSError), socket.socket() as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(("127.0.0.1", port))
            _LEFT.remove(port)
            return port
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


SERVE = ["serve", "--port"]


@contextlib.contextmanager
def serving(
    cache: Path,
    home: Path,
    port: int | None = None,
    *,
    serve=None,
    log=None,
    address="127.0.0.1",
    installed=None,
    refuses=False,
):
    """Start the dashboard with these folders, on a free port unless told, and stop it afterwards.

    ``serve`` are variables with which ``nami serve`` starts it; without them ``streamlit run``
    does, on ``address``. ``log`` is a file for what it says. ``installed`` is an environment whose
    ``nami serve`` starts it, away from the repository. One that ``refuses`` everybody says so even
    to who asks for its health.
    """
    port = port or free_port()
    environment = {
        **{k: v for k, v in os.environ.items() if k != "NAMI_DB"},
        "NAMI_CACHE": str(cache),
        "NAMI_HOME": str(home),
        "NAMI_AHEAD": "no",  # a test looks at few pages, and ends before the others are ready
        **(serve or {}),
    }
    run = ["streamlit", "run", "dashboard.py", "--server.headless", "true"]
    run += ["--server.address", address, "--server.port"]
    command = [sys.executable, "-m", *(run if serve is None else ["nami_monitor", *SERVE])]
    if installed:
        command = [installed.commands / "nami", *SERVE]
        environment.pop("PYTHONPATH", None)
    with open(log or os.devnull, "wb") as said:  # noqa: PTH123 - os.devnull is no Path
        process = subprocess.Popen(
            [*command, str(port)],
            cwd=installed.commands if installed else ROOT,
            env=environment,
            stdout=said,
            stderr=said,
        )
    found = f"http://127.0.0.1:{port}"
    try:
        for _ in range(1800):
            try:
                urllib.request.urlopen(f"{found}/_stcore/health", timeout=2).read()  # noqa: S310
                break
            except urllib.error.HTTPError:
                if refuses:
                    break
            except OSError:
                pass
            assert process.poll() is None, Path(log).read_text("utf-8") if log else "it ended"
            time.sleep(0.1)
        yield Server(found, home / "own.duckdb")
    finally:
        process.terminate()
        process.wait(120)  # a page that is being drawn is drawn first
        _LEFT.append(port)


LISTENED = """(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...what) {
    if (!this.listened) {
      this.listened = true;
      this.addEventListener('message', () => { window.answered = performance.now(); });
    }
    window.asked = performance.now();
    return send.apply(this, what);
  };
})()"""
"""Keeps when a page last asked its server for something, and when that last answered."""

IDLE = """(milliseconds) => {
  const waits = (window.asked ?? 0) > (window.answered ?? 0);
  const busy = waits || !document.querySelector('h1') || document.querySelector(
    '[data-testid=stStatusWidget], [data-stale=true], [data-testid=stSkeleton],' +
    ' [data-test-script-state]:not([data-test-script-state=notRunning])'
  );
  const now = performance.now();
  if (busy || window.idleSince === undefined) window.idleSince = busy ? undefined : now;
  const since = Math.max(window.idleSince ?? now, window.asked ?? 0, window.answered ?? 0);
  const idle = window.idleSince !== undefined && now - since >= milliseconds;
  if (idle) window.idleSince = undefined;
  return idle;
}"""
"""Whether the page has been drawn, and neither waited nor was told anything, for so long."""

LOOKS = 50
"""Milliseconds between two looks: with one in every frame, the browser draws frames for them."""


def settled(page) -> None:
    """Wait until the page has drawn everything it is going to draw."""
    page.wait_for_function(IDLE, arg=250, polling=LOOKS)


WIDTHS = (1280, 400, 320)
"""Widths in pixels that each page must fit."""


def fits(page, width) -> None:
    """Wait until nothing of a page stands beside a screen of so many pixels."""
    page.wait_for_timeout(100)
    page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)


KEPT = "local_storage,indexeddb,service_workers,cache_storage"


def visitor(context):
    """A new page of a browser that has forgotten its visitors: who they were, what they kept.

    ``context.been`` are the addresses where they were.
    """
    page = context.new_page()
    context.clear_cookies()
    context.clear_permissions()
    tools = context.new_cdp_session(page)
    for address in context.been:
        tools.send("Storage.clearDataForOrigin", {"origin": address, "storageTypes": KEPT})
    tools.detach()
    return page
