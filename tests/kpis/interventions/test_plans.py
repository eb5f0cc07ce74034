"""Evaluation plans: which holds, when a verdict is written, and what becomes of it."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from nami_monitor.briefing import waterbed as briefing
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months, month_range
from nami_monitor.core.words import Design, PlanState, Unit, Verdict
from nami_monitor.i18n import LANGS
from nami_monitor.ingest.book import booking
from nami_monitor.ingest.book.undo import undo
from nami_monitor.ingest.book.verdicts import take_anew
from nami_monitor.kpis.interventions.evaluation import in_primary_unit, portfolio
from nami_monitor.kpis.interventions.plans import (
    EvaluationPlan,
    FrozenVerdict,
    judgements,
    plan_on_record,
    read_verdict,
    stated_plan,
)
from nami_monitor.signals.signal_rules import of_effect
from nami_monitor.store.journal import JournalEntry, history
from nami_monitor.waterbed.looks import Look
from nami_monitor.waterbed.verdicts import critical
from tests.kpis.interventions.offices import (
    CATEGORIES,
    MONTHS,
    OFFICES,
    PRODUCTS,
    START,
    Offices,
)
from tests.support.monitor import Monitor

EARLY, LATE = dt.datetime(2024, 5, 3), dt.datetime(2025, 6, 4)  # noqa: DTZ001 - as stored, UTC
DUE = add_months(START, 9)
AFTER_9 = {"evaluate_after": "9"}
LAST = MONTHS[-1]

pytestmark = pytest.mark.usefixtures("booked")


@pytest.fixture
def booked(monkeypatch):
    """Lets what follows be booked at a moment."""

    def at(moment):
        monkeypatch.setattr(booking, "now", lambda: moment)

    at(EARLY)
    return at


def register(monitor, **plan):
    world = Offices()
    world.register[0] |= {name: f'"{value}"' for name, value in plan.items()}
    monitor.load_rows("interventions", [*world.register[0]], world.register_rows())


def deliver(monitor, until, since=MONTHS[0], channels=("cabinet", "webshop"), **more):
    """Import the order lines of some months, a file for each channel."""
    world = Offices()
    months = set(month_range(since, until))
    world.pens = {key: pens for key, pens in world.pens.items() if key[1] in months}
    articles = {"cabinet": "P1", "webshop": "W1"}
    files = [world.channel(monitor, name, articles[name], **more) for name in channels]
    return monitor.load_together(*files)


def load_masters(monitor):
    header = ["location_id", "name", "organisation", "group", "opened_on", "closed_on"]
    rows = [[code, code, "Org", *one.values()] for code, one in Offices().locations.items()]
    monitor.load_together(
        monitor.text("categories", CATEGORIES),
        monitor.file("locations", header, rows),
        *(monitor.text("products", PRODUCTS, source=at) for at in ("cabinet", "webshop")),
    )


@pytest.fixture
def masters(begin_with, monitor):
    """Offices and articles; no order, no measure."""

    return begin_with(monitor, load_masters)


@pytest.fixture(scope="session")
def planned(begin_with):
    """``planned(monitor)`` begins with a measure judged after 9 months, and orders until then."""

    def load(one):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(booking, "now", lambda: EARLY)
            world = Offices(register=[])
            world.pens = {key: n for key, n in world.pens.items() if key[1] < DUE}
            world.load(one)
            register(one, **AFTER_9)

    return lambda monitor: begin_with(monitor, load)


def stands(monitor):
    with monitor.store.read() as db:
        return judgements(db)["I1"]


def told(monitor, lang="nl"):
    """The headline, and what to know of plan and verdicts."""
    with monitor.store.read() as db:
        (one,) = in_primary_unit(db)
    return briefing.verdict(one, lang), " ".join(briefing.plan_remarks(one, lang))


def figures(verdict: FrozenVerdict):
    """All of a verdict but when it was written, and sums whose last digits hang on their order."""
    return replace(verdict, at=EARLY, rests_on={}).body()


ONE_YEAR, HALF_YEAR = EvaluationPlan((12,)), EvaluationPlan((6,), Unit.KG, one_sided=True)


def test_the_plan_from_before_the_start_holds_and_later_ones_are_on_record():
    start = START
    found = plan_on_record(start, [(EARLY, HALF_YEAR), (LATE, ONE_YEAR)])
    assert (found.plan, found.afterwards) == (HALF_YEAR, False)
    assert (found.later, found.since) == (ONE_YEAR, LATE)
    found = plan_on_record(start, [(EARLY, ONE_YEAR), (EARLY, HALF_YEAR)])
    assert (found.plan, found.before, found.later) == (HALF_YEAR, ONE_YEAR, None)
    found = plan_on_record(start, [(LATE, HALF_YEAR)])
    assert (found.plan, found.afterwards, found.later) == (EvaluationPlan(), True, HALF_YEAR)
    found = plan_on_record(start, [(LATE, replace(ONE_YEAR, decision="stop"))])
    assert (found.plan.decision, found.later) == ("stop", None)
    on_the_day = dt.datetime(2024, 7, 1, 0, 5)  # noqa: DTZ001 - as stored, UTC
    assert plan_on_record(start, [(on_the_day, HALF_YEAR)]).afterwards


def test_a_row_says_a_plan_and_nothing_is_the_default():
    row = {"evaluate_after": "6; 9;12", "primary_unit": "eur", "design": "no_controls",
           "sides": "one_sided", "would_decide": "everywhere"}  # fmt: skip
    found = stated_plan(row)
    assert found == EvaluationPlan(
        (6, 9, 12), Unit.EUR, Design.NO_CONTROLS, one_sided=True, decision="everywhere"
    )
    assert stated_plan(dict.fromkeys(row)) == EvaluationPlan() == ONE_YEAR


@pytest.mark.parametrize("written", ["0", "12;6", "6;6", "-3", "six", "1000", ""])
def test_dates_that_do_not_rise_after_the_start_are_set_aside_with_their_sentence(masters, written):
    register(masters, evaluate_after=written)
    with masters.store.read() as db:
        rules = [rule for (rule,) in db.rows("select rule from set_aside")]
        there = db.value("select count(*) from interventions")
    assert (rules, there) == (([], 1) if not written else (["evaluate_after_rising"], 0))


def test_before_its_date_nothing_is_claimed_on_any_surface(planned, monitor):
    monitor = planned(monitor)
    found = stands(monitor)
    assert (found.state, found.due, found.last) == (PlanState.PROVISIONAL, DUE, None)
    for lang, words in (("nl", "oordeel over april 2025"), ("en", "verdict on April 2025")):
        headline, _ = told(monitor, lang)
        assert words in headline
        assert ("voorlopig" if lang == "nl" else "so far") in headline
        for verdict in Verdict:
            assert briefing.text(f"waterbed.verdicts.{verdict}", lang) not in headline
    with monitor.store.read() as db:
        (one,) = in_primary_unit(db)
        assert portfolio(db).evaluated == 0
    assert one.claims == ()
    assert one.verdicts != ()
    assert of_effect(one.claims, None, None) == ()
    quotient = monitor.one("waterbed_quotient", "2025-03", kind="r12")
    assert quotient.reason.key == "not_evaluated"


def test_the_delivery_that_completes_the_months_writes_the_verdict_once(planned, monitor):
    monitor = planned(monitor)
    deliver(monitor, DUE, DUE)
    first = stands(monitor)
    assert (first.state, first.due) == (PlanState.EVALUATED, None)
    assert first.last.verdicts == (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN)
    assert first.last.post_months == 10
    assert first.last.who == ""
    deliver(monitor, LAST, add_months(DUE, 1))
    later = stands(monitor)
    assert [figures(each) for each in later.verdicts] == [figures(first.last)]
    assert later.changed == ()
    headline, remarks = told(monitor)
    assert "Er is per saldo minder besteld" in headline
    assert "Sinds dan, tot en met juni 2025" in remarks
    for month, expected in ((DUE, 1), (add_months(DUE, -1), 0)):
        with read_as_of(monitor.store, month) as db:
            assert len(judgements(db)["I1"].verdicts) == expected


def test_a_verdict_of_the_whole_history_at_once_is_the_same(masters, planned, tmp_path):
    register(masters, **AFTER_9)
    deliver(masters, LAST)
    (tmp_path / "other").mkdir()
    bit_by_bit = planned(Monitor(tmp_path / "other"))
    deliver(bit_by_bit, DUE, DUE)
    at_once, then = (stands(one) for one in (masters, bit_by_bit))
    bit_by_bit.store.close()
    assert figures(at_once.last) == figures(then.last)
    assert at_once.last.rests_on.keys() == then.last.rests_on.keys()
    assert at_once.changed == then.changed == ()


def test_an_undo_leaves_the_verdict_and_it_says_that_data_changed(planned, monitor):
    monitor = planned(monitor)
    reports = deliver(monitor, DUE, DUE)
    written = stands(monitor).last
    looked = undo(monitor.store, reports[0].batch, look_only=True)
    assert looked.verdicts == ("I1",)
    assert stands(monitor).changed == ()
    assert undo(monitor.store, reports[0].batch, who="t") == looked
    found = stands(monitor)
    assert figures(found.last) == figures(written)
    assert found.changed == (DUE,)
    for lang, words in (("nl", "sindsdien gewijzigd, in apr 2025"), ("en", "data changed since")):
        assert words in told(monitor, lang)[1]
    with pytest.raises(UserError, match="still_waiting"):
        take_anew(monitor.store, "I1", "chef")
    deliver(monitor, DUE, DUE, ["cabinet"])
    assert stands(monitor).changed == ()


def test_what_comes_late_changes_nothing_until_a_person_takes_it_anew(planned, monitor):
    monitor = planned(monitor)
    deliver(monitor, DUE, DUE)
    first = stands(monitor).last
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur"]
    row = [add_months(DUE, -2), OFFICES[0], "office", "W1", 400, 200]
    monitor.load_rows("orders", header, [row], source="webshop", channel="webshop", grain="month")
    found = stands(monitor)
    assert found.changed == (add_months(DUE, -2),)
    assert [figures(each) for each in found.verdicts] == [figures(first)]
    with pytest.raises(UserError, match=r"entry\.who"):
        take_anew(monitor.store, "I1", " ")
    before = monitor.store.version()
    take_anew(monitor.store, "I1", "chef")
    assert monitor.store.version() > before
    found = stands(monitor)
    assert (found.state, found.changed) == (PlanState.AGAIN, ())
    assert figures(found.verdicts[0]) == figures(first)
    assert found.last.spill.value > first.spill.value
    assert (found.last.who, found.last.month) == ("chef", DUE)
    assert "door chef" in told(monitor)[1]


def test_a_month_that_is_not_delivered_is_waited_for_and_then_named(planned, monitor):
    monitor = planned(monitor)
    deliver(monitor, DUE, DUE, ["cabinet"])
    found = stands(monitor)
    assert (found.state, found.waiting) == (PlanState.WAITING, (("webshop", DUE),))
    assert "wacht op gegevens: webshop over apr 2025" in told(monitor)[0]
    with pytest.raises(UserError, match="still_waiting"):
        take_anew(monitor.store, "I1", "chef")
    deliver(monitor, LAST, add_months(DUE, 1), ["cabinet"])
    assert stands(monitor).state is PlanState.WAITING, "two months later"
    header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur"]
    rows = [[add_months(DUE, 3), office, "office", "P1", 60, 30] for office in OFFICES[1:]]
    monitor.load_rows("orders", header, rows, source="cabinet", channel="cabinet", grain="month")
    found = stands(monitor)
    assert (found.state, found.last.verdicts) == (
        PlanState.NOT_ENOUGH,
        (Verdict.NOT_ENOUGH_DATA,),
    )
    assert found.last.missing == (("webshop", DUE),)
    for lang, words in (("nl", "niet geleverd: webshop over apr"), ("en", "webshop for Apr")):
        assert words in told(monitor, lang)[0]
    deliver(monitor, DUE, DUE, ["webshop"])
    found = stands(monitor)
    assert [each.estimated for each in found.verdicts] == [False, True]
    assert found.state is PlanState.EVALUATED
    assert "te weinig gegevens" in told(monitor)[1]


def test_several_dates_widen_each_interval_by_the_plan(masters):
    register(masters, evaluate_after="6;9;11", would_decide="Overal invoeren.")
    deliver(masters, LAST)
    found = stands(masters)
    assert [each.month for each in found.verdicts] == [add_months(START, n) for n in (6, 9, 11)]
    assert found.due is None
    degrees = len(OFFICES) - 1 - 2
    for at, each in enumerate(found.verdicts):
        reach = (each.gross.high - each.gross.value) / each.gross.se
        assert reach == pytest.approx(Look((7, 10, 12), at).reach(29, degrees))
        assert reach > critical(degrees)
    _, remarks = told(masters)
    assert "Geplande oordelen: 3" in remarks
    assert "Eerder, over januari 2025" in remarks
    assert "Overal invoeren." in remarks


def test_a_one_sided_plan_and_its_unit_and_design_hold_only_before_the_start(masters, booked):
    plan = AFTER_9 | {"sides": "one_sided", "primary_unit": "eur", "design": "no_controls"}
    register(masters, **plan)
    deliver(masters, DUE)
    found = stands(masters).last
    assert (found.unit, found.design) == (Unit.EUR, Design.NO_CONTROLS)
    assert "Eenzijdig" in told(masters)[1]
    booked(LATE)
    register(masters, evaluate_after="3;6")
    changed = stands(masters)
    assert (changed.plan.months, changed.record.later.months) == ((9,), (3, 6))
    assert "na de start gewijzigd, op 4\N{NO-BREAK SPACE}jun 2025" in told(masters)[1]
    assert changed.verdicts == (found,) or figures(changed.last) == figures(found)


def test_a_plan_from_after_the_start_has_the_default_and_says_so(masters, booked):
    booked(LATE)
    register(masters, sides="one_sided", primary_unit="kg", evaluate_after="6")
    deliver(masters, LAST)
    found = stands(masters)
    assert (found.plan, found.record.afterwards) == (EvaluationPlan(), True)
    assert (found.state, found.due) == (PlanState.PROVISIONAL, add_months(START, 12))
    for lang, words in (("nl", "pas na de start vastgelegd"), ("en", "after the start")):
        assert words in told(masters, lang)[1]


def test_two_plans_are_both_named_and_the_last_one_before_the_start_holds(masters):
    register(masters, **AFTER_9)
    register(masters, evaluate_after="6")
    deliver(masters, DUE)
    found = stands(masters)
    assert [each.month for each in found.verdicts] == [add_months(START, 6)]
    assert "twee plannen" in told(masters)[1]


def test_a_unit_that_is_not_measured_gives_way_and_says_so(masters):
    for source in ("cabinet", "webshop"):
        masters.load(
            "products",
            """
            product_id name  category product_group base_unit units_per_pack mass_kg same_as
            P1         Pen   office   writing       piece     1              .       .
            W1         Pen   office   writing       piece     1              .       P1
            """,
            source=source,
        )
    register(masters, primary_unit="kg", **AFTER_9)
    deliver(masters, DUE)
    assert stands(masters).last.unit is Unit.BASE
    with masters.store.read() as db:
        (one,) = in_primary_unit(db)
    for lang, words in (("nl", "in kilogram, maar"), ("en", "in kilograms, but")):
        assert words in " ".join(briefing.remarks(one, lang))


def test_a_measure_that_ended_before_its_date_is_judged_on_the_months_until_then(masters):
    register(masters, ends_on="2025-02-28", status="ended", **AFTER_9)
    deliver(masters, DUE)
    found = stands(masters).last
    assert (found.month, found.post_months) == (DUE, 8)
    for lang, words in (("nl", "stopte in februari 2025"), ("en", "ended in February 2025")):
        assert words in told(masters, lang)[1]


def test_nothing_is_taken_anew_before_the_first_date_or_of_nobody(planned, monitor):
    monitor = planned(monitor)
    with pytest.raises(UserError, match="too_early") as early:
        take_anew(monitor.store, "I1", "chef")
    assert early.value.values["month"] == "2025-04"
    with pytest.raises(UserError, match="no_intervention"):
        take_anew(monitor.store, "I9", "chef")


def test_a_verdict_reads_back_as_it_was_written(planned, monitor):
    monitor = planned(monitor)
    deliver(monitor, DUE, DUE)
    written = stands(monitor).last
    kept = JournalEntry("I1", json.loads(json.dumps(written.body())), "", written.at)
    assert read_verdict(kept) == written
    unbound = replace(written, quotient=replace(written.quotient, high=float("inf")))
    body = json.loads(json.dumps(unbound.body(), allow_nan=False))
    assert read_verdict(replace(kept, body=body)) == unbound
    with monitor.store.read() as db:
        assert len(history(db, "verdict")) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_where_a_verdict_is_due_with_the_next_delivery_it_says_so(planned, monitor, lang):
    """As after an upgrade, when nothing was written yet."""
    monitor = planned(monitor)
    deliver(monitor, DUE, DUE)
    with monitor.store.write() as db:
        db.run("delete from kept")
    assert stands(monitor).state is PlanState.DUE
    headline, _ = told(monitor, lang)
    assert ("bij de volgende levering" if lang == "nl" else "at the next delivery") in headline
    take_anew(monitor.store, "I1", "chef")
    assert stands(monitor).state is PlanState.EVALUATED
