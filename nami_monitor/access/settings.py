"""How the monitor is served and how its visitors sign in, from one optional settings file.

No secret stands in that file: the environment has it, or names the file that holds it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from nami_monitor.access.roles import OnePerson, Roles
from nami_monitor.core.errors import UserError
from nami_monitor.core.settings import places
from nami_monitor.core.settings_toml import (
    PORT,
    After,
    WrongError,
    like,
    one_of,
    read_settings_file,
    strict,
    whole,
)

FILE: Final = "service.toml"
NAMED_BY: Final = "NAMI_SERVICE"
"""The variable that may name another file."""
CLIENT_SECRET, COOKIE_SECRET = "NAMI_CLIENT_SECRET", "NAMI_COOKIE_SECRET"
"""The variables with a secret; with ``_FILE`` behind it, one names the file that holds it."""
SOCKET_LINE: Final = "WEBSOCKETS_MAX_LINE_LENGTH"
"""The variable that says how long a header of a websocket may be; ``nami serve`` sets it."""
LEAST_SECRET: Final = 32
"""Characters of what signs cookies."""
CALLBACK: Final = "/oauth2callback"
PROXY, OIDC = "proxy", "oidc"
SEVERAL: Final = ("groups", "roles")
LOOPBACK: Final = "127.0.0.1"

TOKEN: Final = like(re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}"), "X-Forwarded-User")
CLAIM: Final = like(re.compile(r"[!-~]{1,200}"), "sub")
HOST: Final = like(re.compile(r"(\*\.)?[A-Za-z0-9.:\[\]-]{1,250}"), "nami.example.org")


def _network(raw: str) -> str:
    try:
        ip_network(raw, strict=False)
    except ValueError:
        raise WrongError("value", known=("127.0.0.1", "10.0.0.0/24")) from None
    return raw


def _private(url: str) -> str:
    """An address that nobody can read along with: https, or this machine itself."""
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or is_loopback(parts.hostname)):
        raise WrongError("value", known=("https://",))
    return url


def _callback(url: str) -> str:
    if urlsplit(url).path != CALLBACK:
        raise WrongError("value", known=(f"\u2026{CALLBACK}",))
    return _private(url)


def _apart(headers: Mapping[str, str]) -> Mapping[str, str]:
    if not headers or len({name.lower() for name in headers.values()}) < len(headers):
        raise WrongError("value", known=('{ sub = "X-User", groups = "X-Groups" }',))
    return headers


def _known_several(stated: "ProxySignIn | None") -> "ProxySignIn | None":
    if stated and not {*stated.several} <= {*stated.headers, *SEVERAL}:
        raise WrongError("value", known=tuple(stated.headers), at="several")
    return stated


Url = Annotated[str, like(re.compile(r"https?://[!-~]+"), "https://"), After(_private)]
Callback = Annotated[str, like(re.compile(r"https?://[!-~]+"), "https://"), After(_callback)]
Claim = Annotated[str, CLAIM]
Hours = Annotated[int, whole(1, 24 * 30)]


@strict()
@dataclass(frozen=True)
class ProxySignIn:
    """Which headers of which proxies say who a visitor is.

    Args:
        addresses: of the proxies, or networks of them; headers from elsewhere are dropped.
        headers: the header of each claim, no two alike.
        several: claims whose header holds several values with commas between them.
        sign_out: the address of the proxy where a visitor signs out, if it has one.
        hours: how long a page may stand open before the proxy is asked again.
    """

    headers: Annotated[Mapping[Claim, Annotated[str, TOKEN]], After(_apart)]
    addresses: tuple[Annotated[str, After(_network)], ...] = (LOOPBACK, "::1")
    several: tuple[Claim, ...] = SEVERAL
    sign_out: Annotated[str, like(re.compile(r"/[!-~]*|https?://[!-~]+"), "/sign_out")] | None = (
        None
    )
    hours: Hours = 10

    def trusts(self, peer: str) -> bool:
        """Whether headers that come from an address count."""
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in ip_network(one, strict=False) for one in self.addresses)


@strict()
@dataclass(frozen=True)
class OidcSignIn:
    """The OpenID provider of one process.

    Args:
        metadata: the address of the provider's metadata.
        client: the number under which the provider knows the monitor.
        redirect: the monitor's own address, to which the provider leads back.
        claims: which claims of the token are used; others are dropped.
        scope: what is asked of the provider.
        hours: how long a sign-in lasts.
    """

    metadata: Url
    client: Annotated[str, CLAIM]
    redirect: Callback
    claims: tuple[Claim, ...] = ("sub", "name", "groups", "roles")
    scope: str = "openid profile"
    hours: Hours = 10


@strict()
@dataclass(frozen=True)
class SignIn:
    """How visitors sign in: at a proxy before the monitor, or at a provider by the monitor."""

    way: Annotated[str, one_of(PROXY, OIDC)]
    proxy: Annotated[ProxySignIn | None, After(_known_several)] = None
    oidc: OidcSignIn | None = None


@strict()
@dataclass(frozen=True)
class Server:
    """How the server listens, and what it takes on.

    Args:
        address: the address that it listens on.
        port: likewise.
        hosts: names under which visitors reach it; others are refused. Without any all are taken
            where visitors sign in, and else those of this machine.
        most_sessions: visits at once; who comes then is asked to come back.
        largest_upload: MB of one file.
        demo: whether the demo can be shown.
    """

    address: Annotated[str, HOST] = LOOPBACK
    port: Annotated[int, PORT] = 8501
    hosts: tuple[Annotated[str, HOST], ...] = ()
    most_sessions: Annotated[int, whole(1, 100_000)] = 200
    largest_upload: Annotated[int, whole(1, 10_000)] = 200
    demo: bool = True


def _whole_way(stated: SignIn | None) -> SignIn | None:
    if stated and getattr(stated, stated.way) is None:
        raise WrongError("missing", at=stated.way)
    return stated


@strict()
@dataclass(frozen=True)
class Service:
    """The content of the settings file."""

    sign_in: Annotated[SignIn | None, After(_whole_way)] = None
    server: Server = Server()
    roles: Roles = field(default_factory=Roles)
    people: tuple[OnePerson, ...] = ()

    @property
    def unseen(self) -> tuple[str, ...]:
        """The claims that roles are given by and that the way to sign in does not bring."""
        brought = self.oidc.claims if self.oidc else self.proxy.headers if self.proxy else None
        if brought is None:
            return ()
        wanted = [self.roles.claim] if self.roles.values else []
        wanted += [one.claim for one in self.people]
        return tuple(dict.fromkeys(claim for claim in wanted if claim not in brought))

    @property
    def proxy(self) -> ProxySignIn | None:
        """The proxy that visitors sign in at, if they do."""
        return self.sign_in.proxy if self.sign_in and self.sign_in.way == PROXY else None

    @property
    def oidc(self) -> OidcSignIn | None:
        """The provider that visitors sign in at, if the monitor leads them there."""
        return self.sign_in.oidc if self.sign_in and self.sign_in.way == OIDC else None


def service_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where the settings stand: beside the organisation's own profiles, or as NAMI_SERVICE says."""
    environment = os.environ if environment is None else environment
    named = environment.get(NAMED_BY)
    return Path(named) if named else places(environment).profiles.parent / FILE


def read_service(environment: Mapping[str, str] | None = None) -> Service:
    """Read the settings; without a file those of the laptop.

    Raises:
        UserError: ``branding.*`` with file, line and key of what is wrong; a file that is named
            and does not exist too.
    """
    environment = os.environ if environment is None else environment
    path = service_file(environment)
    if not path.exists() and not environment.get(NAMED_BY):
        return Service()
    tables = "[sign_in], [server], [roles], [[people]]"
    return read_settings_file(Service, path, tables=tables)[0]


def is_loopback(address: str | None) -> bool:
    """Whether only this machine reaches an address; no address at all is every address."""
    if not address:
        return False
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


def refuse_open(service: Service, address: str | None) -> None:
    """Refuse to serve others while nobody signs in.

    Raises:
        UserError: ``service.open`` with the address that is listened on.
    """
    if service.sign_in is None and not is_loopback(address):
        raise UserError("service.open", address=address or "0.0.0.0", file=FILE)  # noqa: S104


def refuse(service: Service, address: str | None) -> None:
    """Refuse to serve where anyone could come in, or nobody could sign in.

    Raises:
        UserError: ``service.*``; ``branding.unreadable`` for the file of a secret.
    """
    refuse_open(service, address)
    if service.unseen:
        raise UserError("service.unseen_claim", claims=", ".join(service.unseen), file=FILE)
    if service.oidc:
        if not find_spec("authlib"):
            raise UserError("service.no_library")
        secret(CLIENT_SECRET)
        secret(COOKIE_SECRET, least=LEAST_SECRET)


def secret(name: str, *, least: int = 1, environment: Mapping[str, str] | None = None) -> str:
    """A secret of the environment, or of the file that the environment names.

    Args:
        name: of the variable.
        least: characters that it has at least.
        environment: as the process has it.

    Raises:
        UserError: ``service.no_secret``, ``service.short_secret``, or ``branding.unreadable`` for
            the file; none of them holds the secret.
    """
    environment = os.environ if environment is None else environment
    found, file = environment.get(name, ""), environment.get(f"{name}_FILE")
    if file:
        try:
            found = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "UTF-8"
            raise UserError("branding.unreadable", file=file, why=why) from None
    found = found.strip()
    if not found:
        raise UserError("service.no_secret", name=name)
    if len(found) < least:
        raise UserError("service.short_secret", name=name, least=least)
    return found
