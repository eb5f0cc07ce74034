"""The asset register at a month: ages, survival, routes; it names no person or single asset."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.briefing.overview import RegisterChoices, register_choices
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult, compute
from nami_monitor.kpis.over_time.survival import WatchedAssets, watched_assets
from nami_monitor.kpis.questions import RELATIONS, filter_sql, periods_of
from nami_monitor.kpis.targets import Where
from nami_monitor.store import Transaction

SURVIVAL: Final = "reduce_survival"
CARDS: Final = (
    "refuse_stock_per_location",
    "reduce_asset_life",
    SURVIVAL,
    "reduce_failure_rate",
    "reduce_new_assets_per_fte",
)
"""KPIs of which the page shows a card, over the chosen period."""

BANDS: Final = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15)
"""Ages in whole years at which a band begins; the last has no end."""

LIFE: Final = RELATIONS["by_life"]
STOCK: Final = RELATIONS["by_asset"]


@dataclass(frozen=True)
class AssetRegister:
    """The assets of one category at the end of a month.

    Args:
        period: what the figures of the cards speak of; it ends with the month.
        ages: assets in use, by the first year of their band in ``BANDS`` and by condition.
        lives: how long they last; None where no asset was watched.
        routes: retired assets by year and route; a route nobody stated is None.
        early: of these, retired before their warranty ended.
        warranted: of the retired, those whose warranty is known.
        spoilt: assets that were retired before they were bought, which nobody believes; they count
            nowhere.
    """

    month: date
    period: Period
    where: Where
    figures: tuple[KpiResult, ...]
    ages: Mapping[tuple[int, str | None], int]
    lives: WatchedAssets | None
    routes: Mapping[tuple[int, str | None], int]
    retired: int
    early: int
    warranted: int
    spoilt: int

    @property
    def in_use(self) -> int:
        """Assets in use at the end of the month."""
        return sum(self.ages.values())


def choices(db: Transaction) -> RegisterChoices:
    """Read the categories with assets, most assets first, and the months of the register."""
    ranked = "select category, sum(assets) as rank from by_life group by 1"
    return register_choices(db, "by_asset", ranked)


def register(
    db: Transaction, month: date, where: Where, kind: str = PeriodKind.R12
) -> AssetRegister:
    """Build the asset register of a period that ends with a month; of quarters the last whole one.

    Raises:
        UserError: as ``periods_of``.
    """
    ask = Ask(kind=kind, until=month, where=where)
    (period,) = periods_of(db, ask)
    month = period.last
    figures = tuple(compute(db, CATALOGUE[code], ask)[0] for code in CARDS)
    watched = watched_assets(db, CATALOGUE[SURVIVAL], ask, [Period(month, month, PeriodKind.MONTH)])
    lives, retired = watched.get(((), 0)), _retired(db, month, where)
    ages, routes = _ages(db, month, where), _routes(db, month, where)
    return AssetRegister(month, period, where, figures, ages, lives, routes, *retired)


def band_of(years: int) -> int:
    """The first year of the age band that holds an age in years."""
    return max(first for first in BANDS if first <= years)


def _ages(db: Transaction, month: date, where: Where) -> dict[tuple[int, str | None], int]:
    test, parameters = filter_sql(LIFE, where)
    rows = db.rows(
        "select date_diff('month', r.month, ?::date) // 12 as years, r.condition,"
        f" cast(sum(r.assets) as bigint) from {LIFE.source(())}"
        f" where r.month <= ? and (r.retired is null or r.retired > ?) and {test}"
        " group by all order by all",
        [month, month, month, *parameters],
    )
    found: Counter[tuple[int, str | None]] = Counter()
    for years, condition, count in rows:
        found[band_of(years), condition] += count
    return found


def _routes(db: Transaction, month: date, where: Where) -> dict[tuple[int, str | None], int]:
    test, parameters = filter_sql(LIFE, where)
    rows = db.rows(
        "select year(r.retired_on), nullif(trim(r.route), ''), count(*) from asset_lives as r"
        " where r.retired_on is not null and not r.spoilt"
        f" and date_trunc('month', r.retired_on) <= ? and {test} group by all order by all",
        [month, *parameters],
    )
    return {(year, route): count for year, route, count in rows}


def _retired(db: Transaction, month: date, where: Where) -> tuple[int, int, int, int]:
    test, parameters = filter_sql(STOCK, where)
    row = db.rows(
        "select sum(r.retired), sum(r.retired_early), sum(r.retired_warranted), sum(r.spoilt)"
        f" from {STOCK.source(())} where r.month <= ? and {test}",
        [month, *parameters],
    )[0]
    retired, early, warranted, spoilt = (int(value or 0) for value in row)
    return retired, early, warranted, spoilt
