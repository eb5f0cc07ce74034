"""Why there is no value: every reason, and when there is a true zero."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, State
from nami_monitor.i18n import text
from tests.kpis.kpi_tables import ACTIVITY

HEADER = "ordered_on location_id category product_id channel quantity amount_eur\n"


def lines(*months, place="A", category="paper", product="P1", quantity=1, amount=5):
    return HEADER + "\n".join(
        f"{m}-05 {place} {category} {product} shop {quantity} {amount}" for m in months
    )


def year(number, start=1, end=12):
    return [f"{number}-{m:02}" for m in range(start, end + 1)]


def reason(result):
    assert result.value is None
    assert result.state is State.NOT_COMPUTABLE
    return result.reason.key


def test_an_empty_database_has_no_figures(monitor):
    assert monitor.ask("impact_spend", until=None) == []
    assert reason(monitor.one("impact_spend")) == "no_data"


def test_a_missing_month_is_never_zero(shop):
    shop.load("orders", lines("2024-01", "2024-02", "2024-03", "2024-05"), source="Shop")
    missing = shop.one("impact_spend", "2024-04")
    assert reason(missing) == "missing_month"
    assert missing.reason.values["source"] == "Shop"
    assert missing.completeness == 0
    assert reason(shop.one("impact_spend", "2024-05", kind="ytd")) == "missing_month"
    assert shop.one("impact_spend", "2024-03", kind="quarter").value == 15
    assert reason(shop.one("impact_spend", "2024-06")) == "outside_data"
    assert reason(shop.one("impact_spend", "2023-12")) == "not_begun"


def test_a_delivered_month_without_lines_of_a_group_is_a_true_zero(shop):
    shop.load("orders", lines(*year(2024)))
    shop.load("orders", lines("2024-02", place="B"))
    values = shop.values("impact_spend", "2024-04", by=("location",))
    assert values == {("A",): 5, ("B",): 0}
    assert shop.values("impact_spend", "2024-01", by=("location",))["B",] == "not_begun"


def test_a_full_period_without_lines_in_a_month_is_a_true_zero(shop):
    shop.load("orders", lines("2024-01", "2024-02", "2024-04"), delivery="full_period")
    assert shop.one("impact_spend", "2024-03").value == 0
    assert shop.one("impact_spend", "2024-04", kind="ytd").value == 15


def test_a_source_that_falls_silent_is_missing_and_no_saving(shop):
    shop.load("orders", lines(*year(2024, end=6)), source="Old")
    shop.load("orders", lines(*year(2024)), source="New")
    silent = shop.one("impact_spend", "2024-08")
    assert reason(silent) == "missing_month"
    assert silent.reason.values["source"] == "Old"


def test_a_contract_that_passed_to_another_source_has_no_gap(shop):
    ended = '[expects]\nfrom = "2024-01"\nuntil = "2024-06"\nevery = "month"'
    shop.load("orders", lines(*year(2024, end=6)), source="Old", more=ended)
    shop.load("orders", lines(*year(2024, start=7)), source="New")
    assert shop.one("impact_spend", kind="year").value == 60
    assert shop.one("impact_spend").sources == ("New",)


def test_a_year_that_starts_in_july_is_outside_the_data(shop):
    shop.load("orders", lines(*year(2024, start=7)))
    result = shop.one("impact_spend", kind="year")
    assert reason(result) == "outside_data"
    assert result.reason.values == {"have": 6, "wanted": 12}


def test_yearly_figures_give_years_and_no_months(shop):
    shop.load("orders", lines("2023-01", "2024-01", amount=1200), source="Year", grain="year")
    assert shop.one("impact_spend", kind="year").value == 1200
    for until in ("2024-01", "2024-03"):
        result = shop.one("impact_spend", until)
        assert reason(result) == "grain_too_coarse"
        assert result.reason.values["grain"] == "year"
    for kind in ("quarter", "ytd", "r12"):
        assert reason(shop.one("impact_spend", kind=kind)) == "grain_too_coarse"
    assert shop.values("impact_spend", kind="year", last=2) == {(): 1200}


def test_a_yearly_source_beside_a_monthly_one_is_not_left_out_of_months(shop):
    shop.load("orders", lines("2024-01", amount=1200), source="Year", grain="year")
    shop.load("orders", lines(*year(2024)), source="Month")
    assert reason(shop.one("impact_spend", "2024-05")) == "grain_too_coarse"
    assert shop.one("impact_spend", "2024-05", where={"source": ("Month",)}).value == 5
    assert shop.one("impact_spend", kind="year").value == 1260


def test_quarterly_figures_give_quarters_and_years(shop):
    text_of = lines("2024-01", "2024-04", "2024-07", "2024-10", amount=300)
    shop.load("orders", text_of, grain="quarter")
    assert shop.one("impact_spend", "2024-06", kind="quarter").value == 300
    assert shop.one("impact_spend", kind="year").value == 1200
    assert reason(shop.one("impact_spend", "2024-05")) == "grain_too_coarse"


def test_a_yearly_figure_is_not_owed_before_the_year_ends(shop):
    shop.load("orders", lines("2021-01", "2022-01", "2023-01"), source="Year", grain="year")
    shop.load("orders", lines("2024-01", "2024-02"), source="Month")
    assert shop.one("impact_spend", "2024-02").value == 5


def test_activity_that_is_missing_names_its_location(shop):
    shop.load("orders", lines("2024-11", "2024-12"))
    shop.load("orders", lines("2024-11", "2024-12", place="B"))
    shop.load("measurements", ACTIVITY.replace("2024-12-01   2024-12-31 B", "2024-10-01   "
              "2024-10-31 B"), proxy="false")  # fmt: skip
    result = shop.one("reduce_spend_per_activity", where={"category": ("paper",)})
    assert reason(result) == "activity_missing"
    assert result.reason.values == {"measure": "staff_days", "locations": "B", "n": 1}
    own = shop.values("reduce_spend_per_activity", by=("location",))
    assert own == {("A",): pytest.approx(5 / 300), ("B",): "activity_missing"}


def test_a_gap_in_activity_counts_even_when_nothing_was_ordered(shop):
    shop.load("orders", lines(*year(2024)))
    shop.load("orders", lines("2024-01", "2024-12", place="B"))
    header = "period_start period_end location_id activity_measure value unit\n"
    rows = [f"2024-{m:02}-01 2024-{m:02}-28 A staff_days 10 days" for m in range(1, 13)]
    rows += [f"2024-{m:02}-01 2024-{m:02}-28 B staff_days 10 days" for m in (1, 2, 4, 12)]
    shop.load("measurements", header + "\n".join(rows), proxy="false")
    missing = shop.one("reduce_spend_per_activity", "2024-03")
    assert missing.reason.values["locations"] == "B"
    assert shop.one("reduce_spend_per_activity", "2024-02").denominator == 20


def test_a_site_that_opens_or_closes_in_the_year_is_no_gap(shop):
    shop.load("orders", lines(*year(2024)))
    shop.load("orders", lines(*year(2024, start=4, end=8), place="B"))
    header = "period_start period_end location_id activity_measure value unit\n"
    rows = [f"2024-{m:02}-01 2024-{m:02}-28 A staff_days 10 days" for m in range(1, 13)]
    rows += [f"2024-{m:02}-01 2024-{m:02}-28 B staff_days 10 days" for m in range(4, 10)]
    shop.load("measurements", header + "\n".join(rows), proxy="false")
    whole = shop.one("reduce_spend_per_activity", kind="year")
    assert (whole.numerator, whole.denominator) == (85, 180)


def test_an_invoice_after_a_site_closed_needs_no_activity(shop):
    shop.load("locations", "location_id name organisation closed_on\nB Breda Org 2024-10-31")
    shop.load("orders", lines(*year(2024)))
    shop.load("orders", lines("2024-10", "2024-11", place="B"))
    header = "period_start period_end location_id activity_measure value unit\n"
    rows = [f"2024-{m:02}-01 2024-{m:02}-28 A staff_days 10 days" for m in range(1, 13)]
    rows += ["2024-10-01 2024-10-31 B staff_days 10 days"]
    shop.load("measurements", header + "\n".join(rows), proxy="false")
    assert shop.one("reduce_spend_per_activity", "2024-11").value == pytest.approx(1)


def test_measures_are_not_mixed_and_never_guessed(shop):
    shop.load("categories", "category name_nl name_en activity_measure\nink Inkt Ink .")
    shop.load("orders", lines("2024-12"))
    shop.load("orders", lines("2024-12", category="laptops", product="L1"))
    shop.load("measurements", ACTIVITY, proxy="false")
    assert reason(shop.one("reduce_spend_per_activity")) == "mixed_activity"
    chosen = shop.one("reduce_spend_per_activity", where={"activity": ("fte",)})
    assert chosen.value == pytest.approx(10 / 22)
    assert reason(shop.one("reduce_spend_per_activity", where={"activity": ("voters",)})) in {
        "no_activity", "activity_missing",
    }  # fmt: skip
    shop.load("orders", lines("2024-12", category="ink", product="."))
    two = {"category": ("ink", "paper")}
    silent = shop.one("reduce_spend_per_activity", where=two)
    assert reason(silent) == "no_activity_measure"
    assert silent.reason.values == {"category": "ink"}
    assert reason(shop.one("reduce_spend_per_activity", where={"category": ("ink",)})) == (
        "no_activity_measure"
    )


def test_units_are_not_added_up(shop):
    shop.load("orders", lines("2024-12"))
    shop.load("measurements", ACTIVITY, proxy="false")
    days = {"activity": ("staff_days",)}
    assert shop.one("reduce_volume_per_activity", where=days).value == pytest.approx(1 / 300)
    shop.load("orders", lines("2024-12", category="laptops", product="L1"))
    mixed = shop.one("reduce_volume_per_activity", where=days)
    assert reason(mixed) == "mixed_units"
    assert mixed.reason.values == {"count": 2}
    parts = shop.values("reduce_volume_per_activity", by=("base_unit",), where=days)
    assert parts == pytest.approx({("pack",): 1 / 300, ("piece",): 1 / 300})
    shop.load("orders", lines("2024-12", product="."))
    unknown = shop.one("reduce_volume_per_activity", where={"category": ("paper",)})
    assert reason(unknown) == "mixed_units"


def test_lines_without_what_is_needed_are_no_zero(shop):
    shop.load("orders", lines("2024-12", quantity="."))
    assert reason(shop.one("impact_mass")) == "too_little_known"
    shop.load("orders", lines("2024-11", amount="."))
    assert reason(shop.one("impact_spend", "2024-11")) == "too_little_known"
    shop.load("orders", lines(*year(2024), product="."))
    shop.load("orders", lines(*year(2024), product=".", place="B"))
    assert reason(shop.one("refuse_assortment")) == "too_little_known"
    assert reason(shop.one("rethink_circular_share")) == "too_little_known"
    shop.load(
        "orders",
        """
        ordered_on location_id category product_id channel amount_eur condition
        2024-10-05 B           laptops  L1         desk    100        reused
        """,
    )
    used = {"category": ("laptops",)}
    assert reason(shop.one("rethink_circular_share", "2024-10", where=used)) == "nothing_known"


def test_amounts_and_quantities_in_two_files_leave_nothing_out(shop):
    shop.load("orders", lines("2024-12", quantity="."), source="Amounts")
    shop.load("orders", lines("2024-12", amount="."), source="Packs", more='products_of = "S"')
    assert shop.one("impact_spend").value == 5
    assert shop.one("impact_spend").completeness == 1
    assert shop.one("impact_mass").value == 2.5


CONDITIONS = """
ordered_on location_id category product_id channel quantity condition
2024-12-05 A           laptops  L1         desk    {new}    new
2024-12-05 A           laptops  L1         desk    {used}   reused
2024-12-06 A           laptops  L1         desk    {open}   .
"""


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("new", "used", "expected"),
    [
        (3, 1, 25.0),
        (2, -2, "zero_denominator"),
        (1, -2, "returns_exceed"),
        (3, -1, "returns_exceed"),
        (-1, 3, "returns_exceed"),
        (0, 2, 100.0),
    ],
)
def test_refunds_give_no_share_outside_its_range(shop, new, used, expected):
    shop.load("orders", CONDITIONS.format(new=new, used=used, open=1))
    assert shop.values("rethink_circular_share") == {(): expected}
    assert shop.one("rethink_circular_share").completeness == pytest.approx(2 / 3)


def test_refunds_do_not_hide_that_mass_is_unknown(shop):
    shop.load("orders", lines("2024-12", quantity=10))
    shop.load("orders", lines("2024-12", quantity=-9, product="P2"))
    assert shop.one("impact_mass").completeness == pytest.approx(10 / 19)


def test_a_strategy_that_does_not_apply_says_why_and_until_when(shop):
    shop.load(
        "categories",
        """
        category name_nl   name_en refuse_applies refuse_reason refuse_look_again_on
        ballots  Stembiljet Ballots false         by~law        2027-01-01
        """,
    )
    shop.load("orders", lines(*year(2024), category="ballots", product="."))
    shop.load("orders", lines(*year(2024)))
    result = shop.one("refuse_assortment", where={"category": ("ballots",)})
    assert result.state is State.NOT_APPLICABLE
    assert result.value is None
    assert result.reason.values["reason"] == "by law"
    assert str(result.reason.values["again"]) == "2027-01-01"
    assert shop.one("impact_spend", where={"category": ("ballots",)}).value == 5
    states = {r.keys["category"]: r.state for r in shop.ask("refuse_assortment", by=("category",))}
    assert states == {"ballots": State.NOT_APPLICABLE, "paper": State.VALUE}


def test_a_break_is_flagged_in_the_periods_that_hold_it(shop):
    shop.load("orders", lines(*year(2024, end=6)), vat="excl")
    shop.load("orders", lines(*year(2024, start=7)), vat="incl", more="vat_rate = 0.21")
    assert Flag.DATA_BREAK in shop.one("impact_spend", "2024-07").flags
    assert Flag.DATA_BREAK in shop.one("impact_spend", kind="year").flags
    assert Flag.DATA_BREAK not in shop.one("impact_spend", "2024-08").flags


def test_provisional_codes_are_flagged(monitor):
    monitor.load("orders", lines("2024-12"))
    assert Flag.PROVISIONAL in monitor.one("impact_spend").flags


def test_a_programme_with_dates_is_a_period(shop):
    shop.load(
        "programmes",
        """
        programme title category unit starts_on  ends_on
        spring    Lente paper    post 2024-03-15 2024-05-10
        open      Open  paper    post 2024-03-15 .
        """,
    )
    shop.load("orders", lines(*year(2024)))
    result = shop.one("impact_spend", kind="spring")
    assert (result.value, str(result.period.start), str(result.period.end)) == (
        15, "2024-03-01", "2024-05-31",
    )  # fmt: skip
    for name in ("sprig", "open"):
        with pytest.raises(UserError) as error:
            shop.ask("impact_spend", kind=name)
        assert error.value.key == "kpi.no_period"
    assert "spring" in error.value.values["near"]


def test_a_programme_stands_beside_the_earlier_ones_of_its_category(shop):
    shop.load(
        "programmes",
        """
        programme title category unit starts_on  ends_on
        second    Twee  paper    post 2024-06-01 2024-07-31
        first     Een   paper    post 2024-01-15 2024-02-10
        third     Drie  paper    post 2024-09-01 2024-09-30
        other     X     laptops  post 2024-03-01 2024-03-31
        backward  Y     paper    post 2024-05-01 2024-04-01
        """,
    )
    shop.load("orders", lines(*year(2024)))
    found = shop.ask("impact_spend", kind="second", last=4)
    assert [(one.period.kind, one.value) for one in found] == [("first", 10), ("second", 10)]
    assert [one.value for one in shop.ask("impact_spend", kind="third", last=1)] == [5]
    with pytest.raises(UserError):
        shop.ask("impact_spend", kind="backward")


def test_months_of_ones_own_are_a_period(shop):
    shop.load("orders", lines(*year(2024)))
    found = shop.ask("impact_spend", kind="2024-03..2024-05", last=2)
    assert [one.reason.key if one.reason else one.value for one in found] == ["not_begun", 15]
    with pytest.raises(UserError) as error:
        shop.ask("impact_spend", kind="2024-05..2024-03")
    assert error.value.key == "periods.span"


def test_more_than_is_wanted_is_refused_before_it_is_added_up(shop):
    shop.load("orders", lines(*year(2024)))
    shop.load("orders", lines("2024-02", place="B"))
    asked = {"by": ("category", "location"), "last": 12}
    every = shop.ask("impact_spend", **asked)
    assert len(every) > 1
    assert len(shop.ask("impact_spend", **asked, most=len(every))) == len(every)
    with pytest.raises(UserError) as error:
        shop.ask("impact_spend", **asked, most=len(every) - 1)
    assert error.value.key == "kpi.too_many"
    assert error.value.values == {"count": len(every), "most": len(every) - 1}


def test_unknown_dimensions_are_named_with_near_ones(shop):
    with pytest.raises(UserError) as error:
        shop.ask("impact_spend", by=("categorie",))
    assert error.value.key == "kpi.no_dimension"
    assert "category" in error.value.values["near"]
    with pytest.raises(UserError) as error:
        shop.ask("refuse_rate", by=("channel",))
    assert error.value.key == "kpi.dimensions_apart"


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "hostile", ["x'; drop table by_place; --", "O'Brien", '"', "a,b", "-- ", "%", "A\\' or 1=1", ""]
)
def test_filters_are_values_and_never_sql(kept, hostile):
    if not kept.files:
        kept.load("orders", lines("2024-12"))
    assert kept.values("impact_spend", where={"location": (hostile,)}) == {(): "no_data"}
    assert kept.values("impact_spend", where={"location": (hostile, "A")}) == {(): 5}
    assert kept.values("impact_spend", where={"condition": ("-",)}) == {(): 5}
    assert kept.values("rethink_stream_spend", where={"streamed": (hostile,)})
    with pytest.raises(UserError):
        kept.ask("impact_spend", by=(hostile,))


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_reasons_have_sentences(lang):
    assert text("reasons.returns_exceed", lang)
