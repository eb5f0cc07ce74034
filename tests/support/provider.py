"""A real OpenID provider in a process of its own, whose clock and clients a test may change.

``python -m tests.support.provider PORT`` serves it. It is the package oidc-provider-mock, on
Authlib's provider classes: people sign in with any name, and get the claims that were put there.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass, replace

from tests.browser.serving import ROOT, free_port


@dataclass(frozen=True)
class Provider:
    """A running provider: its address, and the monitor's number and secret there."""

    address: str
    client: str
    secret: str

    @property
    def metadata(self):
        return f"{self.address}/.well-known/openid-configuration"

    def tell(self, **changes):
        """Set the clock ahead by ``clock`` seconds, or the client's ``secret`` to another."""
        query = urllib.parse.urlencode({"client": self.client, **changes})
        asked(f"{self.address}/tell?{query}")

    def person(self, name, claims):
        """Put the claims of a person there."""
        asked(f"{self.address}/users/{name}", claims, "PUT")


def asked(url, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310
        url, data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return answer.read()


@contextlib.contextmanager
def provider(redirect):
    """Start a provider that knows a monitor with this address for its answers."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.provider", str(port)],
        cwd=ROOT,
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                asked(f"{address}/.well-known/openid-configuration")
                break
            time.sleep(0.1)
        made = json.loads(asked(f"{address}/oauth2/clients", {"redirect_uris": [redirect]}))
        yield Provider(address, made["client_id"], made["client_secret"])
    finally:
        process.terminate()
        process.wait(60)


def _serve(port):
    real, ahead = time.time, {"seconds": 0.0}
    time.time = lambda: real() + ahead["seconds"]

    import flask  # noqa: PLC0415 - after the clock was changed
    from oidc_provider_mock import app  # noqa: PLC0415 - likewise
    from oidc_provider_mock._storage import storage  # noqa: PLC0415 - likewise

    served = app(require_client_registration=True, require_nonce=True)

    @served.get("/tell")
    def tell():
        said = flask.request.args
        if "clock" in said:
            ahead["seconds"] = float(said["clock"])
        if "secret" in said:
            client = storage.get_client(said["client"])
            storage.store_client(replace(client, secret=said["secret"]))
        return "", 204

    served.run("127.0.0.1", port, threaded=True, use_reloader=False)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
