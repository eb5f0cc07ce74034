"""The database as of a month: its tables and views without the rows that are dated after it.

Names mean something else while it lasts. The stored rows of an input table are those dated in the
month or before; every view and roll-up that rests on them is made from those again, as temporary
views and tables of the cursor, and only when a query names it. Rows without a date (masters, plans
that were not carried out yet, targets, merged codes, factors, profiles) stay as they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from typing import Final

import duckdb

from nami_monitor.core.periods import add_months
from nami_monitor.store import schema
from nami_monitor.store.transaction import Transaction

DATED: Final[dict[str, str]] = {
    "orders_offered": "ordered_on < {after}",
    "measurements_offered": "period_end < {after}",
    "assets_offered": "acquired_on < {after}",
    "asset_events_offered": "happened_on < {after}",
    "requests_offered": "coalesce(decided_on, requested_on) < {after}",
    "contracts_offered": "coalesce(starts_on < {after}, true)",
    "programme_units_offered": "status = 'planned' or period_last(period) < {after}",
}
"""Which stored rows of an input table are known: all dated before the day ``after`` the month. A
request is dated by its decision, a measured figure by the end of its period, a contract by its
start; what a plan says of a unit has no date until it says what became of it."""

MONTHLY: Final[dict[str, str]] = {
    "by_place": "month < {after}",
    "by_product": "month < {after}",
    "delivered": "month < {after}",
    "by_request": "month < {after}",
    "by_initiative": "month < {after}",
    "activity": "last_month < {after}",
}
"""The same of derived tables whose rows rest on their own month and earlier ones alone."""

WRITTEN: Final[dict[str, str]] = {
    "kept": "kind <> 'verdict' or cast(body->>'known' || '-01' as date) < {after}",
}
"""The same of what was written down: a verdict is known from its month on."""

MADE: Final = ("by_asset", "by_life", "by_contract", "by_project", "by_unit", "registers")
"""Derived tables that are made again: a row of theirs may rest on later ones. What is planned or
agreed for later months stays in them."""

LATER: Final = "select exists (from by_place where not (month < {after})) or " + " or ".join(
    f"exists (from {table} where standing = 'live' and not ({known}))"
    for table, known in DATED.items()
    if table != "orders_offered"
)
"""Whether any row is dated after the month."""

LEARNT: Final = ("source_months", "breaks")
"""Derived tables of what was learnt of the sources from all that they delivered."""

Learn = Callable[[Transaction, date], None]
"""Fills those tables, which are empty, from what is known up to a month."""

TEXTS: Final = re.compile(r"'[^']*'")
WORDS: Final = re.compile(r"\w+")


@cache
def _views() -> Mapping[str, str]:
    """SQL of the views that rest on dated rows, by name."""
    found: dict[str, str] = {}
    known = {*DATED, *MONTHLY, *MADE}
    for name, sql in schema.views().items():
        if known & _named(sql):
            found[name] = sql
            known.add(name)
    return found


def _named(sql: str) -> set[str]:
    """The words of a statement, without its texts."""
    return set(WORDS.findall(TEXTS.sub("", sql)))


class TransactionAsOf(Transaction):
    """SQL on the database as of a month, on the cursor of the transaction around it.

    Args:
        around: the transaction around it; while this one is used it sees the same.
        month: the month.
        learn: fills the tables that were learnt from data.
    """

    def __init__(self, around: Transaction, month: date, learn: Learn) -> None:
        cursor, unchanging = around.looking_back()
        super().__init__(cursor, unchanging=unchanging)
        self.month = self.until = month
        self._learn = learn
        after = f"date '{add_months(month, 1)}'"
        stored = schema.stored(around)
        known = DATED | MONTHLY
        views = {
            name: f"select * from {stored}.{name} where {test.format(after=after)}"
            for name, test in known.items()
        }
        views |= {
            name: f"select *, rowid from {stored}.{name} where {test.format(after=after)}"
            for name, test in WRITTEN.items()
        }
        self._views = views | {name: sql for name, sql in _views().items() if name not in views}
        self._tables = {name: f"from {name}_made" for name in MADE}
        self._tables |= {name: f"from {stored}.{name} limit 0" for name in LEARNT}
        self._waiting = {*self._views, *self._tables}
        self._made: list[str] = []

    def make_ready(self, sql: str) -> None:
        """Make what a statement names, and what that rests on."""
        for name in sorted(self._waiting & _named(sql)):
            if name in LEARNT and name in self._waiting:
                for each in LEARNT:
                    self._make(each)
                self._learn(self, self.until)
            else:
                self._make(name)

    def _make(self, name: str) -> None:
        if name in self._waiting:  # nothing made before rested on it
            self._waiting.remove(name)
            kind = "view" if name in self._views else "table"
            self.run(f"create temp {kind} {name} as {(self._views | self._tables)[name]}")
            self._made.append(f"{kind} temp.{name}")

    def drop(self) -> None:
        """Let every name mean again what it meant."""
        for made in reversed(self._made):
            super().run(f"drop {made}")


@contextmanager
def look_back(db: Transaction, month: date, learn: Learn) -> Iterator[Transaction]:
    """The database as of a month, for as long as the block lasts: nothing later is in it.

    ``db`` sees the same meanwhile. Where no row is dated later it is ``db`` itself.

    Args:
        db: the transaction.
        month: its first day.
        learn: fills the tables that were learnt from data.

    Raises:
        ValueError: ``db`` is as of a later month: there is one look back at a time.
    """
    if db.month is not None and month < db.month:
        raise ValueError(f"{month} < {db.month}")
    later = LATER.format(after=f"date '{add_months(month, 1)}'")
    if db.month is not None or not db.rows_again(later)[0][0]:
        yield db
        return
    cut = TransactionAsOf(db, month, learn)
    try:
        yield cut
    except BaseException:
        with suppress(duckdb.Error):  # the transaction may be broken, and ends with them
            cut.drop()
        raise
    cut.drop()
