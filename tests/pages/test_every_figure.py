"""Every figure on every page leads to its trace, and what is traced is that very figure."""

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
import streamlit as st

from nami_monitor.core.periods import parse_month
from nami_monitor.i18n import catalogue, formats
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import bare_text, figure_text
from nami_monitor.kpis.trace import figure
from nami_monitor.ui import app, links
from nami_monitor.ui.words import NONE
from tests.support.app_test import AppTest
from tests.support.slow import slow_but_for

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: {} for path in sorted((ROOT / "pages").glob("*.py"))}
WALKED = {
    **PAGES,
    "overview of all": {"view": "all"},
    "overview with everything": {"view": "more"},
    "overview of a year": {"period": "year"},
    "overview of a group": {"category": "", "group": "Oost", "period": "r12"},
    "trends by channel": {"by": "channel", "kpi": "impact_mass"},
    "trends by location": {"by": "location", "period": "quarter", "channel": "webshop"},
    "trends of articles": {"kpi": "refuse_assortment"},
    "trends, why": {"against": "previous", "split": "location"},
    "trends, why of a ratio": {"kpi": "reduce_spend_per_activity", "funnel": "true"},
    "trends, why of a change": {"kpi": "reduce_spend_bridge", "split": "channel"},
    "trends of a December": {"kpi": "steer_year_end_share", "period": "year", "category": ""},
    "trends of months of one's own": {"period": "..", "from": "2026-02", "kpi": "refuse_rate"},
    "trends of failures": {
        "kpi": "reduce_failure_rate", "category": "it_assets", "funnel": "true", "period": "r12",
    },
    "trends, bridge of a year": {"split": "bridge", "period": "year", "category": ""},
    "contracts of a year": {"period": "year"},
    "requests of a month": {"period": "month"},
    **{f"case {number}": {"case": number} for number in "2345679"},
}  # fmt: skip
OPENED = ("trend_as_table_shown", "why_table_shown", "bridge_table_shown")
"""What a reader opens to see tables."""
NO_FIGURES = {
    "batches", "completeness", "codes", "ledger", "target_history", "exceptions", "rulings",
    "contracts_due", "contracts_register", "unlocks", "measured", "reasons", "trace_rows",
    "trace_batches", "waterbed_sites", "conclusion_tables", "kit_signals",
    "case_each_answer", "case_idle",
    "trend_beside", "refuse_rate_trend_beside",
}  # fmt: skip
"""Tables of rows, of what was done, of batches, and of what can be measured: no figures, or what a
trace ends in."""
SOME = {"overview_table", "targets", "contracts_shapes", "conclusion_decembers"}
"""Tables with several figures in a row, of which one may be missing."""
OF_ONE_ESTIMATE = re.compile(r"waterbed_|survival|ages|blocked")
"""Tables of the parts of one figure, which a link below them traces as a whole."""
MISSING = "\u2013"
"""What a cell shows of a figure that is not there; its trace says why."""
AGREED = re.compile("Doel|95|interval|Zekerheid|^Aantal$", re.IGNORECASE)
"""What stands beside a figure on a card: agreed, its limits, or the two counts of a share."""


pytestmark = pytest.mark.usefixtures("demo")


class Walked:
    """A page with every way from its figures to their trace."""

    def __init__(self, name: str, address: dict[str, str], monkeypatch: pytest.MonkeyPatch):
        self.offered: list[tuple[str, dict[str, Sequence[str]]]] = []
        self.tables: dict[str, pd.DataFrame] = {}
        self.written: dict[str, pd.DataFrame] = {}
        self.charts: list[str] = []
        monkeypatch.setattr(st, "page_link", self._page_link)
        monkeypatch.setattr(st, "dataframe", self._seen(st.dataframe))
        monkeypatch.setattr(st, "vega_lite_chart", self._seen(st.vega_lite_chart))
        page = re.split(r"\W", name)[0]
        found = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=90)
        found.session_state[app.LANGUAGE] = "nl"
        found.session_state[app.DATA] = app.DEMO
        for key in OPENED:
            found.session_state[key] = True
        for key, value in address.items():
            found.query_params[key] = value
        self.page = found.run()
        assert not self.page.exception, self.page.exception
        assert not self.page.error, [e.value for e in self.page.error]
        self.html = " ".join(e.proto.body for e in self.page.get("html"))
        self.store = app.store_of(app.DEMO)

    def _page_link(self, page: Any, label: str = "", query_params: Any = None, **_: Any) -> None:
        if page.url_path == "trace":
            self.offered.append((label, dict(query_params.items())))

    def _seen(self, shown: Any) -> Any:
        """Note what is shown under which key, and show it."""

        def show(data: Any, *args: Any, key: str, **more: Any) -> Any:
            if isinstance(data, dict):
                self.charts.append(key)
            else:
                self.tables[key] = data.data
                self.written[key] = as_written(data)
            return shown(data, *args, key=key, **more)

        return show

    @property
    def anchors(self) -> list[tuple[str, str]]:
        """Address and text of every figure that is a link itself."""
        linked = re.findall(r'<a class="nami-trace" href="([^"]+)"[^>]*>(.*?)</a>', self.html)
        found = [(unescape(href), unescape(re.sub("<[^>]+>", "", text))) for href, text in linked]
        said = " ".join(e.value for e in self.page.markdown)
        return found + [
            (href, text) for text, href in re.findall(r"\[([^]]+)]\((trace[^)]+)\)", said)
        ]


def as_written(styler: Any) -> pd.DataFrame:
    """What a browser shows of a table."""
    frame = styler.data
    return pd.DataFrame(
        {
            name: [styler._display_funcs[row, at](value) for row, value in enumerate(column)]
            for at, (name, column) in enumerate(frame.items())
        }
    )


def addresses(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns of links of a table."""
    return {
        name: column for name, column in frame.items()
        if column.map(lambda value: str(value).startswith("trace?")).any()
    }  # fmt: skip


def numbers(row: pd.Series) -> list[float]:
    found = [
        value for value in row if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return [float(value) for value in found if value == value]  # noqa: PLR0124 - not a number


def close(value: float, other: float) -> bool:
    return value == pytest.approx(other, rel=1e-9, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", slow_but_for(["trends"], WALKED))
def test_every_figure_shown_leads_to_itself(name, monkeypatch):
    walked = Walked(name, WALKED[name], monkeypatch)
    with walked.store.read() as db:
        seen = Seen(db)
        every_card(walked, seen)
        every_table(walked, seen)
        labels = [label for label, _ in walked.offered]
        assert len(set(labels)) == len(labels)
        for label, said in walked.offered:
            assert seen.result({key: [each] if isinstance(each, str) else each
                                for key, each in said.items()}).code, label  # fmt: skip
    every_chart(walked)


class Seen:
    """What addresses name, worked out once each, in one look at the database."""

    def __init__(self, db):
        self.db, self.known = db, {}

    def result(self, said):
        key = repr(sorted(said.items()))
        if key not in self.known:
            kpi, ask = links.read_figure(said, None)
            self.known[key] = figure(self.db, kpi, ask)
        return self.known[key]

    def at(self, address):
        page, _, query = address.partition("?")
        assert page == "trace"
        said = parse_qs(query)
        assert said["lang"] == ["nl"]
        assert said["data"] == ["demo"]
        assert parse_month(said["month"][0])
        return self.result(said)


def written(result):
    """The figure as people read it, and its total."""
    if result.value is None:
        return f"{catalogue('nl')[f'words.{result.state}']} {MISSING}"
    return f"{figure_text(result, 'nl')} {bare_text(result, 'nl')}"


def every_card(walked, seen):
    """The number of each card, and each figure beside it, is the link that traces it."""
    for number in re.findall(r"(.{0,40})<strong class=\"nami-number\">", walked.html):
        assert number.endswith('">'), number
        assert "aria-label" in walked.html
    beside = re.findall(
        r"<dt>([^<]*)</dt><dd>(<a [^>]*>)?<span class=\"nami-amount\">", walked.html
    )
    assert not [label for label, link in beside if not link and not AGREED.search(label)]
    for address, text in walked.anchors:
        result = seen.at(address)
        whole = absolute(result)
        total = formats.quantity(whole.value, whole.unit, "nl") if whole else ""
        estimated = result.code.startswith("refuse_net")
        assert estimated or text in written(result) or text in total, (address, text)


def every_table(walked, seen):
    """Each row of a table of figures holds what its link traces, or the parts of it."""
    for key, frame in walked.tables.items():
        if key in NO_FIGURES or not len(frame):
            continue
        found = addresses(frame)
        if not found:
            assert OF_ONE_ESTIMATE.match(key), f"{key} has no way to a trace, see {__name__}"
            assert walked.offered or walked.anchors, key
            continue
        own = frame.drop(columns=list(found))
        for name, column in found.items():
            links = zip(own.iterrows(), column, walked.written[key][name], strict=True)
            for (_, row), address, figure_shown in links:
                if isinstance(address, str):
                    held(key, row, figure_shown, seen.at(address))
                else:
                    reached = row[[not AGREED.search(name) for name in row.index]]
                    assert not numbers(reached) or key in SOME, (key, row)


def held(key, row, figure_shown, result):
    """A row holds the figure, or the parts that add up to it, or says that there is none."""
    told = numbers(row)
    if result.value is None:
        none = figure_shown == NONE or written(result) == figure_shown
        assert none or not told or row.isna().any(), (key, figure_shown, list(row))
        return
    said = written(result)
    assert (
        any(close(each, result.value) for each in told)
        or close(sum(told), result.value)
        or any(isinstance(each, str) and each and each in said for each in (figure_shown, *row))
        or digits(figure_shown) in digits(said).split()
    ), (key, list(row), result)


def digits(words):
    """The numbers in a text, without signs and the marks of thousands and decimals."""
    return " ".join(re.sub(r"[.,]", "", each) for each in re.findall(r"[\d.,]*\d", words))


def every_chart(walked):
    """A chart has its table of links, or the links of its page beside it."""
    for key in walked.charts:
        stem = key.removesuffix("_chart")
        tables = [frame for name, frame in walked.tables.items() if name.startswith(stem)]
        linked = any(addresses(frame) for frame in tables)
        assert linked or walked.offered or walked.anchors, key
    there = {button.key for button in walked.page.button}
    for key in walked.charts:
        of_it = "home_signs" if key.startswith("small_") else f"{key}_signs"
        assert of_it in there, f"how it is read is one click away from {key}"
