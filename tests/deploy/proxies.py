"""Real proxies with the examples of deploy/, on free ports of this machine."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.policy import DEPLOY

CERTIFICATE = Path(__file__).parents[1] / "support" / "smtp_server.pem"
"""Of 127.0.0.1, with its key."""
BEHIND_THE_SIGN_IN = "#|"
SYSTEM = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its ports with and without TLS, and where somebody who signed in goes on."""

    name: str
    port: int
    plain: int
    signed: int

    @property
    def address(self):
        """Where visitors come."""
        return f"https://127.0.0.1:{self.port}"


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def trusting():
    """A context of TLS that knows the certificate."""
    return ssl.create_default_context(cafile=CERTIFICATE)


def put(text, places):
    """An example with other places in it; each that is replaced must be there."""
    for stated, here in places.items():
        assert stated in text, stated
        text = text.replace(stated, here)
    return text


def _nginx(folder, proxy, text, first, second, sign_in):
    user = "user root;" if os.getuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    places = {
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{proxy.port} ssl;",
        "/etc/ssl/nami/fullchain.pem": str(CERTIFICATE),
        "/etc/ssl/nami/privkey.pem": str(CERTIFICATE),
        "server 127.0.0.1:8501;": f"server 127.0.0.1:{first};",
        "#server 127.0.0.1:8502;": f"server 127.0.0.1:{second};",
        "127.0.0.1:4180": f"127.0.0.1:{sign_in}",
    }
    (folder / "nami.conf").write_text(put(text, places), "utf-8")
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;"
        f" events {{}} http {{ access_log off; {temporary} include {folder}/nami.conf; }}",
        "utf-8",
    )
    return ["-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def _haproxy(folder, proxy, text, first, second, sign_in):
    places = {
        "bind :80": f"bind 127.0.0.1:{proxy.plain}",
        "bind :443": f"bind 127.0.0.1:{proxy.port}",
        "bind 127.0.0.1:8500": f"bind 127.0.0.1:{proxy.signed}",
        "/etc/ssl/nami/nami.pem": str(CERTIFICATE),
        "server one 127.0.0.1:8501": f"server one 127.0.0.1:{first}",
        "#server two 127.0.0.1:8502": f"server two 127.0.0.1:{second}",
        "127.0.0.1:4180": f"127.0.0.1:{sign_in}",
    }
    (folder / "haproxy.cfg").write_text(put(text, places), "utf-8")
    return ["-db", "-f", str(folder / "haproxy.cfg")]


STICKY = {
    "nginx": ["    hash $nami_route consistent;\n"],
    "haproxy": [" cookie one", " cookie two"],
}
EXAMPLES = {"nginx": ("nginx.conf", _nginx), "haproxy": ("haproxy.cfg", _haproxy)}


@contextlib.contextmanager
def proxied(name, folder, first, second, sign_in=None, *, sticky=True):
    """Start a proxy with its example, and stop it afterwards.

    Args:
        name: of the program.
        folder: for what it writes.
        first: port of a process behind it.
        second: port of another one.
        sign_in: port of what signs visitors in; without it nobody is.
        sticky: whether a visitor stays with one process, as the examples have it.
    """
    program = shutil.which(name, path=SYSTEM)
    if not program:
        pytest.skip(f"{name} is not installed")
    file, written = EXAMPLES[name]
    text = (DEPLOY / file).read_text("utf-8")
    if not sticky:
        text = put(text, dict.fromkeys(STICKY[name], ""))
    if sign_in:
        text = text.replace(BEHIND_THE_SIGN_IN, "")
    proxy = Proxy(name, free_port(), free_port(), free_port())
    arguments = written(folder, proxy, text, first, second, sign_in or free_port())
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", proxy.port)):
                break
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            time.sleep(0.1)
        yield proxy
    finally:
        process.terminate()
        process.wait(60)
