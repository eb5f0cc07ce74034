"""What the demo shows, what was planted in it, and that every signal can be reached and said."""

import functools
from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing import lessons, wording
from nami_monitor.briefing.decisions import propose
from nami_monitor.briefing.figure_signals import (
    SignalScope,
    changed,
    changes_of,
    evidence_of,
    of_aim,
    of_december,
    of_knowledge,
    scope_of,
)
from nami_monitor.briefing.month import Finding
from nami_monitor.briefing.overview import level_signals, overview
from nami_monitor.briefing.signals import (
    at_the_top,
    of_assets,
    of_contracts,
    of_falls,
    of_measures,
    of_requests,
    signals,
    signals_by_category,
)
from nami_monitor.charts.control_limits import limits_of
from nami_monitor.core.periods import Period, month_range
from nami_monitor.core.thresholds import FEW_REFUSED, REAL_FALL
from nami_monitor.core.words import KitSignal, State
from nami_monitor.demo.truth import TRUTH
from nami_monitor.i18n import LANGS
from nami_monitor.kpis import CATALOGUE, Ask, compute
from nami_monitor.kpis.over_time import hidden_reductions as falls
from nami_monitor.signals import signal_rules
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Store

OCTOBER = date(2026, 10, 1)
OFFICE = {"category": ("office_supplies",)}
SANITARY = {"category": ("sanitary_supplies",)}


@pytest.fixture(scope="module")
def db(demo_folder):
    store = Store(demo_folder / "demo.duckdb")
    with store.read() as look:
        yield look
    store.close()


def found(db, where, month=OCTOBER):
    return asked(db, tuple(where.items()), month)


@functools.cache
def asked(db, where, month):
    """The signals of the demo, which no test changes, worked out once for every test."""
    return tuple(signals(db, overview(db, month, dict(where)), dict(where)))


def kinds(signals):
    return {one.kind for one in signals}


@pytest.mark.slow
def test_the_planted_waterbed_is_shown_with_its_numbers(db):
    (one,) = (one for one in found(db, OFFICE) if one.kind is KitSignal.WATERBED_SHOWN)
    assert one.month == TRUTH.request_start
    assert one.numbers["q_low"] < TRUTH.request_quotient < one.numbers["q_high"]
    assert one.numbers["gross"] < 0 < one.size


def test_the_trim_made_for_money_changed_nothing_and_no_effect_is_claimed(db):
    every = found(db, OFFICE, date(2024, 8, 1))
    assert KitSignal.WATERBED_SHOWN not in kinds(every), "no other measure has begun"


@pytest.mark.slow
def test_the_break_in_the_services_is_told_in_its_month(db):
    every = found(db, SANITARY, date(2025, 6, 1))
    breaks = [one for one in every if one.kind is KitSignal.DATA_BREAK]
    assert TRUTH.services_break in [one.month for one in breaks]
    assert not [one for one in found(db, OFFICE, date(2025, 6, 1)) if one.month == one.subject]


@pytest.mark.slow
def test_little_that_can_be_measured_is_no_signal_of_a_month(db):
    for where in (OFFICE, SANITARY):
        assert KitSignal.LOW_MEASURABILITY not in kinds(found(db, where))


def test_dispensers_that_go_within_their_warranty_are_told(db):
    (one,) = (one for one in found(db, SANITARY) if one.kind is KitSignal.EARLY_RETIREMENT)
    expected = 1 - TRUTH.dispensers.survival_at_warranty
    assert one.numbers["part"] == pytest.approx(one.numbers["n"] / one.numbers["of"])
    assert one.numbers["part"] == pytest.approx(expected, abs=0.15)


@pytest.mark.slow
def test_a_target_that_is_missed_counts_once_on_every_surface(db):
    """All categories together miss what their categories miss."""
    apart = set()
    for category in ("office_supplies", "it_assets", "sanitary_supplies", "furnishing"):
        apart |= missed(found(db, {"category": (category,)}))
    assert missed(found(db, {})) == apart
    assert {code for _, code in apart} >= {"refuse_assortment", "reduce_spend_per_activity"}
    held = overview(db, OCTOBER, OFFICE).targeted
    assert {line.kpi.code for line in held if line.aim.met is False} == {
        code for category, code in apart if category == "office_supplies"
    }


def missed(signals):
    return {(x.category, x.subject) for x in signals if x.kind is KitSignal.TARGET_MISSED}


def spent(december, years):
    months = [date(year, month, 1) for year in years for month in range(1, 13)]
    return {
        one: 1000.0 * december if one.month == 12 else 1000.0 + 10 * (one.month % 3)
        for one in months
    }


def test_a_planted_december_stands_out_beside_an_even_month_and_what_is_usual():
    scope = SignalScope(OCTOBER, OFFICE, spend=1.0, spent=spent(2.0, range(2023, 2026)))
    (one,) = of_december(scope)
    assert (one.month, one.numbers["year"]) == (date(2025, 12, 1), "2025")
    share = 100 * 2000 / sum(value for month, value in scope.spent.items() if month.year == 2025)
    assert one.numbers["share"] == one.numbers["usual"] == pytest.approx(share)
    assert one.size == pytest.approx(2000 - 2000 / share * 100 / 12)
    assert list(of_december(replace(scope, spent=spent(1.0, range(2023, 2026))))) == []


def test_december_itself_belongs_to_its_own_year_and_the_first_has_nothing_before_it():
    scope = SignalScope(date(2024, 12, 1), OFFICE, spent=spent(2.0, [2024]))
    (one,) = of_december(scope)
    assert one.month == date(2024, 12, 1)
    assert "usual" not in one.numbers
    assert list(of_december(replace(scope, month=date(2024, 11, 1)))) == []
    assert list(of_december(SignalScope(OCTOBER, {}))) == []


def test_contracts_to_prepare_are_those_of_the_register(db):
    every = [one for one in found(db, SANITARY) if one.kind is KitSignal.CONTRACT_WINDOW_OPEN]
    assert {one.subject for one in every} >= {"ZL-2025-001-P1", "ZL-2025-001-P2"}
    for one in every:
        assert one.numbers["since"] <= date(2026, 10, 31) < one.numbers["on"]


def test_signals_of_a_category_speak_of_that_category(db):
    for where in (OFFICE, SANITARY):
        assert {one.category for one in found(db, where)} == set(where["category"])


def test_a_filter_that_a_register_does_not_know_leaves_it_out(db):
    somewhere = {**SANITARY, "group": ("Noord",)}
    assert list(of_assets(db, SignalScope(OCTOBER, somewhere))) == []
    everywhere = [one.category for one in of_assets(db, SignalScope(OCTOBER, {}))]
    assert everywhere == ["sanitary_supplies"], "devices of other categories last"


def test_a_whole_year_bears_no_departures_but_registers_speak(db):
    every = signals(db, overview(db, OCTOBER, OFFICE, "year"), OFFICE)
    assert not kinds(every) & {KitSignal.WORSE, KitSignal.BETTER, KitSignal.YEAR_END_PEAK}
    assert KitSignal.CONTRACT_WINDOW_OPEN in kinds(every)


def test_the_top_counts_what_is_watched_and_what_chance_gives(db):
    glance = overview(db, OCTOBER, OFFICE)
    every = signals(db, glance, OFFICE)
    top = at_the_top(every, glance)
    assert len(top.first) == 7
    assert sum(line.assessment is not None for line in glance.lines) >= top.watched > 0
    assert 0 < top.by_chance < 1


def test_an_empty_database_shows_nothing(tmp_path):
    store = Store(tmp_path / "empty.duckdb")
    with store.read() as look:
        assert found(look, {}) == ()
        assert lessons.cases_of(look) == {}
    store.close()


MEASURE = {
    "intervention_id": "T-1",
    "title": "Test",
    "category": "office_supplies",
    "strategy": "reduce",
    "status": "running",
    "starts_on": date(2026, 9, 1),
    "ramp_months": 6.0,
    "anticipation_months": 0.0,
    "target_channel": "webshop",
    "substitute_channels": "cabinet",
    "locations": ";".join(f"ZL-{n:03}" for n in range(1, 25)),  # ZL-025 stands with a small place
    "may_spread": False,
    "disciplines": "inkoop",
}


def test_a_large_measure_with_one_discipline_that_is_being_rolled_out(own):
    store = own("interventions", **MEASURE)
    with store.read() as look:
        scope = SignalScope(OCTOBER, OFFICE)
        mine = {one.kind: one for one in of_measures(look, scope) if one.subject == "T-1"}
        assert set(mine) == {KitSignal.GRADUAL_ROLLOUT, KitSignal.ONE_DISCIPLINE}
        assert mine[KitSignal.ONE_DISCIPLINE].numbers["part"] > 0.1
        assert mine[KitSignal.ONE_DISCIPLINE].size > 0
        assert mine[KitSignal.GRADUAL_ROLLOUT].numbers["until"] == date(2027, 3, 1)
        later = replace(scope, month=date(2027, 3, 1))
        assert KitSignal.GRADUAL_ROLLOUT not in {
            one.kind for one in of_measures(look, later) if one.subject == "T-1"
        }
        elsewhere = replace(scope, where=SANITARY)
        assert not [one for one in of_measures(look, elsewhere) if one.subject == "T-1"]


@pytest.mark.parametrize(
    "change",
    [{"status": "ended"}, {"disciplines": "inkoop;gebruikers"}, {"locations": "ZL-001"}],
    ids=["ended", "two disciplines", "small"],
)
def test_no_call_for_more_disciplines(own, change):
    store = own("interventions", **MEASURE | change)
    with store.read() as look:
        mine = [
            one for one in of_measures(look, SignalScope(OCTOBER, OFFICE)) if one.subject == "T-1"
        ]
    assert KitSignal.ONE_DISCIPLINE not in kinds(mine)


def test_an_effect_that_fades_is_told_with_its_interval(db):
    every = list(of_measures(db, SignalScope(OCTOBER, OFFICE)))
    (one,) = (one for one in every if one.kind is KitSignal.EFFECT_FADING)
    assert one.subject == "ZL-I-7"
    assert 0 < one.numbers["low"] < one.numbers["smaller"] < one.numbers["high"]
    assert "gross" not in one.numbers


def test_a_target_that_was_not_judged_shows_nothing(db):
    lines = overview(db, OCTOBER, OFFICE).lines
    line = next(one for one in lines if one.aim and one.aim.met is not None)
    assert list(of_aim(line, SignalScope(OCTOBER, OFFICE)))
    for aim in (None, replace(line.aim, met=None), replace(line.aim, value=None)):
        assert list(of_aim(replace(line, aim=aim), SignalScope(OCTOBER, OFFICE))) == []


@pytest.mark.slow
def test_a_contract_without_dates_or_value_is_no_bug(own):
    store = own(
        "contracts", contract_id="T-9", title="Open", category="office_supplies", status="running"
    )
    with store.read() as look:
        every = list(of_contracts(look, SignalScope(OCTOBER, OFFICE)))
    assert "T-9" not in [one.subject for one in every]


@pytest.mark.slow
def test_a_target_for_months_is_held_against_their_variation(own):
    store = own(
        "targets", kpi="impact_mass", category="office_supplies", kind="absolute",
        period="2026-10", value=6500.0,
    )  # fmt: skip
    with store.read() as look:
        (one,) = (one for one in found(look, OFFICE) if "period" in one.numbers
                  and one.numbers["period"] == "2026-10")  # fmt: skip
    assert one.kind is KitSignal.HIT_AND_MISS
    assert (one.numbers["goal"], one.numbers["final"]) == (6500.0, 1.0)


def test_few_refused_requests_are_told_where_the_register_says_so(db, monkeypatch):
    assert list(of_requests(db, SignalScope(OCTOBER, {"category": ("it_assets",)}))) == []
    assert list(of_requests(db, SignalScope(OCTOBER, {"channel": ("webshop",)}))) == []
    monkeypatch.setattr(signal_rules, "FEW_REFUSED", replace(FEW_REFUSED, value=0.5))
    (one,) = of_requests(db, SignalScope(OCTOBER, {"category": ("it_assets",)}))
    assert one.numbers["part"] == one.numbers["n"] / one.numbers["of"]
    assert one.numbers["part"] == pytest.approx(TRUTH.avoided_request_share, abs=0.1)


@pytest.mark.slow
def test_a_fall_that_nobody_called_sustainable(db, monkeypatch):
    """One was planted; with a lower bar the planted fall of a few percent a year is one too."""
    scope = scope_of(overview(db, OCTOBER, OFFICE), OFFICE)
    (planted,) = of_falls(db, scope)
    assert planted.numbers["name"] == TRUTH.fallen_group
    assert planted.numbers["part"] == pytest.approx(-TRUTH.fall, abs=0.05)
    monkeypatch.setattr(falls, "REAL_FALL", replace(REAL_FALL, value=0.01))
    every = list(of_falls(db, scope))
    assert planted in every
    assert len(every) > 1
    for one in every:
        assert one.kind is KitSignal.HIDDEN_REDUCTION
        assert one == planted or 0.01 <= one.numbers["part"] < 0.2
        assert one.size == one.numbers["eur"] > 0
    assert list(of_falls(db, replace(scope, where={**OFFICE, "decision": ("bought",)}))) == []


@pytest.mark.slow
def test_a_sustainable_measure_explains_a_fall(own, monkeypatch):
    monkeypatch.setattr(falls, "REAL_FALL", replace(REAL_FALL, value=0.01))
    scope = SignalScope(OCTOBER, OFFICE)
    for motive, explained in (("money", False), ("sustainability", True)):
        store = own("interventions", **MEASURE | {"motive": motive, "title": motive})
        with store.read() as look:
            assert bool(list(of_falls(look, scope))) is not explained
    store = own("interventions", **MEASURE | {"ends_on": date(2026, 9, 30), "motive": "money"})
    with store.read() as look:
        assert list(of_falls(look, scope))


def test_changes_of_a_whole_series_stand_in_their_months(db):
    kpi = CATALOGUE["impact_spend"]
    (result,) = compute(db, kpi, Ask(where=SANITARY))
    months = month_range(date(2020, 1, 1), OCTOBER)
    levels = [100.0 + no % 5 + 40 * (no > 60) for no in range(len(months))]
    results = [
        replace(result, period=Period(month, month, "month"), value=level)
        for month, level in zip(months, levels, strict=True)
    ]
    scope = SignalScope(OCTOBER, SANITARY)
    every = list(changes_of(kpi, results, scope))
    assert [one.month for one in every] == sorted((one.month for one in every), reverse=True)
    assert all(one.numbers["new"] for one in every)
    risen = next(one for one in every if one.month == months[61])
    assert (risen.kind, risen.numbers["way"]) == (KitSignal.WORSE, "up")
    assert risen.numbers["mean"] == pytest.approx(100, abs=5)
    assert risen.size is None, "without spend there is no size"
    assert list(changes_of(kpi, [], scope)) == []
    yearly = compute(db, kpi, Ask("r12", last=30, where=SANITARY))
    assert list(changes_of(kpi, yearly, scope)) == []
    neutral = CATALOGUE["rethink_stream_spend"]
    assert list(changes_of(neutral, results, scope)) == []


@pytest.mark.parametrize("up", [True, False])
@pytest.mark.parametrize("lang", LANGS)
def test_no_expectation_is_told_that_the_figure_cannot_be(db, up, lang):
    """A share that steps away from 0 or 100 % and whose last month lies below that step."""
    kpi = CATALOGUE["rethink_circular_share"]
    (result,) = compute(db, kpi, Ask(where=OFFICE))
    months = month_range(date(2022, 1, 1), OCTOBER)
    shares = [float(no % 2) for no in range(len(months) - 4)] + [14.0, 15.0, 14.0, 11.0]
    shares = shares if up else [100 - share for share in shares]
    results = [
        replace(result, period=Period(month, month, "month"), value=share)
        for month, share in zip(months, shares, strict=True)
    ]
    last = level_signals(results).at(len(results) - 1)
    told = changed(kpi, results[-1], last, SignalScope(OCTOBER, OFFICE))
    assert last.expected is None if up else last.expected > 100
    assert (told.numbers["way"], "mean" in told.numbers) == ("up" if up else "down", False)
    said = wording.signal_sentence(told, lang)
    about = wording.signal_values(told, lang)
    assert "%" in said, "it still says what the month was"
    assert said.count("%") == 1
    assert "mean" not in about
    seen = propose(Finding(told, OCTOBER), OCTOBER, lang).seen.sentence
    assert seen == said if up else "%" not in seen
    assert limits_of(kpi, results, lang).phases[-1].months[-1].high <= 100


def test_what_is_known_decides_on_measurability(db):
    kpi = CATALOGUE["impact_co2e"]
    (result,) = compute(db, kpi, Ask(where=OFFICE))
    (one,) = of_knowledge(kpi, result, SignalScope(OCTOBER, OFFICE))
    assert (one.numbers["known"], one.numbers["given"]) == (0.0, 0.0)
    known = replace(result, state=State.VALUE, value=1.0, reason=None, completeness=0.7)
    (one,) = of_knowledge(kpi, known, SignalScope(OCTOBER, OFFICE))
    assert (one.numbers["known"], one.numbers["given"]) == (0.7, 1.0)
    assert evidence_of(known) == 0.7
    assert evidence_of(known, unsure=True) == 0.35
    assert (
        list(of_knowledge(kpi, replace(known, completeness=None), SignalScope(OCTOBER, {}))) == []
    )
    assert list(of_knowledge(kpi, replace(known, completeness=1.0), SignalScope(OCTOBER, {}))) == []


EXAMPLES = {
    KitSignal.WORSE: {"value": 2.0, "mean": 1.0, "way": "up", "began": date(2026, 3, 1),
                      "months": 8, "new": 0.0, "provisional": 0.0, "activity": "staff_days"},
    KitSignal.TARGET_MISSED: {"value": 2.0, "goal": 1.0, "period": "2026", "final": 0.0},
    KitSignal.TARGET_MET: {"value": 1.0, "goal": 1.0, "period": "2026", "final": 1.0},
    KitSignal.HIT_AND_MISS: {"value": 1.0, "goal": 1.0, "period": "2026", "final": 1.0},
    KitSignal.LOW_MEASURABILITY: {"known": 0.3, "given": 1.0},
    KitSignal.DATA_BREAK: {"name": "Leverancier", "kinds": "lines,locations"},
    KitSignal.YEAR_END_PEAK: {"share": 12.0, "even": 8.3, "year": "2025"},
    KitSignal.CONTRACT_WINDOW_OPEN: {"name": "Papier", "moment": "option", "months": 5,
                                     "on": date(2027, 3, 1), "since": date(2025, 3, 1)},
    KitSignal.LONG_CONTRACT: {"name": "Papier", "years": 8.0},
    KitSignal.EARLY_RETIREMENT: {"part": 0.4, "n": 4.0, "of": 10.0},
    KitSignal.REFUSAL_RATE_LOW: {"part": 0.02, "n": 2.0, "of": 100.0},
    KitSignal.HIDDEN_REDUCTION: {"name": "", "part": 0.2, "less": 200.0, "eur": 90.0, "kg": 5.0},
    KitSignal.ONE_DISCIPLINE: {"name": "Proef", "part": 0.5, "discipline": "inkoop"},
    KitSignal.GRADUAL_ROLLOUT: {"name": "Proef", "months": 6, "until": date(2027, 3, 1)},
    KitSignal.EFFECT_FADING: {"name": "Proef", "smaller": 30.0, "low": 15.0, "high": 45.0},
}  # fmt: skip
MEASURED = {"name": "Proef", "gross": -50.0, "low": -60.0, "high": -40.0, "quotient": 0.7,
            "q_low": 0.2, "q_high": float("inf")}  # fmt: skip


@pytest.mark.parametrize("kind", KitSignal)
@pytest.mark.parametrize("lang", LANGS)
def test_every_signal_has_a_name_a_sentence_and_a_lesson(kind, lang):
    if kind in {KitSignal.BETTER, KitSignal.REFURBISHED_SHARE_FALLING}:
        numbers = EXAMPLES[KitSignal.WORSE]
    else:
        numbers = EXAMPLES.get(kind, MEASURED)
    kpi = None if numbers is MEASURED or "name" in numbers else "reduce_volume_per_activity"
    signal = Signal(kind, OCTOBER, "x", numbers, kpi=kpi)
    said = wording.signal_sentence(signal, lang)
    assert said.endswith((".", "?"))
    assert "{" not in said
    assert wording.signal_name(kind, lang)
    assert lessons.called_by_each([signal], {})[0]
    row = wording.signal_row(signal, lang)
    assert row["signal"] == kind
    assert row["sentence"] == said
    assert all(isinstance(value, str | int | float) for value in row["numbers"].values())


@pytest.mark.parametrize("lang", LANGS)
def test_a_number_that_is_there_is_said_and_one_that_is_not_is_not(lang):
    peak = Signal(
        KitSignal.YEAR_END_PEAK,
        date(2025, 12, 1),
        "impact_spend",
        {**EXAMPLES[KitSignal.YEAR_END_PEAK], "usual": 9.5},
        kpi="impact_spend",
    )
    assert "9" in wording.signal_sentence(peak, lang)
    unknown = Signal(
        KitSignal.LOW_MEASURABILITY,
        OCTOBER,
        "impact_co2e",
        {"known": 0.0, "given": 0.0},
        kpi="impact_co2e",
    )
    assert wording.signal_sentence(unknown, lang) != wording.signal_sentence(
        replace(unknown, numbers={"known": 0.0, "given": 1.0}), lang
    )
    over = Signal(
        KitSignal.TARGET_MISSED,
        OCTOBER,
        "impact_co2e",
        {**EXAMPLES[KitSignal.TARGET_MISSED], "final": 1.0},
        kpi="impact_co2e",
    )
    assert wording.signal_sentence(over, lang) != wording.signal_sentence(
        replace(over, numbers=EXAMPLES[KitSignal.TARGET_MISSED]), lang
    )


def test_lessons_come_to_the_category_and_stand_on_a_page_once(db):
    cases = lessons.cases_of(db)
    assert cases["office_supplies"] == {6}
    every = found(db, OFFICE)
    called = lessons.lessons_of_chart(every, cases)
    names = [one.lesson.name for one in called]
    assert len(names) == len(set(names))
    assert [one.code for one in called if one.code] == ["L1", "L2", "L3"]
    assert all(one.by.signal in every for one in called)
    assert all(one.by.signal.kind in one.lesson.signals for one in called)
    assert lessons.lessons_of_chart([], cases) == ()
    waterbed = next(one for one in every if one.kind is KitSignal.WATERBED_SHOWN)
    assert 6 in lessons.called_by_each([waterbed], cases)[0][0].cases


def test_the_signals_of_all_categories_at_once_are_those_of_each(db):
    categories = [code for (code,) in db.rows("select category from categories order by 1")]
    together = signals_by_category(db, OCTOBER, [*categories, "nobody"])
    assert together.pop("nobody") == ()
    for code, found in together.items():
        alone = asked(db, (("category", (code,)),), OCTOBER)
        assert [(one.kind, one.subject, one.month, one.category) for one in found] == [
            (one.kind, one.subject, one.month, one.category) for one in alone
        ]
        for one, other in zip(found, alone, strict=True):
            assert one.numbers == pytest.approx(other.numbers)
            assert one.size == pytest.approx(other.size)
            assert one.evidence == pytest.approx(other.evidence)
