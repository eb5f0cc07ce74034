"""Purchase cards: twelve spreadsheets, two of them one delivery; figures as their origin states."""

import random

import pytest

pytestmark = pytest.mark.real

TO_EUR = 1.2405
FILES = {
    "purchasecardtransactionsapril2014": (2690, 526760.25),
    "purchasecardtransactionsmay2014": (4573, 602791.92),
    "purchasecardtransactionsjune2014": (4573, 602791.92),
    "purchasecardtransactionsjuly2014": (4015, 604599.09),
    "purchasecardtransactionsaugust2014": (2365, 518860.10),
    "purchasecardtransactionsseptember2014": (4154, 615800.99),
    "purchasecardtransactionsoctober2014": (3781, 604358.83),
    "purchasecardsnov2014": (5023, 647210.46),
    "purchasecardsdec2014": (3293, 877951.86),
    "publish-spend-december-2016": (3002, 503670.76),
    "cusersfinainmndesktoppublish-copy-january-2017": (5227, 588890.69),
    "cusersfinainmndesktoppublish-spend-january-2018": (5640, 1511567.21),
}
CARDS_OF_2014 = 9


def shuffled():
    names = list(FILES)
    random.Random(20).shuffle(names)  # noqa: S311  a repeatable order, no secret
    return names


@pytest.mark.parametrize("names", [list(FILES), shuffled()], ids=["by date", "shuffled"])
def test_all_statements_one_after_the_other(imported, names):
    reports = {name: imported(f"birmingham-pcard/{name}.xls", "birmingham") for name in names}
    for name, (lines, amount) in FILES.items():
        counts = reports[name].main
        assert (counts.read, counts.set_aside, dict(counts.skipped)) == (lines, 0, {})
        assert reports[name].dropped_columns == ("CARD NUMBER",)
        offered = imported.value(
            "select sum(amount_eur) from orders_offered join batches using (batch)"
            f" where file = '{name}.xls'"
        )
        assert offered / TO_EUR == pytest.approx(amount, abs=0.005)
    counts = [reports[name].main for name in list(FILES)[:CARDS_OF_2014]]
    assert sum(count.accepted for count in counts) == 29894
    assert sum(count.known for count in counts) == 4573
    may, june = (reports[f"purchasecardtransactions{month}2014"].main for month in ("may", "june"))
    assert {may.known, june.known} == {0, 4573}
    assert imported.value("select count(*) from orders") == 29894 + 3002 + 5227 + 5640
    live = sum(amount for _, amount in FILES.values()) - 602791.92
    assert imported.value("select sum(amount_eur) from orders") / TO_EUR == pytest.approx(live)
    assert imported.value("select count(*) from orders where amount_eur < 0") > 0
    assert {place for (place,) in imported.rows("select distinct location_id from orders")} == {
        "adults", "children", "corporate_resources", "development", "local_services", "schools",
    }  # fmt: skip
    assert dict(
        imported.rows(
            "select category, count(*) from orders where category <> 'other' group by category"
        )
    ) == {
        "catering": 6323,
        "cleaning": 115,
        "fleet": 6147,
        "it": 631,
        "office_equipment": 189,
        "office_supplies": 1157,
        "unspecified": 11,
    }
    assert not any("****" in word for word in imported.words())


def test_the_same_statement_twice_changes_nothing(imported):
    file = "birmingham-pcard/purchasecardtransactionsaugust2014.xls"
    first, again = imported(file, "birmingham"), imported(file, "birmingham")
    assert (first.main.accepted, again.main.accepted, again.main.known) == (2365, 0, 2365)
    assert imported.value("select count(*) from batches") == 1
