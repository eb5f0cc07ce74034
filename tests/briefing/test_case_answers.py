"""The questions of owners: the demo's answers worked out again from its files, and why none."""

import csv
from collections import defaultdict
from contextlib import closing
from dataclasses import is_dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from nami_monitor.briefing.as_of import as_of
from nami_monitor.briefing.case_answers import Pace, answers, per_unit
from nami_monitor.briefing.contracts import contracts
from nami_monitor.core.periods import Period, add_months
from nami_monitor.core.words import CaseQuestion, Flag, PeriodKind, State, Unit
from nami_monitor.demo.truth import CASES_TRUTH, TRUTH
from nami_monitor.kit import shipped
from nami_monitor.kpis import CATALOGUE, Ask, KpiResult
from nami_monitor.kpis.bridge import spend_by_stream
from nami_monitor.kpis.interventions.evaluation import compare_as_planned
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.questions import Programme
from nami_monitor.store import Store
from tests.support.entries import enter

ROOT = Path(__file__).parents[2]
CASES = shipped().cases
ASKING = [number for number, case in CASES.items() if case.answers]
LAST = date(2026, 10, 1)


@pytest.fixture(scope="module")
def answered(db):
    return {(number, one.question): one for number in ASKING for one in answers(db, CASES[number])}


def parts(answered, number, question):
    found = answered[number, question]
    assert found.reason is None
    return found.parts


def read(name):
    """The rows of a file of the demo, as text."""
    with (ROOT / "data" / "demo" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def day(written):
    d, m, y = map(int, written.split("-"))
    return date(y, m, d)


def number(written):
    return float(written.replace(".", "").replace(",", "."))


def test_every_question_is_asked_by_a_case_and_answered_on_the_demo(answered):
    assert {question for _, question in answered} == set(CaseQuestion)
    assert all(one.parts and one.reason is None for one in answered.values())
    assert ASKING == [2, 3, 4, 5, 6, 7, 9]


# --- 2: the pace of programmes ------------------------------------------------------------------


def test_the_pace_of_a_programme_is_that_of_its_plan(answered):
    plan = read("velden_planning.csv")
    for one, first, last, cap in zip(
        parts(answered, 2, CaseQuestion.PACE),
        (date(2019, 1, 1), date(2019, 7, 1)),
        (date(2029, 12, 1), date(2029, 6, 1)),
        CASES_TRUTH.caps,
        strict=True,
    ):
        code = one.programme.period.kind
        built = [row["Kwartaal"] for row in plan
                 if row["Programma"] == code and row["Stand"] == "Gereed"]  # fmt: skip
        months = 12 * (2026 - first.year) + 9 - first.month + 1  # until September, the last report
        done, lately = len(built), sum(quarter > "2025-Q3" for quarter in built)
        assert (one.done, one.cap, one.last_year) == (done, cap, lately)
        assert one.rates == pytest.approx((12 * done / months, lately))
        left = 12 * (last.year - 2026) + last.month - 9
        assert one.needed == pytest.approx(12 * (cap - done) / left)
        assert one.at_end(one.a_year) == pytest.approx(done + done / months * left)
        assert (one.passed, one.term) == (months + 1, months + left)
        assert one.in_time == (False, False)


def pace(done, last_year, cap=10, passed=48, term=96):
    """Ten units in eight years, of which half has passed."""
    first = date(2022, 1, 1)
    period = Period(first, add_months(first, term - 1), "P")
    month = add_months(first, passed - 1)
    blank = CATALOGUE["steer_programme_progress"].blank(Period(month, month, "month"), {})
    progress = replace(blank, numerator=float(done), denominator=float(cap))
    return Pace(Programme("P", "c", "u", period), progress, month, done, last_year)


@pytest.mark.parametrize(
    ("done", "last_year", "in_time"),
    [(5, 2, (True, True)), (5, 1, (True, False)), (4, 2, (False, True)), (4, 1, (False, False))],
)
def test_a_cap_is_met_in_time_at_either_pace_or_not(done, last_year, in_time):
    found = pace(done, last_year)
    assert found.in_time == in_time
    for rate, holds in zip(found.rates, in_time, strict=True):
        assert (found.reached(rate) <= found.programme.period.last) == holds
    assert found.needed == pytest.approx((10 - done) / 4)
    assert found.reached(0.0) is None


def test_a_programme_that_is_over_needs_no_pace():
    assert pace(4, 1, passed=96).needed is None
    assert pace(4, 1, passed=96).passed == 96


def planned(own, code, starts, ends, units):
    own("programmes", programme=code, title=code, category="artificial_pitches", unit="veld",
        cap=10, starts_on=starts, ends_on=ends)  # fmt: skip
    for at, period in enumerate(units):
        store = own("programme_units", programme=code, unit_id=f"{code}-{at}", period=period,
                    status="done")  # fmt: skip
    return store


@pytest.mark.slow
def test_a_young_programme_and_an_old_report_give_no_pace(own):
    planned(own, "ZONDER", None, None, ["2026-06"])  # a term is needed to say how much has passed
    planned(own, "JONG", "2026-03-01", "2030-12-31", ["2026-06"])
    store = planned(own, "OUD", "2019-01-01", "2030-12-31", ["2024-Q4"])
    with store.read() as db:
        (found,) = answers(db, CASES[2])
    reasons = {one.programme.title: one.reason for one in found.parts}
    assert reasons["JONG"].key == "pace_young"
    assert reasons["JONG"].values == {"n": 4, "least": 12}
    assert reasons["OUD"].key == "pace_old"
    assert reasons["OUD"].values == {"month": date(2024, 12, 1)}
    assert reasons["Velden gemeente A"] is None
    assert "ZONDER" not in reasons


# --- 3: per answer ------------------------------------------------------------------------------

REPORTED = {
    "events": "Evenementen", "goodies": "Weggevertjes", "meals": "Maaltijden",
    "printed_invitations": "Gedrukte uitnodigingen", "vegetarian_meals": "Vegetarische maaltijden",
}  # fmt: skip


def test_reports_are_divided_by_the_posts_that_answered(answered):
    (found,) = parts(answered, 3, CaseQuestion.PER_ANSWER)
    rows = read("posten_evenementen.csv")
    by_year = {
        year: {row["Post"]: row for row in rows if day(row["Van"]).year == year}
        for year in (2024, 2025)
    }
    assert set(found.reported) == set(REPORTED)
    for measure, column in REPORTED.items():
        now, before = (
            {post: number(row[column]) for post, row in by_year[year].items()}
            for year in (2025, 2024)
        )
        assert found.reported[measure] == now
        assert found.earlier[measure] == before
        assert per_unit(found.reported[measure]) == pytest.approx(sum(now.values()) / len(now))
        both = found.both(measure)
        assert set(both) == set(now) & set(before)
        assert len(both) == CASES_TRUTH.answered[0]
        assert per_unit(found.earlier[measure], both) == pytest.approx(
            sum(before[post] for post in both) / len(both)
        )
    assert found.silence.numerator == CASES_TRUTH.posts - CASES_TRUTH.answered[1]
    assert found.silence.denominator == CASES_TRUTH.posts


def test_those_who_did_not_answer_are_no_zeros(db):
    (found,) = answers(db, CASES[3], "JAARPLAN-2026")
    assert found.reason.key == "not_loaded"
    assert per_unit({}) is None


# --- 4 and 5: pavilions, elections and their contract -------------------------------------------


def test_the_share_with_a_second_life_is_the_same_though_the_kilograms_fell(answered):
    before, now = parts(answered, 4, CaseQuestion.SECOND_LIFE)
    again = CASES_TRUTH.pavilion_second_life
    assert (before.denominator, now.denominator) == (900_000 * 0.75, 1_000_000 * 0.6)
    assert (before.value, now.value) == pytest.approx((100 * again, 100 * again))
    assert now.numerator - before.numerator == pytest.approx(-52_500)


def test_paper_stands_by_component_beside_the_last_election_of_its_kind(answered):
    before, now = parts(answered, 5, CaseQuestion.PAPER)
    voters = {row["Verkiezing"]: number(row["Kiesgerechtigden"])
              for row in read("kiesgerechtigden.csv")}  # fmt: skip
    kg = defaultdict(float)
    for row in read("stembiljetten_drukwerk.csv"):
        kg[row["Project"], row["Onderdeel"]] += number(row["Massa kg"])
    for one, code in ((before, "TK-2023"), (now, "TK-2025")):
        assert one.total.period.kind == code
        per_voter = {
            name: kg[code, part] / voters[code]
            for name, part in (("ballot", "Stembiljet"), ("information_sheet", "Informatieblad"))
            if (code, part) in kg
        }
        assert one.components == pytest.approx(per_voter)
        assert one.total.value == pytest.approx(sum(per_voter.values()))
    assert now.components["ballot"] / before.components["ballot"] == pytest.approx(0.6)


def test_an_election_without_another_of_its_kind_stands_alone(db):
    paper, _ = answers(db, CASES[5], "EP-2024")
    (only,) = paper.parts
    assert only.total.period.kind == "EP-2024"


def test_the_contract_of_eight_years_says_how_much_of_it_has_passed(answered, db):
    (one,) = parts(answered, 5, CaseQuestion.CONTRACTS)
    assert one.contract.number == "ZL-2022-090"
    assert one.months == (58, 96)
    assert one.contract in contracts(db, LAST, {"category": ("ballot_papers",)})
    early = as_known(db, date(2023, 2, 1), 5)[CaseQuestion.CONTRACTS].parts
    assert [each.months for each in early] == [(14, 96)]


def test_a_contract_without_an_end_has_no_term(own):
    store = own("contracts", contract_id="OPEN", title="Open", category="ballot_papers",
                starts_on="2024-01-01")  # fmt: skip
    with store.read() as db:
        terms = {one.contract.number: one.months for one in answers(db, CASES[5])[1].parts}
    assert terms == {"OPEN": None, "ZL-2022-090": (58, 96)}


def as_known(db, month, case):
    with as_of(db, month) as known:
        return {one.question: one for one in answers(known, CASES[case])}


# --- 6 and 7: channels, measures, streams -------------------------------------------------------


def ordered(db, test, *values):
    """Pieces, kilograms and euros of the order lines that pass a test, from the lines alone."""
    return db.rows(
        "select sum(quantity), sum(quantity * p.mass_kg), sum(amount_eur) from orders as o"
        " left join (select source, product_id, any_value(mass_kg) as mass_kg from products"
        " group by all) as p on p.source = o.product_source and p.product_id = o.product_id"
        f" where {test}",
        list(values),
    )[0]


def test_channels_stand_by_their_names_and_add_up(answered, db):
    *apart, whole = parts(answered, 6, CaseQuestion.CHANNELS)
    assert [one.channel for one in apart] == ["cabinet", "webshop"]
    days = db.value(
        "select sum(value) from measurements as m join locations using (location_id)"
        " where activity_measure = 'staff_days' and period_start between '2025-11-01' and"
        " '2026-10-31' and location_id in (select location_id from orders"
        " where category = 'office_supplies')"
    )
    for one in apart:
        pieces, _, _ = ordered(
            db, "channel = ? and category = 'office_supplies' and base_unit = 'stuk'"
            " and ordered_on between '2025-11-01' and '2026-10-31'", one.channel,
        )  # fmt: skip
        assert one.after.numerator == pieces
        assert one.after.value == pytest.approx(pieces / days)
    assert whole.whole
    assert whole.after.value == pytest.approx(sum(one.after.value for one in apart))
    assert whole.before.period.last == date(2025, 10, 1)


def test_what_lacks_its_activity_shows_what_was_ordered(db):
    found = as_known(db, date(2024, 12, 1), 6)[CaseQuestion.CHANNELS]
    *_, whole = found.parts
    assert whole.after.state is State.NOT_COMPUTABLE
    assert whole.after.reason.key == "activity_missing"
    assert whole.after.numerator > 0


def test_a_measure_that_cannot_be_compared_has_no_plain_numbers(own):
    store = own(
        "interventions", intervention_id="M-9", title="Balie", category="office_supplies",
        strategy="refuse", status="running", starts_on="2025-01-01", ramp_months=0,
        anticipation_months=0, target_channel="balie", substitute_channels="webshop",
        locations="ZL-001", may_spread="false",
    )  # fmt: skip
    with store.read() as db:
        numbers = {one.evaluation.intervention.code: one.numbers
                   for one in answers(db, CASES[6])[1].parts}  # fmt: skip
    assert numbers["M-9"] == ()
    assert len(numbers["ZL-I-3"]) == 2


MEANS = {Unit.BASE: 0, Unit.KG: 1}


@pytest.mark.parametrize(("case", "code"), [(6, "ZL-I-3"), (7, "ZL-I-4")])
def test_plain_numbers_are_means_of_the_order_lines(answered, db, case, code):
    (found,) = [one for one in parts(answered, case, CaseQuestion.MEASURES)
                if one.evaluation.intervention.code == code]  # fmt: skip
    one, window, sites = found.evaluation, found.evaluation.window, found.evaluation.sites
    measure = one.intervention
    settled = window.pre[: len(window.pre) - window.anticipation]
    sides = ((settled, "before"), (window.post, "after"))
    wanted = (
        (measure.products, (measure.target_channel,)),
        (measure.substitute_products, measure.substitute_channels),
    )
    for (products, channels), numbers in zip(wanted, found.numbers, strict=True):
        for places, means in ((sites.treated, numbers.treated), (sites.controls, numbers.others)):
            for months, side in sides:
                total = ordered(
                    db,
                    "list_contains(?::varchar[], o.product_id) and list_contains(?::varchar[],"
                    " channel) and list_contains(?::varchar[], location_id)"
                    " and list_contains(?::date[], date_trunc('month', ordered_on)::date)",
                    list(products), list(channels), list(places), list(months),
                )[MEANS[one.unit]]  # fmt: skip
                mean = float(total or 0) / (len(places) * len(months))
                assert getattr(means, side) == pytest.approx(mean), (code, side)


def test_the_pilot_is_set_against_the_rest_and_starts_with_its_month(answered, db):
    *_, pilot = parts(answered, 6, CaseQuestion.MEASURES)
    cabinet, shop = pilot.numbers
    assert pilot.evaluation.sites.treated == (TRUTH.pilot,)
    assert cabinet.treated.after == 0 < cabinet.others.after
    assert shop.treated.after / shop.treated.before > 3 > shop.others.after / shop.others.before
    early = as_known(db, date(2025, 1, 1), 6)[CaseQuestion.MEASURES].parts
    assert "ZL-I-3" not in {one.evaluation.intervention.code for one in early}
    # nobody else can be compared with where every location took part
    everywhere = parts(answered, 6, CaseQuestion.MEASURES)[0]
    assert all(numbers.others is None for numbers in everywhere.numbers)


def test_months_in_which_a_measure_is_off_are_neither_before_nor_after(answered, db):
    *_, pilot = parts(answered, 6, CaseQuestion.MEASURES)
    found = compare_as_planned(pilot.evaluation.intervention, read_panel_data(db))
    crossing = replace(found, intervention=replace(found.intervention, turn_months=3))
    amounts = found.array(found.outcomes.substitute, Unit.BASE)[0]
    post = [at for at, month in enumerate(found.window.months) if month in found.window.post]
    on = [at for at in post if (at - post[0]) // 3 % 2 == 0]  # no month of it is missing
    means = crossing.means(found.outcomes.substitute, Unit.BASE, found.treated)
    assert means.after == pytest.approx(amounts[on].mean())
    assert means.after != pytest.approx(amounts[post].mean())
    assert means.before == pilot.numbers[1].treated.before


def test_before_any_measure_began_that_is_said(db):
    found = as_known(db, date(2024, 6, 1), 7)[CaseQuestion.MEASURES]
    assert (found.parts, found.reason.key) == ((), "none_in_force")


SANITARY = ROOT / "nami_monitor" / "demo" / "sanitary_articles.csv"
ARTICLES = {
    code: (row["old"], row["stream"], row["unit"])
    for row in csv.DictReader(SANITARY.read_text("utf-8").splitlines())
    for code in (row["old"], row["new"])
}
"""By either code of an article the old one, its stream and its unit."""


def bought(db, first, last):
    """Euros and base units of each article between two months, from the order lines alone."""
    found = defaultdict(lambda: [0.0, 0.0])
    for code, amount, units in db.rows(
        "select product_id, coalesce(sum(amount_eur), 0), coalesce(sum(quantity), 0) from orders"
        " where category = 'sanitary_supplies' and date_trunc('month', ordered_on) between ? and ?"
        " group by 1",
        [first, last],
    ):
        own = found[ARTICLES[code][0]]
        own[0] += float(amount)
        own[1] += float(units)
    return found


def test_the_split_is_told_by_stream_in_price_volume_and_mix(answered, db):
    (found,) = parts(answered, 7, CaseQuestion.STREAMS)
    assert found.since == TRUTH.contract_split
    before = bought(db, date(2024, 1, 1), date(2024, 12, 1))
    after = bought(db, date(2025, 11, 1), LAST)
    assert {one.stream for one in found.spend.streams} == {"hardware", "refill", "service"}
    for one in found.spend.streams:
        own = [code for code, (old, stream, _) in ARTICLES.items()
               if code == old and stream == one.stream]  # fmt: skip
        assert one.before == pytest.approx(sum(before[code][0] for code in own))
        assert one.after.value == pytest.approx(sum(after[code][0] for code in own))
        price = volume = mix = 0.0
        for unit in {ARTICLES[code][2] for code in own}:
            alike = [code for code in own if ARTICLES[code][2] == unit]
            growth = sum(after[c][1] for c in alike) / sum(before[c][1] for c in alike)
            for code in alike:
                (a0, q0), (a1, q1) = before[code], after[code]
                price += a1 - q1 * a0 / q0
                volume += (growth - 1) * a0
                mix += q1 * a0 / q0 - growth * a0
        split = one.split
        assert (float(split.price), float(split.volume), float(split.mix)) == pytest.approx(
            (price, volume, mix), abs=1e-6
        )
        assert float(split.change) == pytest.approx(one.after.value - one.before)
        assert split.new == split.vanished == split.unsplit == 0
    total = found.spend.after.value - found.spend.before.value
    assert sum(float(one.split.change) for one in found.spend.streams) == pytest.approx(total)
    assert Flag.DATA_BREAK in found.spend.before.flags


def test_a_stream_that_lacks_a_month_is_not_told_and_the_others_are(db):
    (found,) = as_known(db, date(2026, 3, 1), 7)[CaseQuestion.STREAMS].parts
    told = {one.stream: one.split for one in found.spend.streams}
    assert told["service"] is None
    assert told["hardware"] is not None
    assert told["refill"] is not None
    assert found.spend.after.reason.key == "missing_month"


def test_what_only_the_former_contract_bought_stands_apart(db):
    before = bought(db, date(2024, 1, 1), date(2024, 12, 1))
    month, gone = next(
        (month, gone)
        for month in map(add_months, [LAST] * 20, range(0, -20, -1))
        if (gone := set(before) - set(bought(db, month, month)))
    )
    found = spend_by_stream(
        db,
        Ask(where={"category": ("sanitary_supplies",), "family": ("ZL-2019-011",)}),
        Period(date(2024, 1, 1), date(2024, 12, 1), PeriodKind.R12),
        Period(month, month, PeriodKind.MONTH),
    )
    last = found.streams[-1]
    assert (last.stream, last.after.value) == (None, 0)
    assert last.before == pytest.approx(sum(before[code][0] for code in gone))
    assert float(last.split.vanished) == pytest.approx(-last.before)
    change = found.after.value - found.before.value
    assert sum(float(one.split.change) for one in found.streams) == pytest.approx(change)


def test_a_split_of_later_is_not_told_yet(own):
    own("contracts", contract_id="OUD", title="Oud", category="sanitary_supplies",
        starts_on="2020-01-01")  # fmt: skip
    store = own("contracts", contract_id="NIEUW", title="Nieuw", category="sanitary_supplies",
                starts_on="2027-01-01", stream="refill", replaces="OUD")  # fmt: skip
    with store.read() as db:
        assert [one.family for one in answers(db, CASES[7])[1].parts] == ["ZL-2019-011"]


@pytest.mark.parametrize(
    ("month", "key"), [(date(2024, 12, 1), "no_streams"), (date(2025, 11, 1), "split_young")]
)
def test_too_soon_after_a_split_nothing_is_compared(db, month, key):
    found = as_known(db, month, 7)[CaseQuestion.STREAMS]
    assert (found.parts, found.reason.key) == ((), key)


# --- 9: what stands idle ------------------------------------------------------------------------


def idle_at(until):
    """Pieces noticed as surplus and not taken by a day, from the file."""
    last = {}
    for row in sorted(read("inrichting_gebeurtenissen.csv"), key=lambda row: day(row["Datum"])):
        if day(row["Datum"]) <= until:
            last[row["Objectnummer"]] = row["Gebeurtenis"]
    return {code for code, kind in last.items() if kind == "Boventallig gemeld"}


@pytest.mark.parametrize(
    ("month", "end"), [(LAST, date(2026, 10, 31)), (date(2025, 6, 1), date(2025, 6, 30))]
)
def test_what_stands_idle_stands_beside_what_is_bought_new(db, month, end):
    (one,) = as_known(db, month, 9)[CaseQuestion.IDLE].parts
    idle = idle_at(end)
    assert one.count == len(idle) == len(one.told)
    assert {asset.asset for asset in one.told} == idle
    first = add_months(month, -11)
    new = [row for row in read("inrichting_bestellingen.csv")
           if row["Staat"] == "Nieuw" and first <= day(row["Besteldatum"]) <= end]  # fmt: skip
    pieces = sum(number(row["Aantal"]) for row in new)
    spend = sum(number(row["Bedrag excl. btw"]) for row in new)
    assert (one.bought, one.spend.value) == (pieces, spend)
    assert one.worth == pytest.approx(len(idle) * spend / pieces)
    if month == LAST:
        assert len(idle) == CASES_TRUTH.idle
        assert one.longest == date(2026, 2, 12)


def test_what_is_taken_or_leaves_stands_idle_no_more(own):
    for asset, kind in (("ME-0199", "surplus_matched"), ("ME-0198", "retired")):
        store = own("asset_events", asset_id=asset, happened_on="2026-10-20", kind=kind)
    store = own(
        "asset_events", asset_id="ME-0150", happened_on="2026-10-21", kind="surplus_noticed"
    )
    with store.read() as db:
        (answer,) = answers(db, CASES[9])
    (one,) = answer.parts
    assert one.count == CASES_TRUTH.idle - 2 + 1
    assert {"ME-0150"} == {each.asset for each in one.told} - idle_at(date(2026, 10, 31))


def test_where_a_small_location_has_something_idle_the_list_leaves_it_out(own):
    asset = "ME-7777"
    own("assets", asset_id=asset, category="furnishing", location_id=TRUTH.tiny_location,
        acquired_on="2020-01-15")  # fmt: skip
    store = own("asset_events", asset_id=asset, happened_on="2026-10-21", kind="surplus_noticed")
    with store.read() as db:
        (answer,) = answers(db, CASES[9])
    (one,) = answer.parts
    assert one.count == CASES_TRUTH.idle + 1
    assert asset not in {each.asset for each in one.told}


def test_without_orders_what_stands_idle_has_no_price(tmp_path):
    with closing(Store(tmp_path / "own.duckdb")) as store:
        enter(store, "categories", {"category": "desks", "name_nl": "Bureaus", "name_en": "Desks",
                                    "kit_cases": "9"}, "tester")  # fmt: skip
        enter(store, "locations", {"location_id": "A", "name": "A", "organisation": "O"}, "tester")
        enter(store, "assets", {"asset_id": "M1", "category": "desks", "location_id": "A",
                                "acquired_on": "2020-01-05"}, "tester")  # fmt: skip
        enter(store, "asset_events", {"asset_id": "M1", "happened_on": "2024-05-06",
                                      "kind": "surplus_noticed"}, "tester")  # fmt: skip
        with store.read() as db:
            (answer,) = answers(db, CASES[9])
    (one,) = answer.parts
    assert (one.count, one.bought, one.worth) == (1, None, None)
    assert one.spend.reason.key == "no_data"


# --- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ASKING)
def test_on_an_empty_database_every_question_says_why_there_is_no_answer(tmp_path, number):
    with closing(Store(tmp_path / "own.duckdb")) as store:
        with store.write():
            pass
        with store.read() as db:
            found = answers(db, CASES[number])
    assert [one.question for one in found] == list(CASES[number].answers)
    assert all(one.parts == () and one.reason is not None for one in found)


def figures(part):
    """Every figure in an answer, however deep."""
    if isinstance(part, KpiResult):
        yield part
    elif isinstance(part, tuple | list):
        for each in part:
            yield from figures(each)
    elif is_dataclass(part):
        yield from figures(list(vars(part).values()))


def test_no_figure_of_an_answer_is_later_than_its_month(db):
    month = date(2025, 6, 1)
    with as_of(db, month) as known:
        for case in ASKING:
            for one in answers(known, CASES[case]):
                months = [figure.month for figure in figures(one.parts)]
                assert all(each <= month for each in months), one.question
                assert months or one.question in {CaseQuestion.CONTRACTS, CaseQuestion.MEASURES,
                                                  CaseQuestion.STREAMS}  # fmt: skip
