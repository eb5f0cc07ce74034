"""The request ledger: requests, decisions, and purchases avoided by them.

Figures rest on the months in which requests were decided. What was bought refurbished and what is
blocked stand apart; a request withdrawn as a duplicate or an error was no need and counts nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from nami_monitor.briefing.overview import RegisterChoices, register_choices
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, add_months, steps_in_year
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute
from nami_monitor.kpis.privacy import is_private, may_be_told
from nami_monitor.kpis.questions import RELATIONS, filter_sql, periods_of
from nami_monitor.kpis.targets import Where
from nami_monitor.store import Transaction
from nami_monitor.store.journal import category_names

AVOIDED: Final = ("from_stock", "shared", "repaired", "rethought", "withdrawn")
"""Decisions by which something was not bought."""

DECISIONS: Final = (*AVOIDED, "refurbished", "bought", "blocked")
"""Every decision, in the order in which a page shows them."""

RATE: Final = "refuse_rate"
CARDS: Final = (
    RATE,
    "refuse_avoided_quantity",
    "refuse_avoided_spend",
    "refuse_avoided_mass",
    "refuse_avoided_co2e",
)
"""KPIs of which the page shows a card."""

CHARTED: Final = 24
"""Months of which decisions are charted, unless the period has more."""
MOST_ROWS: Final = 10_000

RELATION: Final = RELATIONS["by_request"]
BLOCKED_FOR: Final = "lower(trim(split_part(coalesce(r.reason, ''), ':', 1)))"
"""SQL of the reason for which a request is blocked, without what else was noted."""


@dataclass(frozen=True)
class RequestArticle:
    """An article that can be asked for."""

    source: str
    product: str
    name: str
    category: str


@dataclass(frozen=True)
class RequestChoices(RegisterChoices):
    """What the page offers: location groups with requests, and locations that are open by name."""

    groups: tuple[str, ...]
    all_categories: Mapping[str, Mapping[str, str]]
    locations: Mapping[str, str]


@dataclass(frozen=True)
class RequestLedger:
    """The requests decided in a period.

    Args:
        decisions: requests by month (of the last two years) and decision; without those that were
            no need.
        figures: the KPIs of the cards, from the period a year earlier to this one; while twelve
            rolling months are not on record yet, months alone.
        asked: all requests of the period.
        counts: of these, by decision; without those that were no need.
        no_need: withdrawn as a duplicate or an error; counted nowhere else.
        blocked: blocked requests by reason, most first; an empty reason where none is stated.
    """

    period: Period
    where: Where
    decisions: Mapping[tuple[date, str], int]
    figures: Mapping[str, tuple[KpiResult, ...]]
    asked: int
    counts: Mapping[str, int]
    no_need: int
    blocked: Mapping[str, int]

    @property
    def decided(self) -> int:
        """Requests on which was decided, as the refusal rate counts them."""
        return sum(self.counts.values()) - self.counts["blocked"]


@dataclass(frozen=True)
class Request:
    """A row of the ledger."""

    number: str
    requested_on: date
    location: str
    category: str
    article: str | None
    quantity: float
    decision: str
    avoided: float | None
    decided_on: date | None
    reason: str | None
    source: str


def choices(db: Transaction) -> RequestChoices:
    """What can be chosen and filled in."""
    groups = db.rows(
        "select distinct g.location_group from by_request as r join location_facts as g"
        " using (location_id) where g.location_group is not null order by 1"
    )
    places = db.rows(
        "select location_id, name from locations where closed_on is null order by name, location_id"
    )
    ranked = "select category, count(*) as rank from by_request group by 1"
    return RequestChoices(
        **vars(register_choices(db, "by_request", ranked)),
        groups=tuple(group for (group,) in groups),
        all_categories=category_names(db),
        locations=dict(places),
    )


def articles(db: Transaction, category: str) -> tuple[RequestArticle, ...]:
    """The articles of a category, by name; an article of several sources stands there for each."""
    rows = db.rows(
        "select source, product_id, arg_max(name, coalesce(valid_from, date '0001-01-01')),"
        " any_value(category) from products where category = ? group by source, product_id"
        " order by 3, 2",
        [category],
    )
    return tuple(RequestArticle(*row) for row in rows)


def exists(db: Transaction, number: str) -> bool:
    """Whether a request with this number is on record."""
    return bool(db.value("select count(*) from requests where request_id = ?", [number]))


def ledger(db: Transaction, ask: Ask) -> RequestLedger:
    """Build the ledger of a period, with filters on category and location group.

    Raises:
        UserError: ``requests.private`` where a group is so small that it could point at a person;
            as ``periods_of``.
    """
    if is_private(db, ask, "requests"):
        raise UserError("requests.private")
    (period,) = periods_of(db, ask)
    where, month, since = ask.where, period.last, period.first
    test, parameters = filter_sql(RELATION, where)
    charted = min(since, add_months(month, 1 - CHARTED))
    rows = db.rows(
        "select r.month, r.decision, sum(r.requests)::bigint, sum(r.decided + r.blocked)::bigint"
        f" from {RELATION.source(tuple(where))} where r.month between ? and ? and {test}"
        " group by 1, 2 order by 1, 2",
        [charted, month, *parameters],
    )
    recent = [row for row in rows if row[0] >= since]
    asked = sum(row[2] for row in recent)
    counted = sum(row[3] for row in recent)
    decisions = {(at, decision): n for at, decision, _, n in rows if n}
    figures = {code: _year(db, code, ask) for code in CARDS}
    counts = {name: sum(row[3] for row in recent if row[1] == name) for name in DECISIONS}
    no_need, blocked = asked - counted, _blocked(db, since, month, where)
    return RequestLedger(period, where, decisions, figures, asked, counts, no_need, blocked)


def _year(db: Transaction, code: str, ask: Ask) -> tuple[KpiResult, ...]:
    """The figure and that of a year earlier; by month as long as twelve are not on record."""
    ask = replace(ask, last=1 + steps_in_year(ask.kind))
    found = compute(db, CATALOGUE[code], ask)
    short = found[-1].reason and found[-1].reason.key == "outside_data"
    if short and ask.kind == PeriodKind.R12:
        found = compute(db, CATALOGUE[code], replace(ask, kind=PeriodKind.MONTH))
    return tuple(found)


def _blocked(db: Transaction, since: date, month: date, where: Where) -> dict[str, int]:
    test, parameters = filter_sql(RELATION, where)
    return dict(
        db.rows(
            f"select {BLOCKED_FOR} as reason, count(*) as n from {_lines('requests')}"
            f" where r.decision = 'blocked' and {DECIDED_IN} and {test}"
            " group by 1 order by n desc, reason",
            [since, month, *parameters],
        )
    )


DECIDED_IN: Final = "month_of(coalesce(r.decided_on, r.requested_on)) between ? and ?"


def _lines(relation: str) -> str:
    return f"{relation} as r left join location_facts as g on g.location_id = r.location_id"


def rows(db: Transaction, ask: Ask) -> tuple[Request, ...]:
    """The requests of a period that may be told, the latest first.

    Raises:
        UserError: ``requests.too_many`` for more rows than a screen can hold.
    """
    (period,) = periods_of(db, ask)
    test, parameters = filter_sql(RELATION, ask.where)
    scope = [period.first, period.last, *parameters]
    held = f"{_lines('requests')} where {DECIDED_IN} and {test}"
    count = int(db.value(f"select count(*) from {held}", scope))
    if count > MOST_ROWS:
        raise UserError("requests.too_many", rows=count, most=MOST_ROWS)
    found: Sequence[tuple[Any, ...]] = db.rows(
        "select r.request_id, r.requested_on, coalesce(l.name, r.location_id), r.category,"
        " coalesce(p.name, r.product_id), r.quantity, r.decision, r.quantity_avoided, r.decided_on,"
        f" r.reason, r.source from {_lines('requests')}"
        " left join locations as l on l.location_id = r.location_id"
        " left join (select source, product_id, any_value(name) as name from products"
        " group by source, product_id) as p"
        " on p.source = r.product_source and p.product_id = r.product_id"
        f" where {DECIDED_IN} and {test} and {may_be_told(db, 'requests', 'r.')}"
        " order by r.requested_on desc, r.request_id desc",
        scope,
    )
    return tuple(Request(*row) for row in found)
