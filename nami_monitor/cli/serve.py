"""``nami serve``: the dashboard as the operator set it, refused where anyone could come in."""

import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from nami_monitor.access.settings import SOCKET_LINE, Service, read_service, refuse
from nami_monitor.cli.session import CommandSession, command
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import PRODUCT

LINE: Final = 2**15
"""Bytes of a header of a websocket: the cookies of a sign-in are one."""


def dashboard() -> Path:
    """The script of the dashboard."""
    return PRODUCT / "dashboard.py"


def options(service: Service, address: str, port: int) -> dict[str, str]:
    """The options of Streamlit that go with the settings; none of them is a secret."""
    found = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "server.maxUploadSize": str(service.server.largest_upload),
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.enableAgentApi": "false",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "logger.hideWelcomeMessage": "true",
    }
    if service.proxy:
        headers = {header: claim for claim, header in service.proxy.headers.items()}
        found["server.trustedUserHeaders"] = json.dumps(headers)
    return found


def refuse_taken(address: str, port: int) -> None:
    """Refuse an address or a port that cannot be listened on.

    Raises:
        UserError: ``service.taken``.
    """
    try:
        family, kind, _, _, place = socket.getaddrinfo(
            address.strip("[]"), port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except (OSError, UnicodeError) as error:  # the latter of a name that no machine can have
        why = getattr(error, "strerror", None) or type(error).__name__
        raise UserError("service.taken", address=address, port=port, why=why) from error


@command("serve")
def serve(
    session: CommandSession,
    address: Annotated[str | None, typer.Option("--address")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
) -> None:
    """Start the dashboard in this process, until it is stopped."""
    service = read_service()
    address, port = address or service.server.address, port or service.server.port
    refuse(service, address)
    refuse_taken(address, port)
    if session.db:
        os.environ["NAMI_DB"] = str(session.db)
    os.environ[SOCKET_LINE] = str(LINE)
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # the proxy is known by its own address alone
    stated = options(service, address, port)
    hosts = [("server.allowedHosts", host) for host in service.server.hosts]
    flags = [f"--{name}={value}" for name, value in (*stated.items(), *hosts)]
    session.tell(session.t("cli.serve.runs", address=address, port=port))
    sys.argv = ["streamlit", "run", str(dashboard()), *flags]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
