"""What pages show first, computed before anybody asks: at the start, and when data came in or went.

Figures of a month cost the visitor seconds who is the first to look at them. They are the same for
all, so the server looks first, one page after the other, whenever no visitor's page runs. With
``NAMI_AHEAD=no`` it does so for the first page alone.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from nami_monitor.core.settings import places
from nami_monitor.core.words import PeriodKind
from nami_monitor.databases import note_settings
from nami_monitor.i18n import LANGS
from nami_monitor.kit import shipped
from nami_monitor.kpis import Ask
from nami_monitor.store import Store
from nami_monitor.ui import app, cache, filters, start, trend_chart
from nami_monitor.ui.filters import Selection
from nami_monitor.ui.session import Session

Step = Callable[[], object]
LOG: Final = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0
"""So often it looks whether another process wrote data."""
WOKEN: Final = threading.Event()
"""Set when this process did."""


def keep_up() -> None:
    """Compute ahead whenever the data is another than before, for as long as the server runs."""
    done: tuple[Path, int] | None = None
    while True:
        try:
            store = app.store_of(app.usual_data())
            found = (store.path, store.version())
            if found != done:
                done = found
                compute(store)
        except Exception:  # as below
            LOG.debug("nothing was computed ahead", exc_info=True)
        WOKEN.wait(LOOK_SECONDS)
        WOKEN.clear()


def compute(store: Store) -> None:
    """Compute what pages of a database show first, until it changes."""
    parts = app.make_parts(store)
    first_page(store)
    if os.environ.get("NAMI_AHEAD") == "no":
        return
    version = store.version()
    of_parts: Iterator[Step] = (partial(first_page, part) for part in parts)
    for step in chain(of_parts, other_pages(store)):
        while not app.GATE.quiet():
            time.sleep(0.05)
        if store.version() != version:
            return
        try:
            step()
        except Exception:  # whatever it is, the page that needs it meets it again and says it
            LOG.debug("not all was computed ahead", exc_info=True)


def other_pages(store: Store) -> Iterator[Step]:
    """What computes the other pages, in steps: what more people open comes first."""
    if not filled(store):
        return
    from nami_monitor.ui.pages import (  # noqa: PLC0415 - a first page needs none of them
        assets,
        case,
        conclusions,
        contracts,
        measurability,
        outcome,
        presentation,
        requests,
        targets,
        waterbed,
    )
    from nami_monitor.ui.pages.home import one_category  # noqa: PLC0415 - likewise
    from nami_monitor.ui.pages.home.all_categories import largest  # noqa: PLC0415 - likewise

    sessions = [Session(lang, store, demo=False, who="") for lang in LANGS]
    usual = filters.usual(store)
    month, all_year = usual.month, PeriodKind.R12
    for session in sessions:
        yield partial(one_category.ahead, session, usual)
    codes = largest(store, month)
    yield partial(cache.signals_of_measures, store, month)
    yield partial(outcome.ahead, sessions[0], month)
    yield partial(waterbed.evaluated, store, month)
    yield partial(measurability.measured, store, month)
    yield partial(targets.known, store, month)
    year = Ask(PeriodKind.YEAR, month, trend_chart.periods_shown(PeriodKind.YEAR))
    yield partial(cache.figures, store, targets.CODE, year)
    yield partial(conclusions.views, sessions[0], month)
    if months := contracts.choices(store).months:
        yield partial(contracts.register, sessions[0], Selection((), months[0], ""))
    if months := requests.choices(store).months:
        yield partial(requests.ledger, sessions[0], Selection((), months[0], "", all_year))
    offered = assets.choices(store)
    for code in [*offered.categories][:1] if offered.months else ():
        of_code = filters.where(code, filters.ALL)
        yield partial(
            assets.register, sessions[0], Selection(of_code, offered.months[0], code, all_year)
        )
    for session in sessions:
        yield partial(presentation.ahead, session, month, usual.category)
    for number in shipped().cases:
        yield partial(case.ahead, store, number, month)
    for code in codes:
        chosen = Selection(filters.where(code, filters.ALL), month, code)
        yield partial(cache.briefed, store, month, code, chosen.where)
        for session in sessions:
            yield partial(one_category.ahead, session, chosen)
    yield lambda: cache.sections(store, month, codes, ())


def warm_charts() -> None:
    """Compile every form of a chart, and draw a picture: the first ones would wait for it."""
    from nami_monitor.charts.grammar import FORMS, compiled  # noqa: PLC0415 - slow to load
    from nami_monitor.reports.branding import NEUTRAL, png  # noqa: PLC0415 - likewise

    for form in FORMS:
        compiled(form)
    png({"mark": "point", "data": {"values": [{}]}}, 10, NEUTRAL)


def prepare() -> None:
    """Build the demo where that is what is shown, and compute the figures of a first page."""
    which = app.usual_data()
    if which == app.DEMO:
        start.demo_build(str(places().demo)).thread.join()
    first_page(app.store_of(which))
    note_settings(app.store_of(app.OWN))


def first_page(store: Store) -> None:
    """Compute the figures of the page that opens first, of one category."""
    if filled(store):
        chosen = filters.usual(store)
        cache.briefed(store, chosen.month, chosen.category, chosen.where)


def filled(store: Store) -> bool:
    """Whether a database holds order lines, of which pages show figures."""
    return bool(store.exists and store.version() > 0 and cache.choices(store).months)
