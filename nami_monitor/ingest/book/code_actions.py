"""Actions on codes by people: confirm, rename, merge, each with date and author, each undoable.

The views resolve names and merges, so history follows; derived tables are refreshed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.standing import refresh_derived
from nami_monitor.ingest.personal import refuse_address
from nami_monitor.store import Store, Transaction
from nami_monitor.store.transaction import now
from nami_monitor.tables import Codes


class ActionKind(StrEnum):
    """The kinds of action."""

    CONFIRM = "confirm"
    MERGE = "merge"
    RENAME = "rename"


MERGEABLE: Final = (Codes.CATEGORY, Codes.LOCATION, Codes.PRODUCT)
"""Kinds whose codes the views resolve: they can be merged and renamed."""
LONGEST_NAME: Final = 200


@dataclass(frozen=True, order=True)
class Code:
    """A code of a master.

    Args:
        kind: the master, for example ``locations``.
        source: the source of an article number; empty for other kinds.
        code: as files write it.
    """

    kind: str
    source: str
    code: str


@dataclass(frozen=True)
class Action:
    """What was done to a code.

    Args:
        number: of the action.
        code: to which code.
        what: confirm, merge or rename.
        detail: the code that it became part of, or its new name; empty when confirmed.
        who: role or initials.
        when: moment, UTC.
        undone: moment when it was undone, UTC; None while it holds.
    """

    number: int
    code: Code
    what: ActionKind
    detail: str
    who: str
    when: datetime
    undone: datetime | None


def confirm(store: Store, codes: Sequence[Code], *, who: str = "") -> None:
    """Say that provisional codes are right.

    Raises:
        UserError: ``actions.no_code`` for a code that nobody knows.
        DatabaseHeldError: another process holds the database.
    """
    with store.write() as db:
        for code in codes:
            _known(db, code)
            _note(db, code, ActionKind.CONFIRM, who)
        refresh_derived(db, [])


def rename(store: Store, code: Code, name: str, *, who: str = "") -> None:
    """Give a code a name; the code itself stays, so that files keep fitting.

    Raises:
        UserError: ``actions.name`` for an empty or very long name, ``actions.kind``,
            ``actions.no_code``.
        DatabaseHeldError: another process holds the database.
    """
    given = " ".join(name.split())
    if not given or len(given) > LONGEST_NAME:
        raise UserError("actions.name", seen=given[:50], longest=LONGEST_NAME)
    with store.write() as db:
        _changeable(db, code)
        _note(db, code, ActionKind.RENAME, who, name=given)
        refresh_derived(db, [])


def merge(store: Store, code: Code, into: str, *, who: str = "") -> None:
    """Let a code be part of another one, in all of its history.

    Args:
        store: the database.
        code: the code that goes.
        into: the code of the same kind and source that stays.
        who: role or initials.

    Raises:
        UserError: ``actions.no_code``, ``actions.kind``, ``actions.itself``, ``actions.circle``
            when the other code is already part of this one, ``actions.merged`` when this one is
            already part of another.
        DatabaseHeldError: another process holds the database.
    """
    if code.code == into:
        raise UserError("actions.itself", code=into)
    with store.write() as db:
        _changeable(db, code)
        target = replace(code, code=into)
        _known(db, target)
        before = _merged_into(db, code)
        if before is not None:
            raise UserError("actions.merged", code=code.code, into=before)
        if _merged_into(db, target) == code.code:
            raise UserError("actions.circle", code=code.code, into=into)
        _note(db, code, ActionKind.MERGE, who, to_code=into)
        refresh_derived(db)


def undo_action(store: Store, number: int) -> None:
    """Take an action back; everything is as if it had not been done.

    Raises:
        UserError: ``actions.no_action`` when there is none, or it was undone already.
        DatabaseHeldError: another process holds the database.
    """
    with store.write() as db:
        held = db.rows(
            "select what from code_actions where action = ? and undone_at is null", [number]
        )
        if not held:
            raise UserError("actions.no_action", action=number)
        db.run("update code_actions set undone_at = ? where action = ?", [now(), number])
        refresh_derived(db, None if held[0][0] == ActionKind.MERGE else [])


def actions(db: Transaction) -> list[Action]:
    """Every action, the latest first."""
    rows = db.rows(
        "select action, kind, source, code, what, coalesce(to_code, name, ''), who, acted_at,"
        " undone_at from code_actions order by action desc"
    )
    return [
        Action(number, Code(kind, source, code), ActionKind(what), detail, who, when, undone)
        for number, kind, source, code, what, detail, who, when, undone in rows
    ]


def _note(db: Transaction, code: Code, what: ActionKind, who: str, **detail: str) -> None:
    """Record an action; ``detail`` is the column of its new name or target code."""
    refuse_address(f"{who} {detail.get('name', '')}")
    action = {
        "action": db.value("select coalesce(max(action), 0) + 1 from code_actions"),
        "kind": code.kind,
        "source": code.source,
        "code": code.code,
        "what": str(what),
        "who": who,
        "acted_at": now(),
    }
    db.insert("code_actions", action | detail)


def _known(db: Transaction, code: Code) -> None:
    if not db.value(
        "select count(*) from codes where kind = ? and source = ? and code = ?",
        [code.kind, code.source, code.code],
    ):
        raise UserError("actions.no_code", code=code.code)


def _changeable(db: Transaction, code: Code) -> None:
    if code.kind not in MERGEABLE:
        raise UserError("actions.kind", kind=code.kind, allowed=", ".join(MERGEABLE))
    _known(db, code)


def _merged_into(db: Transaction, code: Code) -> str | None:
    """The code that this one is part of, after all merges."""
    into: str | None = db.value(
        "select to_code from merged where kind = ? and source = ? and code = ?",
        [code.kind, code.source, code.code],
    )
    return into
