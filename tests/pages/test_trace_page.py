"""The page that traces a figure: what the address says, boxes, batches, rows and files."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import streamlit as st

from nami_monitor.core.errors import UserError
from nami_monitor.i18n import catalogue
from nami_monitor.kpis import privacy
from nami_monitor.ui import app, links
from tests.support.app_test import AppTest
from tests.support.monitor import Monitor

ROOT = Path(__file__).parents[2]
OFFICE = {"kpi": "reduce_spend_per_activity", "month": "2026-10", "category": "office_supplies"}
ORDERS = """
ordered_on location_id category product_id quantity amount_eur channel
2026-01-14 Stadhuis Papier A4-80 10 45.50 webshop
"""


@pytest.fixture(autouse=True)
def files(demo, monkeypatch):  # noqa: ARG001 - the demo must lie there first
    """The files that the page offers, by name, made when they are asked for."""
    offered = {}
    monkeypatch.setattr(
        st, "download_button", lambda *_, data, file_name, **__: offered.update({file_name: data})
    )
    return offered


def opened(lang="nl", data=app.DEMO, **address):
    found = AppTest.from_file(str(ROOT / "pages" / "trace.py"), default_timeout=90)
    found.session_state[app.LANGUAGE] = lang
    found.session_state[app.DATA] = data
    for key, value in address.items():
        found.query_params[key] = value
    return sound(found.run())


def sound(found):
    assert not found.exception, found.exception
    assert not found.error, [e.value for e in found.error]
    return found


def said(found):
    parts = (found.text, found.markdown, found.caption, found.info)
    return " ".join(e.value for part in parts for e in part)


def boxes(found, name):
    return [each for each in found.selectbox if each.key.startswith(f"trace.{name}.")]


def box(found, name):
    (one,) = boxes(found, name)
    return one


def at(found, name):
    value = found.query_params[name]
    return value[0] if isinstance(value, list) else value


def test_the_formula_stands_there_in_words_and_in_numbers():
    found = opened(**OFFICE)
    assert found.title[0].value.startswith("Uitgaven per werkdag, okt 2026: €")
    assert "18.168,11 ÷ 20.639 = €" in said(found)
    assert "**Teller:** 18.168,11" in said(found)
    assert "**Noemer:** 20.639 (activiteit (per werkdag), uit de metingen)" in said(found)
    assert "sum(amount_eur)" in " ".join(e.value for e in found.code)


def test_batches_bear_file_moment_and_who_and_add_up():
    batches = opened(**OFFICE).dataframe[0].value
    assert {"Bestand", "Ingelezen", "Door", "Regels", "Teller", "Noemer"} <= set(batches.columns)
    assert set(batches["Door"]) == {"demo"}
    assert batches["Ingelezen"].notna().all()
    assert round(batches["Teller"].sum(), 2) == 18168.11
    assert batches["Noemer"].sum() == 20639


def test_a_batch_a_table_and_a_page_narrow_the_rows():
    found = opened(**OFFICE)
    assert len(found.dataframe[1].value) == 200
    batch = box(found, "batch")
    web = next(option for option in batch.options if "webwinkel_2026.csv" in option)
    sound(batch.set_value(web.partition(":")[0]).run())
    rows = found.dataframe[1].value
    assert set(rows["Bestand"]) == {"webwinkel_2026.csv"}
    assert set(rows["Categorie"]) == {"Kantoorartikelen"}
    assert set(rows["Kanaal"]) == {"webwinkel"}
    assert at(found, "batch") == web.partition(":")[0]
    assert box(found, "page").options == ["1 t/m 200 van 381", "201 t/m 381 van 381"]
    sound(box(found, "page").set_value("1").run())
    assert len(found.dataframe[1].value) == 381 - 200 - 2
    assert any("2 regels op deze bladzijde staan er niet bij" in one.value for one in found.caption)
    sound(box(found, "table").set_value("measurements").run())
    assert "page" not in found.query_params
    assert found.dataframe[1].value["Telt in de noemer"].sum() == 20639


def test_what_a_browser_still_tells_of_boxes_that_others_replaced_is_no_choice():
    """The check for new data may be sent with the boxes and the address of before a choice."""
    found = opened(**OFFICE)
    before = found._tree
    for one in found.selectbox:
        one.set_value(one.value)
    (web,) = (one for one in box(found, "batch").options if "webwinkel_2026.csv" in one)
    sound(box(found, "batch").set_value(web.partition(":")[0]).run())
    assert "batch" in found.query_params
    found._tree = before
    found.query_params.pop("batch")
    sound(found.run())
    assert not {"batch", "page"} & {*found.query_params}


@pytest.mark.slow
def test_the_files_hold_every_row_that_may_be_told(files):
    """43 of 1284 lines, of 18168.11 euros, are of two places of which nothing is told apart."""
    opened(**OFFICE)
    name = "reduce_spend_per_activity_orders_2026-10_2026-10"
    assert set(files) == {"De leveringen.xlsx", f"{name}.xlsx", f"{name}.csv"}
    told = list(csv.DictReader(io.StringIO(files[f"{name}.csv"]().decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(files[f"{name}.xlsx"]())).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert len(rows) == len(told) == 1284 - 43
    given = head.index("numerator")
    assert round(sum(row[given] or 0 for row in rows), 2) == 17889.68


def test_boxes_write_the_address_and_drop_what_another_figure_does_not_know():
    found = opened(**OFFICE, channel="cabinet", batch="20", page="1")
    assert "Kanaal: voorraadkast" in said(found)
    sound(box(found, "kpi").set_value("steer_contract_window").run())
    assert at(found, "kpi") == "steer_contract_window"
    assert at(found, "category") == "office_supplies"
    assert not {"channel", "batch", "page"} & set(found.query_params)


def test_months_of_ones_own_are_said_and_left_for_another_period():
    address = {**OFFICE, "kpi": "impact_spend", "period": "..", "from": "2026-08"}
    found = opened(**address)
    assert "aug t/m okt 2026: €" in found.title[0].value
    sound(box(found, "period").set_value("quarter").run())
    assert "from" not in found.query_params
    assert at(found, "period") == "quarter"


def test_other_filters_can_be_dropped():
    found = opened(**OFFICE, location="ZL-001", activity="fte")
    assert "Locatie: Kantoor Lichtenhoek" in said(found)
    sound(found.button(key="trace_clear").click().run())
    assert "Kantoor Lichtenhoek" not in said(found)
    assert at(found, "category") == "office_supplies"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_figure_without_a_value_or_rows_says_why_and_what_to_do(lang):
    found = opened(lang, kpi="impact_spend", month="2019-01", category="office_supplies")
    assert found.info
    assert catalogue(lang)["trace.nothing"] in said(found)
    assert not boxes(found, "batch")


@pytest.mark.usefixtures("fresh_cache")
def test_where_every_row_may_point_to_a_person_that_stands_instead(
    tmp_path, monkeypatch, no_order_limit, files
):
    monkeypatch.setattr(privacy, "SMALL_CELL_ORDERS", no_order_limit)
    made = Monitor(tmp_path)
    made.load("orders", ORDERS)
    monkeypatch.setattr(app, "store_of", lambda _: made.store)
    found = opened(data=app.OWN, kpi="impact_spend", month="2026-01")
    assert not [name for name in files if name.startswith("impact_spend")]
    assert "45,50" in found.title[0].value
    assert any("1 regel op deze bladzijde staat er niet bij" in one.value for one in found.caption)
    assert len(found.dataframe) == 1


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_an_address_of_no_figure_says_which_there_are_by_their_names(lang):
    found = opened(lang, **{**OFFICE, "kpi": "bla"})
    words = catalogue(lang)
    (told,) = found.info
    assert "“bla”" in told.value
    assert words["kpis.refuse_blocked.name"] in told.value
    assert not re.search("[a-z]_[a-z]", told.value)
    assert found.title[0].value.startswith(words["kpis.impact_spend.name"])


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_an_address_of_no_kind_of_period_says_which_there_are_by_their_names(lang):
    found = opened(lang, **{**OFFICE, "period": "bla"})
    (told,) = found.info
    assert catalogue(lang)["periods.quarter"] in told.value
    assert "quarter" not in told.value
    assert box(found, "period").value == "month"


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        ({"month": "onzin"}, {"month": "2026-10", "category": "office_supplies"}),
        ({"from": "onzin"}, {"month": "2026-10", "category": "office_supplies"}),
        ({"category": "bla"}, {"month": "2026-10", "category": ""}),
    ],
)
def test_a_wrong_address_says_what_there_is_and_leaves_the_boxes_to_choose_in(wrong, shown):
    found = opened(**{**OFFICE, "kpi": "impact_spend", **wrong})
    (told,) = found.info
    assert f"“{next(iter(wrong.values()))}”" in told.value
    assert {name: box(found, name).value for name in shown} == shown
    assert not re.search(r"….|\d{4}-\d", told.value), "a long list says how many more there are"
    assert "€" in found.title[0].value
    assert catalogue("nl")["app.empty.load"] not in said(found)


def test_own_data_is_empty_and_says_what_to_load():
    found = opened(data=app.OWN)
    assert catalogue("nl")["app.empty.title"] in [e.value for e in found.header]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ({"kpi": "nonsense"}, "kpi.no_code"),
        ({"month": "2026-13"}, "periods.month"),
        ({"period": "..", "from": "x", "month": "2026-10"}, "periods.month"),
    ],
)
def test_an_address_that_means_no_figure_is_refused(address, key):
    said = {name: [value] for name, value in address.items()}
    with pytest.raises(UserError) as caught:
        links.read_figure(said, date(2026, 10, 1))
    assert caught.value.key == key


def test_a_name_from_a_file_is_never_markup():
    found = opened(**{**OFFICE, "kpi": "impact_spend", "location": "<b>[x](http://y)</b>"})
    assert "<b>" not in " ".join(e.value for e in found.markdown)
