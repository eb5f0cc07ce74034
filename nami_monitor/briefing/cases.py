"""A case of the kit on own data: the figures its file names, and what its rows lack.

Nothing here knows any case by itself: which categories, figures, dimension and period it has, and
what does not apply to it, stands in its file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from nami_monitor.briefing.overview import LOOKED_AT, YEARS, KpiLine
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import Period, steps_in_year
from nami_monitor.core.thresholds import MASS_TOLERANCE
from nami_monitor.core.words import PeriodKind, State
from nami_monitor.kit import Case, CaseExemption, CaseFigure
from nami_monitor.kpis import CATALOGUE, Ask, Kpi, KpiResult, compute
from nami_monitor.kpis.questions import ORDERS, choose, latest_month, programmes
from nami_monitor.kpis.result import Reason
from nami_monitor.kpis.targets import agreed, judge_target, targets
from nami_monitor.store import Transaction

PROGRAMME: Final = "programme"
"""The period of a case that follows the programmes of its categories: elections, projects."""

TREND: Final = "trend"
"""What does not apply to a one-off project, beside strategies."""

WITHOUT_REGISTER: Final = frozenset({"targets", "interventions"})
OF_CATEGORY: Final = "category in (select unnest(?::varchar[]))"


@dataclass(frozen=True)
class ShownFigure:
    """One figure of a case.

    Args:
        by: the dimension by which it stands in parts; empty where it has none.
        parts: the parts, the largest numerator first.
        tables: what must be loaded for it; empty where there is a figure or none is possible.
        exempt: why it does not apply, as the case's file says; None where it applies.
    """

    figure: CaseFigure
    line: KpiLine
    where: Mapping[str, tuple[str, ...]]
    by: str
    parts: tuple[KpiResult, ...]
    tables: tuple[str, ...]
    exempt: CaseExemption | None


@dataclass(frozen=True)
class CaseFigures:
    """The figures of a case on the data at hand, and periods to choose from, the usual first."""

    case: Case
    categories: tuple[str, ...]
    kinds: tuple[str, ...]
    shown: tuple[ShownFigure, ...]

    @property
    def load(self) -> tuple[str, ...]:
        """The tables that the missing figures need, in order of first use."""
        return tuple(dict.fromkeys(table for one in self.shown for table in one.tables))


def categories_of(db: Transaction, case: Case) -> tuple[str, ...]:
    """The categories that name the case, else those of its file."""
    rows = db.rows(
        "select category from categories where list_contains(list_transform("
        "string_split(kit_cases, ';'), lambda number: trim(number)), ?) order by category",
        [str(case.number)],
    )
    return tuple(code for (code,) in rows) or case.categories


def kinds_of(db: Transaction, case: Case, categories: Sequence[str]) -> tuple[str, ...]:
    """The periods to choose from: programmes, the one that ended last first, or the calendar."""
    if case.period != PROGRAMME:
        return (case.period, *(kind for kind in PeriodKind if kind != case.period))
    until = latest_month(db)
    known = {code: one for code, one in programmes(db).items() if one.category in categories}
    ended = [code for code, one in known.items() if until and one.period.last <= until]
    others = [code for code in known if code not in ended]
    return (*reversed(ended), *others, PeriodKind.YEAR)


def monitor(db: Transaction, case: Case, kind: str = "") -> CaseFigures:
    """Compute the figures of a case over a period, one of ``kinds_of``; the usual one without."""
    categories = categories_of(db, case)
    kinds = kinds_of(db, case, categories)
    chosen = kind if kind in kinds else kinds[0]
    shown = tuple(_shown(db, case, figure, categories, chosen) for figure in case.figures)
    return CaseFigures(case, categories, kinds, shown)


def parts_by(case: Case, figure: CaseFigure) -> str:
    """The dimension by which a figure is split: its own, else that of its case; empty if none."""
    kpi = CATALOGUE[figure.code]
    for name in (figure.by, case.dimension):
        if name and _goes(kpi, (name, "category", *figure.where)):
            return name
    return ""


def counts(kpi: Kpi) -> bool:
    """Whether numerator and denominator of a share are counts, worth showing beside it."""
    return kpi.numerator.startswith("count(") and kpi.denominator is not None


def _goes(kpi: Kpi, used: Sequence[str]) -> bool:
    if not kpi.over_time.in_parts:
        return False
    try:
        choose(kpi.reads, used)
    except UserError:
        return False
    return True


def _shown(
    db: Transaction, case: Case, figure: CaseFigure, categories: Sequence[str], kind: str
) -> ShownFigure:
    kpi = CATALOGUE[figure.code]
    where = {"category": tuple(categories), **figure.where}
    exempt = next((one for one in case.exempt if one.what == kpi.strategy), None)
    ask = Ask(
        kind=figure.period or kind, until=last_month_of(db, kpi, categories), where=where,
        last=LOOKED_AT.get(figure.period or kind, YEARS),
    )  # fmt: skip
    line = _line(db, kpi, ask)
    if exempt and line.result.state is not State.NOT_APPLICABLE:
        result = replace(
            line.result, state=State.NOT_APPLICABLE, value=None, low=None, high=None, reason=None
        )
        line = replace(line, result=result, history=(), aim=None)
    by = parts_by(case, figure)
    parts: tuple[KpiResult, ...] = ()
    if by and line.result.state is State.VALUE:
        parts = _parts(compute(db, kpi, replace(ask, last=1, by=(by,))))
    missing = line.result.state is State.NOT_COMPUTABLE
    needed = needed_tables(kpi) if missing else ()
    if any(one.what == TREND for one in case.exempt):
        line = replace(line, history=())
    return ShownFigure(figure, line, where, by, parts, needed, exempt)


def needed_tables(kpi: Kpi) -> tuple[str, ...]:
    """The tables that a KPI needs, in order of first use."""
    return tuple(dict.fromkeys(need.partition(".")[0] for need in kpi.needs))


def last_month_of(db: Transaction, kpi: Kpi, categories: Sequence[str]) -> date | None:
    """The latest month in the relations of a KPI, not after that of the order lines."""
    latest = latest_month(db)
    relation = choose(kpi.reads, ("category",))
    if relation.delivered_by in {ORDERS, *WITHOUT_REGISTER}:
        return latest
    until: date | None = db.value(
        f"select max(month) from {relation.delivered_by}"
        " where category in (select unnest(?::varchar[])) and (?::date is null or month <= ?)",
        [list(categories), latest, latest],
    )
    return until or latest


def _line(db: Transaction, kpi: Kpi, ask: Ask) -> KpiLine:
    """The figure with its history; without any data, that there is none."""
    history = compute(db, kpi, ask)
    if not history:
        never = Period(date(1950, 1, 1), date(1950, 1, 1), ask.kind)  # it is not shown
        none = KpiResult(
            code=kpi.code, period=never, keys={}, state=State.NOT_COMPUTABLE, unit=kpi.unit,
            version=kpi.version, reason=Reason("not_loaded", {"tables": needed_tables(kpi)}),
        )  # fmt: skip
        return KpiLine(kpi, none, none, (), None, None)
    result = history[-1]
    back = -1 - steps_in_year(ask.kind)
    before = history[back] if len(history) >= -back else replace(result, value=None)
    (category, *more) = ask.where["category"]
    found = () if more else agreed(targets(db), kpi.code, category, result.month)
    held = judge_target(db, kpi, result.month, ask.where, found[0]) if found else None
    return KpiLine(kpi, result, before, tuple(history), None, held, len(found))


def _parts(results: Sequence[KpiResult]) -> tuple[KpiResult, ...]:
    """The parts with a value, the largest first."""
    told = [one for one in results if one.value is not None and (one.numerator or one.denominator)]
    return tuple(sorted(told, key=lambda one: (-(one.numerator or 0.0), str(one.keys))))


class DoubtKind(StrEnum):
    """Kinds of doubts; their sentences are in the catalogues under ``cases.doubts``."""

    UNWEIGHED = "unweighed"
    MASSES = "masses"
    NO_PROJECT = "no_project"
    PRODUCT_ONLY = "product_only"
    UNPRICED = "unpriced"
    PUBLISHED = "published"
    ABOVE_CAP = "above_cap"
    TWICE = "twice"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Doubt:
    """A fault or gap in the rows behind a case, with the values of its sentence."""

    kind: DoubtKind
    seen: Mapping[str, Any]


def _query(names: str, sql: str) -> tuple[str, tuple[str, ...]]:
    return sql, tuple(names.split())


QUERIES: Final[Mapping[DoubtKind, tuple[str, tuple[str, ...]]]] = {
    DoubtKind.UNWEIGHED: _query(
        "project count of",
        "select project, count(*) filter (lines = 1 and weighed is null) as missing, sum(lines)"
        f" from project_rows where {OF_CATEGORY} group by project having missing > 0 order by 1",
    ),
    DoubtKind.MASSES: _query(
        "project added stated",
        "with added as (select project, sum(mass_kg) as kg, count(*) filter (weighed = 1) as n"
        f" from project_rows where {OF_CATEGORY} group by project),"
        " stated as (select project, sum(value) as kg from project_rows"
        f" where measure = 'total_mass' and {OF_CATEGORY} group by project)"
        " select project, a.kg, s.kg from added as a join stated as s using (project)"
        f" where a.n > 0 and abs(a.kg - s.kg) > {MASS_TOLERANCE.value} * s.kg order by 1",
    ),
    DoubtKind.PRODUCT_ONLY: _query(
        "count products",
        "select count(*) as rows_of, count(distinct m.product_id) from materials as m"
        " where m.project is null and m.product_id in"
        f" (select product_id from products where {OF_CATEGORY}) having rows_of > 0",
    ),
    DoubtKind.UNPRICED: _query(
        "set effects count",
        "select price_set, string_agg(distinct effect, ', ' order by effect), count(*)"
        f" from project_rows where impacts = 1 and priced is null and {OF_CATEGORY}"
        " group by price_set order by 1",
    ),
    DoubtKind.ABOVE_CAP: _query(
        "programme done cap",
        "with told as (select programme, month, count(distinct unit) filter (status = 'done')"
        f" as done, max(cap) as cap from by_unit where {OF_CATEGORY} group by all)"
        " select programme, arg_max(done, month), any_value(cap) from told"
        " group by programme having arg_max(done, month) > any_value(cap) order by 1",
    ),
    DoubtKind.TWICE: _query(
        "programme unit period times",
        "with told as (select u.programme, u.unit_id, u.period, coalesce(u.theme, '') as theme,"
        " count(*) as times from programme_units_offered as u join programmes as p"
        " using (programme) where u.standing in ('live', 'replaced', 'known')"
        f" and {OF_CATEGORY}"
        " group by all having count(*) > 1)"
        " select programme, unit_id, period, max(times) from told group by all"
        " order by 1, 2, 3",
    ),
    DoubtKind.NO_PROJECT: _query(
        "project count",
        "select m.project, count(*) from materials as m left join project_facts as f"
        " on f.project = m.project where m.project is not null and f.month is null"
        " group by m.project order by 1",
    ),
    DoubtKind.PUBLISHED: _query(
        "set effects own price",
        "select impact_set, impact, o.eur, p.eur from own_prices as o"
        " join published_prices as p using (impact_set, impact) where o.eur <> p.eur"
        " order by 1, 2",
    ),
    DoubtKind.SET_ASIDE: _query(
        "table count",
        "select table_name, count(*) from set_aside_rows where state = 'open'"
        " and table_name in ('materials', 'programmes', 'programme_units', 'measurements',"
        " 'shadow_prices')"
        " group by table_name order by 1",
    ),
}
"""SQL for each kind, with the names of its columns.

The last three look at rows of which nobody knows the category; the others at chosen categories.
"""


def doubts(db: Transaction, categories: Sequence[str]) -> tuple[Doubt, ...]:
    """Find the doubts in projects and programmes of categories, in order of kind."""
    return tuple(
        Doubt(kind, dict(zip(names, row, strict=True)))
        for kind in DoubtKind
        for sql, names in (QUERIES[kind],)
        for row in db.rows(sql, [list(categories)] * sql.count("?::varchar[]"))
    )
