"""Notes of people stand on the trends of a report, with who wrote them."""

from dataclasses import replace
from datetime import datetime

import pytest

from nami_monitor.briefing.month import briefing
from nami_monitor.briefing.notes import Note, write
from nami_monitor.i18n import LANGS
from nami_monitor.reports.pages import trend_figure
from nami_monitor.store import Store

MOMENT = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001 - UTC without a zone, as it is kept


def noted(line, **change):
    said = {"name": "n", "month": line.history[-2].month, "kpi": line.kpi.code,
            "category": "office_supplies", "text": "Verhuizing <b>", "lesson": None, "who": "CM",
            "written_at": MOMENT, "changed_at": None}  # fmt: skip
    return Note(**{**said, **change})


@pytest.mark.parametrize("lang", LANGS)
def test_a_note_stands_on_its_trend_and_below_it(found, lang):
    section = found.sections[0]
    line = next(one for one in section.glance.lines if one.kpi.code == "impact_mass")
    bare = trend_figure(line, section, lang)
    figure = trend_figure(line, replace(section, notes=(noted(line),)), lang)
    assert "N1" in str(figure.spec)
    assert "N1" not in str(bare.spec)
    assert "Verhuizing <b> (CM)" in figure.caption
    for other in (noted(line, kpi="impact_spend"), noted(line, month=MOMENT.date().replace(day=1))):
        assert trend_figure(line, replace(section, notes=(other,)), lang).caption == bare.caption


@pytest.mark.slow
def test_a_section_bears_the_notes_of_its_category_alone(demo):
    store = Store(demo)
    with store.write() as db:
        for category in ("office_supplies", None):
            write(db, month=MOMENT.date().replace(month=9, day=1), kpi="impact_mass",
                  category=category, text="Verhuizing", lesson=None, who="CM")  # fmt: skip
    with store.read() as db:
        made = briefing(db, MOMENT.date().replace(month=10, day=1), ["office_supplies"])
    store.close()
    assert [one.category for one in made.sections[0].notes] == ["office_supplies"]
