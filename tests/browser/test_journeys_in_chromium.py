"""Both jobs from start to finish: in Dutch with the keys alone, in English with a mouse."""

import re
import shutil
from html import unescape

import pytest
from playwright.sync_api import expect
from pptx import Presentation
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from nami_monitor.i18n import catalogue, formats, text
from nami_monitor.reports.report_file import Format
from tests.browser.hands import HANDS
from tests.browser.serving import serving, settled

pytestmark = pytest.mark.browser

SECOND = {
    "mouse": {"code": "it_assets", "nl": "IT-middelen", "en": "IT assets"},
    "keys": {"code": "furnishing", "nl": "Werkplekinrichting", "en": "Workplace furnishing"},
}
"""The category that each visitor adds, so that nobody arranges another's report."""

SECOND_OF = {"nl": "Kantoorartikelen", "en": "Office supplies"}
"""The category that is shown at first."""

WALKS = [("nl", "keys"), ("en", "mouse")]


@pytest.fixture(scope="module")
def desk(demo_folder, tmp_path_factory):
    """A dashboard on a demo of its own, for what these visitors keep."""
    served = tmp_path_factory.mktemp("desk")
    shutil.copytree(demo_folder, served / "cache")
    with serving(served / "cache", served / "home") as found:
        yield found


def come_in(page, server, lang, hand, path=""):
    """Open a page as the browser's language decides, and switch where that is another."""
    page.goto(f"{server.address}/{path}")
    settled(page)
    assert page.evaluate("document.documentElement.lang") == "nl"
    if lang == "en":
        hand.option("EN")
        page.wait_for_function("() => document.documentElement.lang === 'en'")
        settled(page)


def heading(page, words):
    page.wait_for_function("words => document.querySelector('h1')?.innerText === words", arg=words)
    settled(page)


def told(page, key, lang, who):
    """Wait until the page says who did something, and when."""
    day = r"\d+\s\w+\s\d{4}\s\d\d:\u2060?\d\d"
    words = re.escape(text(key, lang, who=who, day="DAY")).replace("DAY", day)
    page.get_by_text(re.compile(words)).first.wait_for()


def points(page):
    """The findings that stand on the page, the most important first."""
    return page.locator("[class*='st-key-point_']")


def first_words(page):
    """What the most important finding says."""
    return points(page).first.locator("strong").first.inner_text()


@pytest.mark.longest
@pytest.mark.sampled(2)
@pytest.mark.parametrize(("lang", "way"), WALKS)
def test_the_monthly_check(desk, page, lang, way):
    hand, said = HANDS[way](page), catalogue(lang)
    come_in(page, desk, lang, hand)

    # The month in a sentence, with three to-dos; everything else is one link away.
    headline = page.locator("h1").inner_text()
    assert page.locator("[class*='st-key-todo'] h2").count() == 3
    category = SECOND_OF[lang]
    assert headline.startswith(category)
    first = page.locator(".st-key-todo1 h2").inner_text().removeprefix("1. ")
    hand.follow(page.get_by_role("link", name=said["home.as_table"], exact=True))
    heading(page, said["home.view.more"])
    names = [said[f"filters.{name}"] for name in ("category", "locations", "month", "period")]
    boxes = {
        label: hand.part("combobox", label).input_value().removeprefix(f"{label}: ")
        for label in names
    }
    assert boxes[said["filters.category"]] == category
    assert page.locator(".nami-card").first.locator("a.nami-trace").count() > 1

    # What asks for something: a point that was dealt with is ticked and makes room for the next.
    words = first_words(page)
    assert words == first
    hand.tick(points(page).first.get_by_role("checkbox", name=said["check.seen"]))
    seen = hand.summary(text("check.seen_list", lang, n=1))
    seen.wait_for()
    assert first_words(page) != words

    # From a finding about a figure to its lesson, and to the page that shows it as it was found.
    link = page.get_by_role("link", name=said["home.to.trend"]).first
    point = points(page).filter(has=link).first
    hand.press(point.locator("summary").first)
    assert said["check.lesson_try"] in point.inner_text()
    hand.follow(link)
    page.wait_for_url("**/trends*")
    page.wait_for_function(
        "words => (document.querySelector('h1')?.innerText ?? words) !== words",
        arg=said["home.view.more"],
    )
    settled(page)
    page.go_back()
    heading(page, said["home.view.more"])

    who = f"CM {lang} {way}"
    hand.write(said["data.who.label"], who)
    set_and_change_a_target(page, hand, lang, who, boxes[said["filters.category"]])
    copy_the_mail(page, hand, lang, headline)

    # The tick is there on the next visit, and can be taken back.
    page.reload()
    settled(page)
    hand.press(seen)
    again = points(page).filter(has_text=words)
    assert said["check.seen_by"].partition("{")[0] in again.inner_text()
    hand.tick(again.get_by_role("checkbox"))
    seen.wait_for(state="detached")
    assert first_words(page) == words
    assert not page.outside


def set_and_change_a_target(page, hand, lang, who, category):
    """A target for the page's category, for a year that no other visitor sets one for."""
    said, year = catalogue(lang), str(2030 + [f"CM {a} {b}" for a, b in WALKS].index(who))
    form = hand.open(said["targets.form.title"])
    assert hand.part("combobox", said["columns.category"], form).input_value() == category
    hand.choose(said["columns.kpi"], said["kpis.impact_mass.name"])
    hand.write(said["periods.year"], year)
    hand.write(said["targets.form.value_absolute"], "1234")
    hand.press(hand.part("button", said["targets.form.book"]))
    page.get_by_text(said["targets.form.booked"]).wait_for()
    told(page, "check.goal.set", lang, who)
    hand.choose(said["targets.choose"], f"{year}: ")
    change = hand.open(said["targets.change.title"])
    hand.write(said["targets.form.value_absolute"], "1200", change)
    hand.press(hand.part("button", said["targets.change.save"]))
    page.get_by_text(said["targets.change.saved"]).wait_for()
    told(page, "check.goal.changed", lang, who)


def copy_the_mail(page, hand, lang, headline):
    """The month as a text, on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    said = catalogue(lang)
    hand.open(said["check.mail_title"])
    hand.press(hand.part("button", said["shell.copy"]))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(headline)
    assert said["check.mail.attention"] in copied


def opened_deck(path, headline, asked):
    """The deck as PowerPoint reads it: its titles, and the decision asked for."""
    slides = Presentation(path).slides
    shapes = [shape for one in slides for shape in one.shapes if shape.has_text_frame]
    assert headline in [one.shapes.title.text for one in slides]
    assert any(asked in shape.text_frame.text for shape in shapes)


def opened_pdf(path, headline, asked):
    """The record, as its reader sees it."""
    words = " ".join(" ".join(one.extract_text() for one in PdfReader(path).pages).split())
    assert headline in words
    assert asked in words


def opened_book(path, headline, asked):  # noqa: ARG001 - a workbook bears figures, no pages
    """The workbook, with its sheets."""
    book = CalamineWorkbook.from_path(path)
    assert len(book.sheet_names) >= 4
    assert all(book.get_sheet_by_name(one).to_python() for one in book.sheet_names)


def opened_page(path, headline, asked):
    """The page, as it stands in its file."""
    words = unescape(path.read_text("utf-8"))
    assert headline in words
    assert asked in words


OPENED = {"pptx": opened_deck, "pdf": opened_pdf, "xlsx": opened_book, "html": opened_page}


@pytest.mark.longest
@pytest.mark.sampled(2)
@pytest.mark.parametrize(("lang", "way"), WALKS[::-1])
def test_the_presentation(desk, page, tmp_path, lang, way):  # noqa: PLR0915 - one walk
    hand, said = HANDS[way](page), catalogue(lang)
    come_in(page, desk, lang, hand)
    hand.follow(page.get_by_role("link", name=said["doors.present"]).first)
    page.locator(".st-key-presentation_slide h2").wait_for()
    settled(page)

    # What the report is to be.
    audience = "team" if way == "mouse" else "management"
    month = formats.month("2026-09", lang)
    hand.choose(said["filters.month"], f"{said['filters.month']}: {month}")
    first = {"nl": "Kantoorartikelen", "en": "Office supplies"}[lang]
    hand.press(hand.part("button", text("presentation.of_categories", lang, said=first)))
    hand.choose(said["presentation.categories"], SECOND[way][lang])
    page.keyboard.press("Escape")
    settled(page)
    for_whom = said["presentation.audience"]
    hand.choose(for_whom, f"{for_whom}: {said[f'presentation.audiences.{audience}']}")
    for part in ("month=2026-09", f"categories=office_supplies%2C{SECOND[way]['code']}"):
        assert part in page.url

    # Slide by slide to the end, and back to the first.
    title = page.locator(".st-key-presentation_slide h2").first  # an old one may stand a moment
    after = hand.part("button", said["presentation.after"])
    seen = [title.inner_text()]
    while after.is_enabled():
        hand.press(after)
        expect(title).not_to_have_text(seen[-1])  # a busy machine draws it later
        seen.append(title.inner_text())
    assert len(set(seen)) == len(seen) > 5
    hand.press(page.locator(".st-key-presentation_to_1 button"))
    expect(title).to_have_text(seen[0])

    # Its title, what is told with it and the decision asked for; then it goes one place back.
    headline, comment, asked = (
        f"{word} {lang} {way}" for word in ("Headline", "Comment", "Decision")
    )
    hand.write(said["presentation.title_field"], headline)
    hand.write(said["presentation.told"], comment)
    hand.write(text("presentation.option", lang, letter="A"), asked)
    hand.press(hand.part("button", said["presentation.keep"]))
    expect(title).to_have_text(headline)
    hand.press(hand.part("button", said["presentation.down"]))
    place = text("presentation.slide_of", lang, n=2, all="…").removesuffix("…")
    page.get_by_text(place).first.wait_for()

    # The third slide is left out.
    hand.press(page.locator(".st-key-presentation_to_3 button"))
    hand.press(hand.part("button", said["presentation.leave_out"]))
    left = text("presentation.left", lang, n=1)
    page.get_by_text(left).wait_for()

    # All four files, and what was written stands in them.
    for kind in Format:
        path = hand.download(said[f"presentation.formats.{kind}"], tmp_path)
        assert path.name == f"nami-2026-09-{audience}.{kind}"
        OPENED[kind](path, headline, asked)

    # On the next visit it stands as it was left; another month keeps the order.
    page.reload()
    settled(page)
    page.get_by_text(left).wait_for()
    hand.press(page.locator(".st-key-presentation_to_2 button"))
    expect(title).to_have_text(headline)
    assert comment in page.locator(".st-key-presentation_below").inner_text()
    assert asked in page.locator(".st-key-presentation_slide").inner_text()
    hand.choose(said["filters.month"],
                f"{said['filters.month']}: {formats.month('2026-10', lang)}")  # fmt: skip
    expect(title).not_to_have_text(headline)
    assert not page.outside
