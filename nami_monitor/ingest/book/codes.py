"""Codes: which batch made them known, which rows they release, and what people do to them.

The table ``codes`` is derived from ``code_offers``, so undoing a batch removes its codes. People
confirm, rename and merge codes, each with date and author, each undoable; the views resolve names
and merges, so history follows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Standing
from nami_monitor.ingest.book.standing import month_of, refresh_derived, update_standings
from nami_monitor.ingest.personal import refuse_address, signature
from nami_monitor.store import Store, Transaction, Work
from nami_monitor.store.integrity import code_lookup
from nami_monitor.store.lines import POSITION, begin_changes, open_lines, rows_of
from nami_monitor.store.rollups import refresh_merged
from nami_monitor.store.schema import field_names
from nami_monitor.store.transaction import literal, literals, now
from nami_monitor.tables import TABLES, Codes, columns

Scope = tuple[str, str, list[date | None]]
"""Rows of which the standing must be found again: table, source, months."""


def code_column(kind: str) -> str:
    """The column of a master that holds its codes."""
    return TABLES[kind].key[0]


def coded(table: str) -> dict[str, Codes]:
    """The columns of a table that hold codes of a master, with that master."""
    return {column.name: column.codes for column in columns(table) if column.codes}


def scope_of(kind: str, product_source: str) -> str:
    """The source to which a code belongs: only article numbers belong to one."""
    return product_source if kind == Codes.PRODUCT else ""


def without_codes(
    db: Transaction, kinds: Collection[str], product_source: str, *, masters: bool
) -> set[str]:
    """The kinds of which no code is known; with ``masters``, none of a loaded master."""
    return {
        kind
        for kind in kinds
        if not db.value(
            "select count(*) from codes where kind = ? and source = ? and not (provisional and ?)",
            [kind, scope_of(kind, product_source), masters],
        )
    }


def known_queries(
    table: str, free: Collection[str], product_source: str, new: Collection[tuple[str, str]] = ()
) -> dict[str, str]:
    """Per coded column a query of the codes that it may hold; a ``free`` one may hold any.

    ``new`` are codes that are made known with the batch, each behind its column.
    """
    return {
        name: "select code from codes"
        f" where kind = '{kind}' and source = {literal(scope_of(kind, product_source))}"
        + "".join(f" union all select {literal(code)}" for code in _of(new, name))
        for name, kind in coded(table).items()
        if name not in free
    }


def _of(new: Collection[tuple[str, str]], column: str) -> list[str]:
    return sorted(code for name, code in new if name == column)


def offer(
    db: Transaction,
    batch: int,
    table: str,
    relation: str,
    *,
    created: Collection[str],
    product_source: str,
    new: Collection[tuple[str, str]] = (),
) -> None:
    """Note the codes that the rows of a batch state, create or use, and make them known.

    ``relation`` is SQL of the rows that will be booked, ``created`` the coded columns whose unknown
    codes are created, ``new`` single codes that are, each behind its column, and
    ``product_source`` the source whose article numbers are used.
    """
    roles = {
        name: (kind, "create" if name in created else "use") for name, kind in coded(table).items()
    }
    if table in set(Codes):
        roles[code_column(table)] = (Codes(table), "master")
    for name, (kind, role) in roles.items():
        also = literals(_of(new, name) or [""])
        db.run(
            f'insert into code_offers select distinct ?::integer, ?, ?, "{name}",'
            f" case when \"{name}\" in {also} then 'create' else ? end"
            f' from {relation} where "{name}" is not null',
            [batch, str(kind), scope_of(kind, product_source), role],
        )
    if roles:
        derive(db)


def derive(db: Transaction) -> None:
    """Derive since which batch each code is known, and which codes are merged."""
    db.run("delete from codes")
    db.run(
        "insert into codes select o.kind, o.source, o.code,"
        " min(coalesce(b.position, o.batch)) as since_batch,"
        " not bool_or(o.role = 'master') as provisional from code_offers as o"
        " left join batches as b on b.batch = o.batch"
        " where o.role in ('master', 'create') group by o.kind, o.source, o.code"
    )
    refresh_merged(db)


def brought_by(db: Transaction, batch: int) -> bool:
    """Whether a new batch made a code known: rows may wait for it."""
    return bool(db.value("select exists (from codes where since_batch = ?)", [batch]))


def created_by(db: Transaction, batch: int) -> dict[str, int]:
    """How many codes a batch created, by kind."""
    query = (
        "select kind, count(*) from codes where since_batch = ? and provisional"
        " group by kind order by kind"
    )
    return dict(db.rows(query, [batch]))


def created_in(db: Transaction, batch: int | None) -> set[str]:
    """The kinds of which a batch created codes: a mended row of it may bring one more."""
    rows = db.rows(
        "select distinct kind from code_offers where batch = ? and role = 'create'", [batch]
    )
    return {kind for (kind,) in rows}


def _unknown(table: str) -> str:
    """SQL that is true for rows with a code that was not known when their batch came."""
    return " or ".join(
        f'(o."{name}" is not null'
        f" and not exists (from {code_lookup(name, kind)} and c.since_batch <= {POSITION}))"
        for name, kind in coded(table).items()
    )


def recheck(db: Transaction, changed: str) -> list[Scope]:
    """Update whether rows wait for a code, where they use one of ``changed``: kind, source, code.

    Returns:
        The scopes whose standings must be updated.
    """
    scopes = []
    for table in TABLES:
        if not coded(table):
            continue
        rows = db.rows(
            f"select distinct o.batch from code_offers as o join {changed} as c"
            " on c.kind = o.kind and c.source = o.source and c.code = o.code"
            " join batch_months as m on m.batch = o.batch and m.table_name = ?"
            " where o.role <> 'master'",
            [table],
        )
        batches = [batch for (batch,) in rows]
        if not batches:
            continue
        open_lines(db, table, batches=batches)
        db.run(
            f"update {rows_of(table)} as t set standing ="
            f" case when s.unknown then '{Standing.UNKNOWN_CODE}' else '{Standing.LIVE}' end"
            f" from (select o.rowid as rid, {_unknown(table)} as unknown from {rows_of(table)} as o"
            " join batches as b using (batch) where o.batch in (select unnest(?::integer[]))) as s"
            f" where t.rowid = s.rid and (s.unknown <> (t.standing = '{Standing.UNKNOWN_CODE}'))",
            [batches],
        )
        scopes += scopes_of(db, table, batches)
    return scopes


def note_waiting(db: Transaction) -> None:
    """Set aside the rows that lost a code by an undo, so that people see what waits for it."""
    for table in TABLES:
        for name, kind in coded(table).items():
            db.run(
                "insert into set_aside by name select o.batch, o.line,"
                f" '{table}' as table_name, '{name}' as column_name, o.\"{name}\" as value,"
                f" 'unknown_code' as rule from {table}_offered as o join batches as b using (batch)"
                f" where o.standing = '{Standing.UNKNOWN_CODE}' and not b.automatic"
                f' and o."{name}" is not null and not exists (from {code_lookup(name, kind)})'
                " and not exists (select 1 from set_aside as s where s.batch = o.batch"
                f" and s.line = o.line and s.table_name = '{table}')"
            )


def scopes_of(db: Transaction, table: str, batches: Sequence[int]) -> list[Scope]:
    """The sources and months that batches touch in a table."""
    rows = db.rows(
        "select b.source, list(distinct m.month) from batch_months as m"
        " join batches as b using (batch) where m.table_name = ?"
        " and m.batch in (select unnest(?::integer[])) group by b.source order by b.source",
        [table, list(batches)],
    )
    return [(table, source, months) for source, months in rows]


def _since(table: str) -> str:
    """SQL of the position since which all codes of a row are known; null when one is unknown."""
    since = [
        f'case when o."{name}" is null then 0'
        f" else (select max(c.since_batch) from {code_lookup(name, kind)}) end"
        for name, kind in coded(table).items()
    ]
    known = " and ".join(f"({sql}) is not null" for sql in since)
    return f"case when {known} then greatest({', '.join(since)}) end"


def release(db: Transaction) -> dict[int, int]:
    """Release the rows that wait for codes which have become known, as batches of their own.

    A released batch follows the batch that brought the code, so that it does not matter whether
    the code came with that batch or became its own by undoing an earlier one.

    Returns:
        The new batches, each with its parent.
    """
    released: dict[int, int] = {}
    waiting = db.rows(
        f"select distinct table_name from offered where standing = '{Standing.UNKNOWN_CODE}'"
    )
    for table in TABLES:
        if (table,) not in waiting:
            continue
        db.run(
            f"create temp table waiting as select o.*, {_since(table)} as since"
            f" from {table}_offered as o join batches as b using (batch)"
            f" where o.standing = '{Standing.UNKNOWN_CODE}' and not b.automatic"
            " and not exists (select 1 from released as r where r.parent = o.batch"
            f" and r.line = o.line and r.table_name = '{table}')"
        )
        for parent, since in db.rows(
            "select distinct batch, since from waiting where since is not null order by 2, 1"
        ):
            child = int(db.value("select max(batch) + 1 from batches"))
            _release_batch(db, table, parent, child, since)
            released[child] = parent
        db.run("drop table waiting")
    return released


def _release_batch(db: Transaction, table: str, parent: int, child: int, since: float) -> None:
    names = ", ".join(field_names(table))
    position = db.value(
        f"select max({POSITION}) + 1e-6 from batches as b where floor({POSITION}) = floor(?)",
        [since],
    )
    db.run(
        "insert into batches by name select * replace (?::integer as batch, ?::integer as parent,"
        " true as automatic, ?::double as position, 'adds' as delivery, null as replaces_first,"
        " null as replaces_last, null as report, null as content_hash)"
        " from batches where batch = ?",
        [child, parent, position, parent],
    )
    begin_changes(db, table)
    db.run(
        f"insert into {rows_of(table)} by name select * exclude (since) replace"
        f" ({child} as batch, '{Standing.LIVE}' as standing) from waiting"
        " where batch = ? and since = ?",
        [parent, since],
    )
    book_months(db, table, child)
    source = db.value("select products_of from batches where batch = ?", [child])
    rows = f"(select {names} from {rows_of(table)} where batch = {child})"
    offer(db, child, table, rows, created=(), product_source=source)
    for _, feed, months in scopes_of(db, table, [child]):
        update_standings(db, table, feed, months)


def book_months(db: Transaction, table: str, batch: int) -> None:
    """Note in which months a batch has lines of a table."""
    db.run(
        f"insert into batch_months select batch, '{table}', {month_of(table)}, count(*)"
        f" from {rows_of(table)} where batch = ? group by all",
        [batch],
    )


def counts(db: Transaction, table: str, batch: int) -> Mapping[str, int]:
    """The number of rows of a batch by standing."""
    query = f"select standing, count(*) from {table}_offered where batch = ? group by standing"
    return dict(db.rows(query, [batch]))


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
    """A code of a master such as ``locations``; only an article number has a source."""

    kind: str
    source: str
    code: str


@dataclass(frozen=True)
class Action:
    """What was done to a code.

    Its ``detail`` is the code that it became part of, or its new name; empty when confirmed.
    ``when`` and ``undone`` are UTC; ``undone`` is None while the action holds.
    """

    number: int
    code: Code
    what: ActionKind
    detail: str
    who: str
    when: datetime
    undone: datetime | None


def confirm(store: Store, codes: Sequence[Code], *, who: str) -> None:
    """Say that provisional codes are right.

    Raises:
        UserError: ``actions.no_code`` for a code that nobody knows.
        DatabaseHeldError: another process holds the database.
    """
    with store.write(Work.CODES, who) as db:
        for code in codes:
            _known(db, code)
            _note(db, code, ActionKind.CONFIRM, who)
        refresh_derived(db, [])


def rename(store: Store, code: Code, name: str, *, who: str) -> None:
    """Give a code a name; the code itself stays, so that files keep fitting.

    Raises:
        UserError: ``actions.name`` for an empty or very long name, ``actions.kind``,
            ``actions.no_code``.
        DatabaseHeldError: another process holds the database.
    """
    given = " ".join(name.split())
    if not given or len(given) > LONGEST_NAME:
        raise UserError("actions.name", seen=given[:50], longest=LONGEST_NAME)
    with store.write(Work.CODES, who) as db:
        _changeable(db, code)
        _note(db, code, ActionKind.RENAME, who, name=given)
        refresh_derived(db, [])


def merge(store: Store, code: Code, into: str, *, who: str) -> None:
    """Let a code be part of another one of its kind and source, in all of its history.

    Raises:
        UserError: ``actions.no_code``, ``actions.kind``, ``actions.itself``, ``actions.circle``
            when the other code is already part of this one, ``actions.merged`` when this one is
            already part of another.
        DatabaseHeldError: another process holds the database.
    """
    if code.code == into:
        raise UserError("actions.itself", code=into)
    with store.write(Work.CODES, who) as db:
        _changeable(db, code)
        target = replace(code, code=into)
        _known(db, target)
        before = _merged_into(db, code)
        if before is not None:
            raise UserError("actions.merged", code=code.code, into=before)
        if _merged_into(db, target) == code.code:
            raise UserError("actions.circle", code=code.code, into=into)
        _note(db, code, ActionKind.MERGE, who, to_code=into)
        refresh_merged(db)
        refresh_derived(db)


def undo_action(store: Store, number: int, *, who: str) -> None:
    """Take an action back; everything is as if it had not been done.

    Raises:
        UserError: ``actions.no_action`` when there is none, or it was undone already;
            ``entry.who``, ``personal.address``.
        DatabaseHeldError: another process holds the database.
    """
    with store.write(Work.CODES, signature(who)) as db:
        held = db.rows(
            "select what, kind, code from code_actions where action = ? and undone_at is null",
            [number],
        )
        if not held:
            raise UserError("actions.no_action", action=number)
        db.drop_older()  # they hold the name that is taken back
        db.did("take_back", held[0][1], held[0][2])
        db.run(
            "update code_actions set undone_at = ?, name = null where action = ?", [now(), number]
        )
        refresh_merged(db)
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
    refuse_address(detail.get("name", ""))
    action = {
        "action": db.value("select coalesce(max(action), 0) + 1 from code_actions"),
        "kind": code.kind,
        "source": code.source,
        "code": code.code,
        "what": str(what),
        "who": signature(who),
        "acted_at": now(),
    }
    db.insert("code_actions", action | detail)
    db.did(
        what, code.kind, f"{code.code} → {detail['to_code']}" if "to_code" in detail else code.code
    )


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
