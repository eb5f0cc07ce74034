"""Files of every kind from drop to first figure in a browser, counting what a person decides."""

import re

import pytest
from playwright.sync_api import expect

from nami_monitor.store import Store
from tests.browser.serving import fits, serving, settled
from tests.support import supplied

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_DECISIONS, MOST_QUESTIONS, SECOND_MONTH = 12, 6, 7

ASKED_ANEW = """before => {
  const first = document.querySelector('[class*="st-key-question_"]');
  return !first || first.innerText !== before;
}"""


class Person:
    """Drops a file and answers what is asked; counts decisions and questions."""

    def __init__(self, page, folder):
        self.page, self.folder = page, folder
        self.decisions, self.questions = 0, []

    def decides(self, act):
        """Do something that is a decision."""
        act()
        self.decisions += 1
        self.page.wait_for_timeout(300)
        settled(self.page)

    def drop(self, name, content):
        """Offer a file."""
        file = self.folder / name
        file.write_bytes(content)
        settled(self.page)  # a page that is still being drawn would lose the file
        self.decides(lambda: self.page.locator("input[type=file]").first.set_input_files(file))
        self.page.get_by_role("button", name="Ander bestand").first.wait_for()
        settled(self.page)

    def answer(self, table):
        """Answer until nothing is asked any more."""
        shown = self.page.locator('[class*="st-key-question_"]')
        while shown.count():
            first = shown.first
            before = first.inner_text()
            said = " ".join(before.split())
            self.questions.append(said)
            assert len(self.questions) <= 2 * MOST_QUESTIONS, self.questions
            wanted = next((to for what, to in supplied.ANSWERS if re.search(what, said)), table)
            button = first.get_by_role("button", name=wanted, exact=True)
            if button.count():
                self.decides(button.click)
                self.page.wait_for_function(ASKED_ANEW, arg=before)
                continue
            typed = next(text for what, text in supplied.TYPED if what in said)
            first.get_by_role("textbox").fill(typed)
            self.decides(lambda: self.page.keyboard.press("Enter"))
            self.page.wait_for_function(ASKED_ANEW, arg=before)

    def book(self):
        """Say once who books, and book."""
        who = self.page.get_by_role("textbox", name="Uw rol of initialen")
        if who.count():
            self.decides(lambda: (who.first.fill("cm"), who.first.press("Enter")))
        self.decides(self.page.get_by_role("button", name=re.compile("^Boek")).first.click)
        expect(
            self.page.get_by_role("heading", level=1, name=re.compile("geboekt"))
        ).to_be_visible()


@pytest.mark.longest
def test_every_kind_of_file_is_read_in_with_few_decisions(tmp_path, page):
    with serving(tmp_path / "cache", tmp_path / "home") as own:
        page.goto(f"{own.address}/data?lang=nl&data=own")
        page.get_by_role("heading", name="Begin zo").wait_for()
        counts = {}
        for kind, table in supplied.TABLES.items():
            person = Person(page, tmp_path)
            person.drop(*getattr(supplied, kind)())
            if kind == "supplier_statement":
                for width in (1440, 1024, 390):
                    page.set_viewport_size({"width": width, "height": 900})
                    fits(page, width)
                page.set_viewport_size({"width": 1280, "height": 900})
            person.answer(table)
            person.book()
            page.goto(f"{own.address}/data?lang=nl&data=own")
            counts[kind] = (person.decisions, len(person.questions))
        person = Person(page, tmp_path)
        person.drop(*supplied.supplier_statement(8))
        person.answer("")
        person.book()
        assert max(decided for decided, _ in counts.values()) <= MOST_DECISIONS, counts
        assert max(asked for _, asked in counts.values()) <= MOST_QUESTIONS, counts
        assert person.decisions <= SECOND_MONTH
        assert not page.outside
    with Store(own.own).read() as db:
        july = "from orders where ordered_on < '2026-08-01'"
        assert db.value(f"select sum(amount_eur) {july}") == pytest.approx(supplied.spent())
        assert db.value(f"select sum(quantity) {july}") == supplied.pieces()
        assert db.value("select count(*) from assets") == 70
        assert db.value("select count(*) from contracts") == 12
        assert db.value("select sum(value) from measurements") == 12 * (20 + 21 + 22 + 23)
