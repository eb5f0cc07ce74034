"""The database of a command, let go at its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nami_monitor.cli.session import Session
from nami_monitor.core.errors import UserError
from nami_monitor.store import Store


@contextlib.contextmanager
def opened(session: Session) -> Iterator[Store]:
    """The database that the session names; only an import makes a new one.

    Raises:
        UserError: ``cli.no_database`` when there is no such file.
    """
    if not session.path.exists():
        raise UserError("cli.no_database", path=str(session.path))
    with contextlib.closing(Store(session.path, wait=session.wait)) as store:
        yield store
