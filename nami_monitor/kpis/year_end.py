"""What December's share of a year is held against: an even year, and the years before."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from nami_monitor.core.words import PeriodKind
from nami_monitor.kpis.catalogue.steer import STEER_YEAR_END_SHARE
from nami_monitor.kpis.over_time.added_up import added_up
from nami_monitor.kpis.questions import Ask, periods_of
from nami_monitor.store import Transaction

DECEMBER: Final = 12
EVEN: Final = 100 / 12
"""December's share of a year in which all months are alike, %."""

YEARS: Final = 10
"""How far back it looks."""

LEAST: Final = 2
"""Earlier years without which there is no seasonality to speak of."""


@dataclass(frozen=True)
class YearEnd:
    """The references of December's share.

    Args:
        year: the year of the December in question.
        earlier: the share of earlier years with a figure, %, by year, oldest first.
    """

    year: int
    earlier: tuple[tuple[int, float], ...]

    @property
    def usual(self) -> tuple[float, float, float] | None:
        """Mean, lowest and highest share of the earlier years; None with fewer than two."""
        shares = [share for _, share in self.earlier]
        if len(shares) < LEAST:
            return None
        return sum(shares) / len(shares), min(shares), max(shares)


def year_end(db: Transaction, ask: Ask) -> YearEnd | None:
    """What the December of a question is held against, with the same filters.

    The question's last period, a year or twelve rolling months, holds one December.

    Returns:
        The references; None for other kinds of period, and without any month.
    """
    if ask.kind not in STEER_YEAR_END_SHARE.only:
        return None
    ask = replace(ask, last=1, by=())
    periods = periods_of(db, ask)
    if not periods:
        return None
    last = periods[-1].last
    year = last.year if last.month == DECEMBER else last.year - 1
    before = replace(ask, kind=PeriodKind.YEAR, until=date(year - 1, DECEMBER, 1), last=YEARS)
    results = added_up(db, STEER_YEAR_END_SHARE, before)
    return YearEnd(
        year,
        tuple(
            (result.period.last.year, result.value)
            for result in results
            if result.value is not None
        ),
    )
