"""Bad input from the register on: each has its verdict and its sentence, never a traceback."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.cli.session import CommandSession
from nami_monitor.cli.waterbed import as_row
from nami_monitor.core.words import PlanState, Unit, Verdict
from nami_monitor.i18n import LANGS
from nami_monitor.ingest.book.verdicts import verdict_of
from nami_monitor.kpis.interventions.evaluation import NOT_ENOUGH, evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.plans import Judgement
from tests.kpis.interventions.offices import MONTHS, OFFICES, PILOT, START, Offices

RETURNS, NOTHING_BACK, STILL, NO_CABINET, TWIN, OTHER_TWIN = OFFICES[4:10]
ROW = {
    *("intervention", "verdicts", "design", "unit", "gross", "spill", "net", "quotient"),
    *("controls", "pre_months", "post_months", "anticipation_months", "reasons", "destinations"),
}
NOTHING = {"value": None, "low": None, "high": None}


@pytest.fixture(scope="module")
def read(kept):
    """Offices of which one each sends much back, gets nothing, never moves, has no cabinet, and
    two of which say exactly the same."""
    world = Offices()
    for at, month in enumerate(MONTHS):
        if at % 6 == 0:
            world.pens[RETURNS, month, "cabinet"] = -40
        if month < START:
            world.pens[NOTHING_BACK, month, "webshop"] = 0
        world.pens[NO_CABINET, month, "cabinet"] = 0
        for channel in ("cabinet", "webshop"):
            world.pens[STILL, month, channel] = 60
            world.pens[OTHER_TWIN, month, channel] = world.pens[TWIN, month, channel]
    world.load(kept)
    with kept.store.read() as db:
        return read_panel_data(db)


def judged(read, **change):
    (one,) = read.register
    one = replace(one, code="X", **change)
    alone = replace(read, register=())
    return {unit: evaluate(one, alone, unit) for unit in (Unit.BASE, Unit.KG, Unit.EUR)}


def rows(answers, lang="nl"):
    session = CommandSession(db=None, wait=0, lang=lang, json=True)
    found = [as_row(session, one) for one in answers.values()]
    json.dumps(found, allow_nan=False)
    return found


CASES = {
    "too few controls": ({"locations": tuple(OFFICES[:8])}, "locaties om mee te vergelijken"),
    "no months before": ({"starts_on": dt.date(2022, 1, 1)}, "maanden voor de start"),
    "too few months before": ({"starts_on": dt.date(2023, 1, 1)}, "maanden voor de start"),
    "too few months after": ({"starts_on": dt.date(2025, 4, 1)}, "maanden na de start"),
    "ended at once": ({"ends_on": dt.date(2024, 7, 15)}, "hele maand na de start"),
    "nothing in the substitute before": ({"locations": (NOTHING_BACK,)}, "niets besteld"),
    "without the target channel": ({"locations": (NO_CABINET,)}, "niets besteld"),
    "a start in the future": ({"starts_on": dt.date(2031, 1, 1)}, "De maatregel begint op"),
    "a ramp without end": ({"ramp_months": 60}, "op volle sterkte"),
    "an unknown location": ({"locations": ("L99",)}, "te volgen"),
    "no location": ({"locations": ()}, "te volgen"),
    "an unknown category": ({"category": "zzz"}, "geen bestelregels"),
    "an unknown channel": ({"target_channel": "zzz"}, "Via “zzz” is niets besteld"),
    "what never moves as the substitute": (
        {"substitute_channels": ("cabinet",)},
        "De reeksen bewegen niet",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_estimated_gives_no_number_and_says_why(read, case):
    change, sentence = CASES[case]
    answers = judged(read, **change)
    for one, row in zip(answers.values(), rows(answers), strict=True):
        assert set(row) >= ROW
        assert row["design"] in {"controls", "no_controls"}
        assert one.verdicts == NOT_ENOUGH
        assert [row[part] for part in ("gross", "spill", "net", "quotient")] == [NOTHING] * 4
        assert row["destinations"] == []
        assert any(sentence in said for said in row["reasons"]), row["reasons"]
    for lang in LANGS:
        assert briefing.verdict(answers[Unit.BASE], lang)


def test_everywhere_at_once_is_weaker_evidence_and_says_so(read):
    answers = judged(read, locations=tuple(OFFICES))
    (base, *_) = rows(answers)
    assert base["design"] == "no_controls"
    assert base["controls"] == 0
    assert base["net"]["value"] is not None
    assert answers[Unit.BASE].estimated


def test_returns_are_estimated_and_said(read):
    answers = judged(read, locations=(RETURNS,))
    assert any("retouren" in said for said in rows(answers)[0]["reasons"])


def test_offices_that_do_not_move_or_say_the_same_are_no_evidence_twice(read):
    found = judged(read)[Unit.BASE]
    said = " ".join(briefing.remarks(found, "nl"))
    assert found.estimated
    assert "precies dezelfde cijfers" in said
    assert OTHER_TWIN in said
    still = judged(read, locations=(STILL,))[Unit.BASE]
    assert still.verdicts == NOT_ENOUGH or Verdict.NO_DECREASE_SHOWN in still.verdicts


def test_a_location_that_is_named_twice_counts_once(read):
    once, twice = judged(read), judged(read, locations=(PILOT, PILOT))
    assert rows(once)[0]["gross"] == rows(twice)[0]["gross"]
    assert rows(twice)[0]["treated"] == [PILOT]


def test_without_a_decrease_there_is_no_quotient(read):
    answers = judged(read, locations=(OFFICES[1],))
    (base, *_) = rows(answers)
    assert set(answers[Unit.BASE].verdicts) & {"no_decrease_shown", "target_rose"}
    assert base["quotient"] == NOTHING
    assert base["net"]["low"] < base["net"]["value"] < base["net"]["high"]
    frozen = verdict_of(answers[Unit.BASE], dt.date(2025, 7, 1))
    record = answers[Unit.BASE].judgement.record
    said = replace(
        answers[Unit.BASE],
        judgement=Judgement(PlanState.EVALUATED, record, verdicts=(frozen,)),
    )
    sentence = briefing.verdict(said, "nl")
    assert "niet aangetoond" in sentence or "juist meer" in sentence
