"""Of every hundred less: which measures have one, and why the others have none."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from nami_monitor.charts.hundred_data import ALL, hundred_of, in_words, sentence, why_none
from nami_monitor.core.words import Unit, Verdict
from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.kpis.interventions.evaluation import evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.register import chosen
from nami_monitor.kpis.result import Reason
from nami_monitor.store import Store


@pytest.fixture(scope="module")
def evaluated(demo_folder):
    """A function that gives a measure of the demo, by its code, in a unit."""
    with closing(Store(demo_folder / "demo.duckdb")) as store, store.read() as db:
        data = read_panel_data(db)

    @cache
    def found(code, unit=Unit.BASE):
        (one,) = chosen(data.register, [code])
        return evaluate(one, data, unit, with_destinations=False)

    return found


@pytest.mark.parametrize(
    ("code", "unit"),
    [("ZL-I-3", Unit.BASE), ("ZL-I-4", Unit.KG), ("ZL-I-6", Unit.KG), ("ZL-I-7", Unit.BASE)],
)
def test_bars_and_interval_of_every_measure_agree(evaluated, code, unit):
    at, found = np.arange(1, ALL + 1), hundred_of(evaluated(code, unit))
    sure = np.array(found.sure)
    assert ((sure > 1 - found.tail) == (at < found.low)).all()
    assert ((sure < found.tail) == (at > found.high)).all()


def test_the_hundred_is_that_of_the_verdict_and_stays_so(evaluated):
    one = evaluated("ZL-I-7")
    found, quotient = hundred_of(one), one.frozen.quotient
    assert (found.value, found.low, found.high) == pytest.approx(
        tuple(ALL * each for each in (quotient.value, quotient.low, quotient.high))
    )
    assert not found.provisional
    later = hundred_of(replace(one, judgement=replace(one.judgement, verdicts=())))
    assert later.provisional
    assert later.value != found.value
    assert hundred_of(evaluated("ZL-I-7", Unit.KG)).provisional


@pytest.mark.parametrize("lang", LANGS)
def test_every_estimate_stands_with_its_limits(evaluated, lang):
    said = in_words(hundred_of(evaluated("ZL-I-3")), lang)
    assert (
        said
        == {
            "nl": "voorlopig 78 terug via de webwinkel (63 tot 98), 22 echt minder (2 tot 37)",
            "en": "so far 78 back via the web shop (63 to 98), 22 really less (2 to 37)",
        }[lang]
    )


def without_bounds(one):
    quotient = replace(one.result.quotient, low=-np.inf, high=np.inf)
    return replace(one, result=replace(one.result, quotient=quotient))


def judged(one, *held):
    return replace(one, result=replace(one.result, verdicts=held))


@pytest.mark.parametrize("lang", LANGS)
def test_where_there_is_none_the_words_say_why(evaluated, lang):
    pilot, words = evaluated("ZL-I-3"), catalogue(lang)
    begins = replace(pilot.intervention, starts_on=date(2030, 5, 1))
    reasons = {
        "hundred.why.ahead": replace(pilot, intervention=begins, result=None),
        "hundred.why.unbounded_so_far": without_bounds(pilot),
        "hundred.why.no_decrease_shown_so_far": judged(pilot, Verdict.NO_DECREASE_SHOWN),
        "hundred.why.target_rose_so_far": judged(pilot, Verdict.TARGET_ROSE),
        "hundred.why.few_pre_months": evaluated("ZL-I-1"),
        "hundred.why.no_substitute": evaluated("ZL-I-2"),
        "hundred.why.mixed_units": evaluated("ZL-I-4"),
        "words.not_applicable": replace(pilot, excused=Reason("not_applicable", {})),
    }
    for key, one in reasons.items():
        assert hundred_of(one) is None, key
        expected = words[key].partition("{")[0]
        said = why_none(one, lang)
        assert said.startswith(expected), key
        assert "{" not in said


def test_no_outcome_is_told_before_the_verdict(evaluated):
    pilot = evaluated("ZL-I-3")
    assert pilot.frozen is None
    for lang, claim in (("nl", "kwamen terug"), ("en", "came back")):
        assert claim not in sentence(hundred_of(pilot), lang)
