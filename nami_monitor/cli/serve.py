"""``nami serve``: the dashboard as the operator set it, refused where anyone could come in."""

import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from nami_monitor.access.settings import Service, read_service, refuse
from nami_monitor.cli.session import CommandSession, command
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import PRODUCT

app = typer.Typer(rich_markup_mode=None)

SCRIPT: Final = "dashboard.py"


def dashboard() -> Path:
    """The script of the dashboard."""
    return PRODUCT / SCRIPT


def options(service: Service, address: str, port: int) -> dict[str, str]:
    """The options of Streamlit that go with the settings; none of them is a secret.

    Args:
        service: the settings.
        address: what the server listens on.
        port: likewise.
    """
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


def _free(address: str, port: int) -> None:
    """Look whether the server can listen there.

    Raises:
        UserError: ``service.taken`` with the reason.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as tried:
        if sys.platform != "win32":
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address.strip("[]"), port))
        except OSError as error:
            why = error.strerror or str(error)
            raise UserError("service.taken", address=address, port=port, why=why) from None


@command(app, "serve")
def serve(
    session: CommandSession,
    address: Annotated[str | None, typer.Option("--address")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535)] = None,
) -> None:
    """Start the dashboard in this process, until it is stopped."""
    service = read_service()
    address, port = address or service.server.address, port or service.server.port
    refuse(service, address)
    _free(address, port)
    if session.db:
        os.environ["NAMI_DB"] = str(session.db)
    os.environ["FORWARDED_ALLOW_IPS"] = ""  # the proxy is known by its own address alone
    stated = options(service, address, port)
    hosts = [("server.allowedHosts", host) for host in service.server.hosts]
    flags = [f"--{name}={value}" for name, value in (*stated.items(), *hosts)]
    session.tell(session.t("cli.serve.runs", address=address, port=port))
    sys.argv = ["streamlit", "run", str(dashboard()), *flags]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
