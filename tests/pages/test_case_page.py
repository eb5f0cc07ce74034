"""The page of a case: what the own data say first, and apart from it what the kit tells."""

from contextlib import closing

import pytest

from nami_monitor.core.words import CaseQuestion
from nami_monitor.i18n import text
from nami_monitor.kit import shipped
from nami_monitor.store import Store
from tests.pages.test_as_of_month import opened

CASES = shipped().cases
pytestmark = pytest.mark.usefixtures("demo")


def in_order(page):
    """Every text of the page from top to bottom, HTML as it is, options of choices too."""
    found = []
    for element in page.main:
        if element.type == "html":
            found.append(element.proto.body)
        else:
            found += [str(getattr(element, name, "")) for name in ("label", "value")]
            found += [str(option) for option in getattr(element, "options", ())]
    return found


@pytest.mark.parametrize(("number", "lang"), [(6, "nl"), (1, "en")])
def test_no_figure_stands_under_the_name_of_the_organisation_in_the_kit(number, lang):
    words = CASES[number].words[lang]
    said = in_order(opened("case", lang, case=str(number)))
    story = said.index(text("case.story", lang))
    names = {case.words[lang].organisation for case in CASES.values()}
    own, kit = "\n".join(said[:story]), "\n".join(said[story:])
    assert text("case.own_demo_words", lang) in own
    assert not [name for name in names if name in own]
    assert "nami-number" in own
    assert "nami-number" not in kit
    assert "nami-table" not in kit
    assert words.organisation in kit
    assert words.context in kit


SAID = {
    2: ("152\N{EN DASH}155", "36,3 per jaar"),
    3: ("111 van de 150 gaven antwoord", "gedrukte uitnodigingen"),
    4: ("van 70 % van wat is gebouwd", "Dat is geen verlies."),
    5: (
        "Stembiljet 0,03 kg, informatieblad 0,0125 kg",
        "(Landelijke verkiezing 2023): stembiljet \N{MINUS SIGN}40 %, informatieblad nieuw",
        "loopt 8 jaar, van 1 jan 2022 tot en met 31 dec 2029",
    ),
    6: (
        *("Voorraadkast", "webwinkel", "38 andere locaties", "terug (43 tot 83)"),
        "voorlopig 78 van elke 100 terug (63 tot 98), oordeel over maart 2027",
    ),
    7: ("Zuinige handdoekdispensers", "vullingen", "Databreuk"),
    9: (
        "Eind oktober 2026 staan er 9 stuks",
        "29 st. nieuw gekocht, voor € 6.960,00",
        "€ 2.160,00",
    ),
}
"""What the page of a case must say in answer."""


@pytest.mark.parametrize("number", SAID)
def test_every_question_stands_on_the_page_with_its_answer(number):
    page = opened("case", "nl", case=str(number))
    said = "\n".join(in_order(page)).replace("\N{NO-BREAK SPACE}", " ")
    asked = [one.value for one in page.subheader]
    for question in CASES[number].answers:
        label = text(f"cases.answers.{question}.question", "nl")
        assert label in asked
        assert question is CaseQuestion.CONTRACTS or f'aria-label="{label}"' in said
    assert not [words for words in SAID[number] if words not in said]


def test_every_case_with_questions_is_looked_at():
    assert set(SAID) == {number for number, case in CASES.items() if case.answers}


def test_an_earlier_month_has_its_own_answers():
    early = "\n".join(in_order(opened("case", "nl", case="7", month="2025-06")))
    assert "Het contract is gesplitst in jan 2025: daarna zijn er 6 maanden." in early
    assert "Zuinige handdoekdispensers" not in early


@pytest.mark.usefixtures("fresh_cache")
def test_names_of_others_are_shown_as_they_are_typed(demo):
    with closing(Store(demo)) as store, store.write() as db:
        db.run("update programmes_offered set title = '<b>*V*</b>' where programme = 'VELDEN-A'")
    page = opened("case", "nl", case="2")
    html = " ".join(one.proto.body for one in page.get("html"))
    assert "<b>*V*</b>" not in html
    assert "&lt;b&gt;*V*&lt;/b&gt;" in html  # in the table
    assert any(r"\<b\>\*V\*\</b\>" in one.value for one in page.markdown)  # in the sentence
