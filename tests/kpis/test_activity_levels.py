"""Activity of the organisation as a whole, and figures that would count twice."""

import pytest

HEADER = "ordered_on location_id category product_id channel quantity amount_eur\n"
MEASURES = "period_start period_end location_id activity_measure value unit\n"
SPEND = "reduce_spend_per_activity"
PAPER = {"category": ("paper",)}


def days(month):
    return f"2024-{month:02}-01 2024-{month:02}-{30 if month in {4, 6, 9, 11} else 28}"


def measured(shop, *rows):
    shop.load("measurements", MEASURES + "\n".join(rows), proxy="false")


@pytest.fixture
def ordered(shop):
    """Four months of orders of 12 EUR at each of two locations."""
    rows = [f"2024-{m:02}-05 {at} paper P1 shop 1 12" for m in (9, 10, 11, 12) for at in "AB"]
    shop.load("orders", HEADER + "\n".join(rows))
    return shop


def test_figures_of_the_whole_organisation_divide_what_all_locations_bought(ordered):
    measured(ordered, *(f"{days(m)} . staff_days 6 days" for m in (10, 11, 12)))
    result = ordered.one(SPEND)
    assert (result.numerator, result.denominator, result.value) == (24, 6, 4)
    assert ordered.one(SPEND, kind="quarter").denominator == 18
    assert ordered.values(SPEND, by=("category",)) == {("paper",): 4}
    assert ordered.values(SPEND, by=("channel",)) == {("shop",): 4}
    assert ordered.values(SPEND, "2024-09") == {(): "no_activity"}


@pytest.mark.parametrize("question", [{"by": ("location",)}, {"by": ("group",)},
                                      {"where": {"location": ("A",)}}])  # fmt: skip
def test_they_say_nothing_about_a_location(ordered, question):
    measured(ordered, f"{days(12)} . staff_days 6 days")
    for result in ordered.ask(SPEND, **question):
        assert result.reason.key == "activity_whole"
        assert result.reason.values == {"measure": "staff_days"}


def test_where_a_location_has_figures_they_come_first(ordered):
    measured(ordered, f"{days(12)} . staff_days 600 days", f"{days(12)} A staff_days 4 days",
             f"{days(12)} B staff_days 8 days", f"{days(11)} . staff_days 6 days")  # fmt: skip
    assert ordered.one(SPEND).denominator == 12
    assert ordered.one(SPEND, "2024-11").denominator == 6
    assert ordered.values(SPEND, by=("location",)) == {("A",): 3, ("B",): 1.5}
    assert set(ordered.values(SPEND, "2024-11", by=("location",)).values()) == {"activity_missing"}
    assert ordered.values(SPEND, kind="quarter") == {(): "activity_missing"}


def test_a_level_of_the_whole_organisation_is_averaged(ordered):
    measured(ordered, *(f"{days(m)} . fte {m} fte" for m in (10, 11, 12)))
    fte = {"activity": ("fte",)}
    assert ordered.one(SPEND, kind="quarter", where=fte).denominator == pytest.approx(11)
    assert ordered.values(SPEND, kind="r12", where=fte) != {(): 1}


def test_a_month_without_a_figure_of_the_whole_leaves_the_quarter_without(ordered):
    measured(ordered, *(f"{days(m)} . staff_days 6 days" for m in (10, 12)))
    assert ordered.values(SPEND, kind="quarter") == {(): "no_activity"}


QUARTER = "2024-10-01 2024-12-31 {} {} 18 days"


@pytest.mark.parametrize("measure", ["staff_days", "fte"])
def test_a_quarter_beside_its_months_is_not_added_up(ordered, measure):
    rows = [f"{days(m)} {at} {measure} 6 days" for m in (10, 11, 12) for at in "AB"]
    measured(ordered, *rows, QUARTER.format("B", measure))
    where = {"activity": (measure,)}
    result = ordered.one(SPEND, kind="quarter", where=where)
    assert result.reason.key == "activity_twice"
    assert result.reason.values == {"measure": measure, "locations": "B"}
    assert ordered.one(SPEND, where=where).denominator == 12
    own = ordered.values(SPEND, kind="quarter", by=("location",), where=where)
    assert own["A",] == pytest.approx(36 / (18 if measure == "staff_days" else 6))
    assert own["B",] == "activity_twice"


def test_overlap_is_seen_although_other_months_are_missing(ordered):
    rows = [f"2024-{m:02}-05 A paper P1 shop 1 12" for m in range(1, 9)]
    ordered.load("orders", HEADER + "\n".join(rows))
    quarters = [QUARTER.format(at, "staff_days") for at in "AB"]
    measured(ordered, f"{days(10)} A staff_days 6 days", *quarters)
    result = ordered.one(SPEND, kind="year", where=PAPER)
    assert (result.reason.key, result.reason.values["locations"]) == ("activity_twice", "A")


def test_a_quarter_alone_and_months_elsewhere_are_fine(ordered):
    rows = [f"{days(m)} A staff_days 6 days" for m in (10, 11, 12)]
    measured(ordered, *rows, QUARTER.format("B", "staff_days"))
    assert ordered.one(SPEND, kind="quarter").denominator == 36


def test_the_whole_organisation_is_not_counted_twice_either(ordered):
    measured(ordered, *(f"{days(m)} . staff_days 6 days" for m in (10, 11, 12)),
             QUARTER.format(".", "staff_days"))  # fmt: skip
    assert ordered.values(SPEND, kind="quarter") == {(): "activity_twice_whole"}
    assert ordered.one(SPEND).denominator == 6
