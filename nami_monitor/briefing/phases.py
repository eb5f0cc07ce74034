"""Phases: from which month a person took the new level of a figure as the normal one.

One is offered at a measure that covers every location and channel shown; without it limits start
anew at data breaks alone. It stands in the log of what people keep beside the data, so imports and
undo leave it alone, and counts as it stands today.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from nami_monitor.core.errors import UserError, refuse_unknown
from nami_monitor.core.periods import add_months, parse_month
from nami_monitor.ingest.personal import signature
from nami_monitor.kpis import CATALOGUE, Kpi
from nami_monitor.kpis.interventions.register import Intervention, interventions
from nami_monitor.kpis.questions import RELATIONS, filter_sql
from nami_monitor.kpis.targets import Where
from nami_monitor.signals.windows import WINDOW
from nami_monitor.store import Transaction
from nami_monitor.store.journal import JournalEntry, current, record

KIND: Final = "phase"


@dataclass(frozen=True)
class AcceptedPhase:
    """A phase of one figure under its filters; ``name`` is how the log knows it, ``at`` is UTC."""

    name: str
    month: date
    measure: str
    who: str
    at: datetime


def phases(db: Transaction, kpi: Kpi, where: Where) -> tuple[AcceptedPhase, ...]:
    """The phases that were accepted for a figure under these filters, by month."""
    kept = db.once(KIND, lambda: current(db, KIND))
    figure = _figure(kpi, where)
    own = [_read(one) for one in kept.values() if one.name.startswith(figure)]
    return tuple(sorted(own, key=lambda phase: phase.month))


def months(found: Iterable[AcceptedPhase]) -> tuple[date, ...]:
    """The months in which phases begin."""
    return tuple(phase.month for phase in found)


def offered(db: Transaction, kpi: Kpi, where: Where, until: date) -> tuple[Intervention, ...]:
    """The measures at which a new phase can be accepted for the months up to one.

    They began within the months that are looked at, and cover every location and channel shown.
    """
    category = where.get("category", ())
    relation = RELATIONS["by_place"]
    if len(category) != 1 or not kpi.over_time.from_month_to_month:
        return ()
    known = {name: values for name, values in where.items() if name in relation.dimensions}
    test, parameters = filter_sql(relation, known)
    first = add_months(until, 1 - WINDOW)
    rows = db.rows(
        f"select distinct r.location_id, r.channel from {relation.source(tuple(known))}"
        f" where r.month between ? and ? and {test}",
        [first, until, *parameters],
    )
    places, channels = ({row[at] for row in rows} for at in (0, 1))
    return tuple(
        one
        for one in interventions(db)
        if rows
        and one.category == category[0]
        and first < one.start_month <= until
        and places <= set(one.locations)
        and channels <= {one.target_channel, *one.substitute_channels}
    )


def accept(db: Transaction, code: str, where: Where, until: date, measure: str, who: str) -> None:
    """Take the level of a figure from the start of a measure on as its normal one.

    It must be offered for the months up to ``until``.

    Raises:
        UserError: ``kpi.no_code``, ``phases.not_offered``, ``entry.who`` or ``personal.address``.
    """
    refuse_unknown("kpi.no_code", code, CATALOGUE)
    found = {one.code: one for one in offered(db, CATALOGUE[code], where, until)}
    if measure not in found:
        raise UserError("phases.not_offered", seen=measure)
    month = f"{found[measure].start_month:%Y-%m}"
    _write(db, f"{_figure(CATALOGUE[code], where)}{month}", {"measure": measure}, who)


def withdraw(db: Transaction, name: str, who: str) -> None:
    """Take a phase back; its figure is looked at as before.

    Raises:
        UserError: ``entry.who`` or ``personal.address``.
    """
    _write(db, name, None, who)


def _write(db: Transaction, name: str, body: dict[str, str] | None, who: str) -> None:
    record(db, KIND, name, body, signature(who))
    db.run("update meta set data_version = data_version + 1")  # it changes what signals say


def _figure(kpi: Kpi, where: Where) -> str:
    """A figure under its filters, as the names of its phases begin."""
    filters = sorted((name, sorted(values)) for name, values in where.items())
    return f"{json.dumps([kpi.code, filters], ensure_ascii=False)} "


def _read(entry: JournalEntry) -> AcceptedPhase:
    month = parse_month(entry.name.rpartition(" ")[2])
    measure = (entry.body or {})["measure"]
    return AcceptedPhase(entry.name, month, measure, entry.who, entry.at)
