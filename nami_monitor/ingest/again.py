"""A file that comes again: read the same way it changes nothing, read otherwise it is refused.

Lines that were booked under another profile are no longer recognised: both readings would count.
Two suppliers may send the same list of articles: its rows belong to their source and count nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Delivery, Standing
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.ingest.profiles.profile_toml import parse_profile, write_profile
from nami_monitor.ingest.report import Report, from_json
from nami_monitor.store import Transaction
from nami_monitor.tables import TABLES

FILE_NAME = "@file"
MONTH = "@period"


@dataclass(frozen=True)
class Earlier:
    """A delivery with the content of the file that is offered.

    Args:
        batch: its number.
        alike: whether it was read as the file would be read now.
        own: whether it is of the same source.
        last: whether it is the last delivery of its source.
        replaces: whether it replaced a period.
        report: its report.
    """

    batch: int
    alike: bool
    own: bool
    last: bool
    replaces: bool
    report: Report

    @property
    def unchanged(self) -> Report:
        """The report of a file that changes nothing: all that was accepted is known."""
        tables = {
            name: replace(counts, accepted=0, replaced=0, known=counts.known + counts.accepted)
            for name, counts in self.report.tables.items()
        }
        return replace(self.report, batch=self.batch, tables=tables, released=(), created={})


def earlier(
    db: Transaction, content: str, profile: Profile, *, file: str, period: date | None
) -> tuple[Earlier, ...]:
    """The deliveries that were this file already, the latest first.

    A file of another name or month is another delivery where the profile reads name or month. Of
    other sources only those count whose profile differs in nothing but the source's name.

    Args:
        db: the transaction.
        content: the file's hash.
        profile: how it would be read.
        file: its name for people.
        period: the month that the user named.
    """
    given = parse_profile(write_profile(profile))
    tables = {table.name for table in given.tables}
    found = []
    for batch, text, name, report, delivery, last, months in db.rows(
        "select batch, profile, file, report, delivery,"
        " batch = max(batch) filter (not automatic) over (partition by source),"
        " list_append(coalesce(m.months, []), replaces_first) from batches"
        " left join (select batch, list(month) as months from batch_months group by batch) as m"
        " using (batch) where undone_at is null"
        " qualify content_hash = ? and parent is null order by batch desc",
        [content],
    ):
        before = parse_profile(text)
        if not tables & {table.name for table in before.tables}:
            continue
        if FILE_NAME in given.places and name != file:
            continue
        dated = MONTH in given.places or given.delivery is Delivery.FULL_PERIOD
        if dated and period and period not in months:
            continue
        alike, own = _same_reading(given, before), given.source == before.source
        if own or alike:
            replaces = delivery == Delivery.FULL_PERIOD
            found.append(Earlier(batch, alike and own, own, last, replaces, from_json(report)))
    return tuple(found)


def _same_reading(given: Profile, before: Profile) -> bool:
    """Whether two profiles read a file alike, whatever their source is called.

    A stored profile holds the decimal sign and the dates that were found in the file. What a source
    owes does not change how its files are read.
    """
    filled = replace(
        given,
        source=before.source,
        decimal=given.decimal or before.decimal,
        dates=given.dates or before.dates,
        expects=before.expects,
        products_of=before.products_of,
    )
    renamed = given.source != before.source
    return filled == before and (renamed or given.product_source == before.product_source)


def refuse_twice(db: Transaction, known: Sequence[Earlier], report: Report) -> None:
    """Refuse a booked file whose lines would count beside those of another reading of it.

    Args:
        db: the transaction in which it was booked.
        known: the deliveries that were this file already.
        report: what was booked.

    Raises:
        UserError: ``import.read_otherwise``.
    """
    for before in known:
        if before.alike:
            continue
        for table, counts in report.tables.items():
            if TABLES[table].per_source and not before.own:
                continue
            still = counts.accepted and db.value(
                f"select count(*) from {TABLES[table].name}_offered"
                f" where batch = ? and standing = '{Standing.LIVE}'",
                [before.batch],
            )
            if still:
                raise UserError(
                    "import.read_otherwise",
                    batch=before.batch,
                    file=before.report.file,
                    added=counts.accepted,
                    still=still,
                )


def nothing_new(known: Sequence[Earlier], report: Report) -> Report | None:
    """The report of an earlier reading of a file, when another reading of it gave nothing else."""
    before = known[0] if known else None
    if before is None or not before.last:
        return None
    was = {
        name: (counts.received, counts.set_aside, 0)
        for name, counts in before.report.tables.items()
    }
    now = {
        name: (counts.received, counts.set_aside, counts.accepted + counts.replaced)
        for name, counts in report.tables.items()
    }
    return before.unchanged if now == was else None
