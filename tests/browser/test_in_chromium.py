"""What only a browser shows: language, width, requests, links, and figures that others write."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from nami_monitor.i18n import LANGS, catalogue, text
from tests.browser.serving import ROOT, serving, settled, visitor

pytestmark = pytest.mark.browser


def test_the_language_switch_changes_every_word_and_the_address(server, page):
    page.goto(f"{server.address}/handbook?lang=nl")
    settled(page)
    assert page.locator("h1").inner_text() == "KPI-handboek"
    page.get_by_text("EN", exact=True).click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    settled(page)
    assert page.locator("h1").inner_text() == text("handbook.title", "en")
    assert "lang=en" in page.url


def test_a_visitor_finds_nothing_of_the_one_before(server, page):
    page.goto(f"{server.address}/handbook?lang=nl")
    settled(page)
    who = {one["name"]: one["value"] for one in page.context.cookies()}
    assert who
    page.evaluate("localStorage.setItem('kept', 'by the first')")
    page.close()
    after = visitor(page.context)
    assert after.context.cookies() == []
    after.goto(f"{server.address}/handbook?lang=nl")
    settled(after)
    assert "by the first" not in after.evaluate("Object.values(localStorage)")
    assert who != {one["name"]: one["value"] for one in after.context.cookies()}


def test_a_mailed_link_shows_the_same_filters_even_on_a_server_that_just_started(
    demo_folder, tmp_path, page
):
    with serving(demo_folder, tmp_path) as fresh:
        page.goto(f"{fresh.address}/trends?lang=nl&kpi=impact_mass&by=channel")
        page.wait_for_function("() => document.querySelector('h1')?.innerText.startsWith('Massa')")
        settled(page)
        assert page.locator("h1").inner_text() == "Massa van wat is ingekocht per kanaal"
        assert "kpi=impact_mass" in page.url
        assert "by=channel" in page.url


def test_filters_go_along_to_the_next_page_and_a_link_says_all_that_it_names(server, page):
    def shown(label):
        return page.get_by_role("combobox", name=label, exact=True).input_value()

    def follow(link):
        page.get_by_role("link", name=link, exact=True).first.click()
        page.wait_for_timeout(1000)
        settled(page)

    page.goto(
        f"{server.address}/trends?lang=nl&category=sanitary_supplies&kpi=impact_mass&channel=contract"
    )
    settled(page)
    follow("Deze maand")
    assert shown("Categorie") == "Categorie: Sanitaire voorzieningen"
    assert "category=sanitary_supplies" in page.url
    link = page.get_by_role("link", name="Naar het verloop").first
    assert "kpi=impact_mass" not in link.get_attribute("href")
    follow("Naar het verloop")
    assert shown("Categorie") == "Categorie: Sanitaire voorzieningen"
    assert "channel=" not in page.url
    indicator = shown("Indicator").removeprefix("Indicator: ")
    assert page.locator("h1").inner_text().startswith(indicator)
    assert "kpi=impact_mass" not in page.url


def test_a_figure_leads_to_its_trace_and_back_within_the_session(server, page):
    page.goto(f"{server.address}/registers?part=contracts&lang=nl&data=demo")
    settled(page)
    before = page.url
    page.evaluate("window.sameSession = true")
    link = page.locator("[data-testid=stHtml] a[href^=trace]").first
    link.click()
    page.wait_for_url("**/trace?**")
    settled(page)
    assert page.locator("h1").inner_text() != ""
    assert page.evaluate("window.sameSession")
    page.go_back()
    page.wait_for_url(before)
    settled(page)
    link.wait_for()
    assert page.evaluate("window.sameSession")


def test_back_takes_back_one_act_at_a_time(server, page):
    """A link with other choices, an item of the menu, and each filter are one step each."""
    been = []

    def do(act):
        title = page.locator("h1").inner_text()
        been.append((page.url, title))
        act()
        page.wait_for_function(
            "title => (document.querySelector('h1')?.innerText ?? title) !== title", arg=title
        )
        settled(page)

    def link(name):
        return page.get_by_role("link", name=name, exact=True).first

    page.goto(f"{server.address}/?lang=nl&data=demo&category=it_assets&view=more")
    settled(page)

    def choose(category):
        page.get_by_role("combobox", name="Categorie", exact=True).click()
        page.get_by_role("option", name=category).first.click()

    for act in (
        link("Naar het verloop").click,
        link("Deze maand").click,
        partial(choose, "Kantoorartikelen"),
        partial(choose, "Werkplekinrichting"),
    ):
        do(act)
    for address, title in reversed(been):
        page.go_back()
        page.wait_for_function(
            "title => document.querySelector('h1')?.innerText === title", arg=title
        )
        settled(page)
        assert page.url == address


def test_a_language_switch_keeps_the_filters_and_says_them_in_the_other_language(server, page):
    page.goto(f"{server.address}/?lang=en&month=2026-09&category=it_assets")
    settled(page)
    page.get_by_text("NL", exact=True).click()
    page.wait_for_function("() => document.documentElement.lang === 'nl'")
    settled(page)
    said = [box.input_value() for box in page.get_by_role("combobox").all()[:3]]
    assert said == ["Categorie: IT-middelen", "Maand: sep 2026", "Locaties: alle"]
    assert page.locator("h1").inner_text().startswith("IT-middelen: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("overview", {""}),
        ("waterbed?part=plan", {"measures", "part=plan"}),
        (
            "bridge?category=it_assets",
            {"trends", "kpi=impact_spend", "split=bridge", "period=r12", "category=it_assets"},
        ),
        ("contracts?month=2026-09", {"registers", "part=contracts", "month=2026-09"}),
        ("kit", {"lessons"}),
    ],
)
def test_an_old_address_leads_on_with_its_choices(server, page, old, new):
    page.goto(f"{server.address}/{old}{'&' if '?' in old else '?'}lang=nl&data=demo")
    page.wait_for_function("old => !location.pathname.endsWith(old)", arg=old.partition("?")[0])
    settled(page)
    path, _, asked = page.url.removeprefix(f"{server.address}/").partition("?")
    assert {path, *asked.split("&")} == new | {"lang=nl", "data=demo"}
    assert page.locator("[role=dialog]").count() == 0


@pytest.mark.parametrize("lang", LANGS)
def test_an_address_that_nobody_knows_says_so_and_names_what_there_is(server, page, lang):
    said = catalogue(lang)
    page.goto(f"{server.address}/nowhere?lang={lang}&data=own")
    settled(page)
    assert page.locator("h1").inner_text() == said["doors.unknown.title"]
    assert "nowhere" in page.get_by_test_id("stMain").inner_text()
    assert page.locator("[role=dialog]").count() == 0
    page.get_by_test_id("stMain").get_by_role(
        "link", name=said["doors.registers"], exact=True
    ).click()
    page.wait_for_function("title => document.querySelector('h1')?.innerText === title",
                           arg=said["assets.title"])  # fmt: skip
    settled(page)
    page.get_by_role("radio", name=said["doors.part.targets"], exact=True).click()
    page.wait_for_url("**part=targets*")
    settled(page)
    assert page.locator("h1").inner_text() == said["targets.title"]
    page.go_back()
    page.wait_for_function("title => document.querySelector('h1')?.innerText === title",
                           arg=said["assets.title"])  # fmt: skip


def test_charts_bear_dutch_months_and_an_alternative_text(server, page):
    page.goto(f"{server.address}/trends?lang=nl")
    settled(page)
    page.wait_for_selector(
        "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"
    )
    assert page.locator("[aria-label*='laatste waarde']").count() >= 1


def test_an_import_by_another_process_shows_while_the_page_is_open(demo_folder, tmp_path, page):
    orders = tmp_path / "bestellingen.csv"
    orders.write_text(
        "Datum;Vestiging;Categorie;Kanaal;Aantal;Bedrag\n"
        + "".join(f"0{day}-03-2026;A;papier;webshop;{day};{day},50\n" for day in range(1, 10)),
        encoding="utf-8",
    )
    with serving(demo_folder, tmp_path / "home") as fresh:
        page.goto(f"{fresh.address}/?lang=nl&data=own")
        settled(page)
        assert page.get_by_text("Nog geen gegevens").count() == 1
        done = subprocess.run(
            [sys.executable, "-m", "nami_monitor", "--db", str(fresh.own), "import", str(orders),
             "--table", "orders", "--yes", "--who", "cm"],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        page.get_by_text("Gegevens t/m maart 2026").wait_for(timeout=30_000)
        settled(page)
        assert page.get_by_text("Nog geen gegevens").count() == 0


@pytest.mark.longest
def test_the_first_start_shows_progress_and_then_the_demo(tmp_path, page):
    with serving(Path(tmp_path / "cache"), tmp_path / "home") as fresh:
        page.goto(f"{fresh.address}/registers?part=targets&lang=nl")  # no page's file, but a door
        page.wait_for_selector("[data-testid=stProgress]")
        page.wait_for_function(
            "() => document.querySelector('h1')?.innerText.startsWith('Van de ')", timeout=600_000
        )
        assert page.get_by_text("Dienst Zuiderlicht is verzonnen").count() == 1


@pytest.mark.parametrize(("lang", "month"), [("nl", "2026-03"), ("en", "2026-04")])
def test_a_page_that_takes_a_while_says_so_in_its_language_and_moves_nothing(
    server, page, lang, month
):
    page.goto(f"{server.address}/presentation?lang={lang}&data=demo&month={month}")
    page.locator(".st-key-busy", has_text=text("app.busy", lang)).wait_for()
    top = page.locator("h1").bounding_box()["y"]
    settled(page)
    assert not page.locator(".st-key-busy", has_text=text("app.busy", lang)).count()
    assert page.locator("h1").bounding_box()["y"] == top
