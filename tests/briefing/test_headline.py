"""The month in one sentence: what counts most, no more than the findings show, in two lines."""

from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing import decisions
from nami_monitor.briefing.headline import LONGEST, conclusion, headline
from nami_monitor.briefing.month import briefing
from nami_monitor.core.words import KitSignal
from nami_monitor.i18n import LANGS
from nami_monitor.signals.scan import Assessment
from nami_monitor.store.journal import category_names

OCTOBER = date(2026, 10, 1)


@pytest.fixture(scope="module")
def every(db):
    return briefing(db, OCTOBER, list(category_names(db)))


@pytest.fixture(scope="module")
def office(every):
    return next(one for one in every.sections if one.category == "office_supplies")


def test_a_missed_target_and_a_decision_that_is_due_are_said(office):
    assert conclusion(office, "nl").startswith("Kantoorartikelen: ")
    assert "60 in jan t/m okt 2026 bij een doel van 55" in conclusion(office, "nl")
    assert "1 contract vraagt een besluit vóór 30" in conclusion(office, "nl")


def test_what_did_not_change_is_said_before_a_target_and_a_contract(office):
    quiet = tuple(one for one in office.findings if one.kind is KitSignal.TARGET_MISSED)
    still = replace(office, findings=quiet)
    assert conclusion(still, "nl").startswith(
        "Kantoorartikelen: niets buiten de gewone spreiding, maar omvang van het assortiment 60"
    )
    early = tuple(
        replace(line, assessment=line.assessment and Assessment.TOO_EARLY)
        for line in office.glance.lines
    )
    few = replace(still, glance=replace(office.glance, lines=early))
    assert "te weinig maanden om een verandering te tonen, maar" in conclusion(few, "nl")
    nameless = replace(still, glance=replace(office.glance, lines=()))
    assert "spreiding" not in conclusion(nameless, "nl")


def test_a_change_that_stands_leaves_no_room_for_nothing_changed(every):
    for one in every.sections:
        said = conclusion(one, "nl")
        assert not ("spreiding" in said and any(f.kind is KitSignal.BETTER for f in one.findings))


def test_a_shown_change_comes_first_and_what_is_not_good_follows_with_but(every):
    assets = next(one for one in every.sections if one.category == "it_assets")
    assert conclusion(assets, "en").startswith(
        "IT assets: assets issued again higher than expected for 30 months now, but "
    )


def test_a_change_that_a_short_series_suggests_is_no_headline(every):
    washroom = next(one for one in every.sections if one.category == "sanitary_supplies")
    better = [one for one in washroom.findings if one.kind is KitSignal.BETTER]
    assert better
    assert all(one.signal.numbers["provisional"] for one in better)
    assert "dan verwacht" not in conclusion(washroom, "nl")


@pytest.mark.parametrize("lang", LANGS)
def test_every_headline_is_a_sentence_of_at_most_two_lines(every, lang):
    for said in (headline(every, lang), *(conclusion(one, lang) for one in every.sections)):
        assert said.endswith(".")
        assert len(said) <= LONGEST
        assert "indicator" not in said


@pytest.mark.parametrize("lang", LANGS)
def test_a_measure_before_its_date_is_all_there_is_and_names_no_outcome(office, lang):
    running = [one for one in office.answers if one.intervention.code == "ZL-I-3"]
    said = conclusion(replace(office, findings=(), answers=tuple(running)), lang)
    start = {"nl": "Proef loopt: voorlopig 78 van elke 100 terug (63 tot 98)",
             "en": "Pilot running: so far 78 of every 100 came back (63 to 98)"}[lang]  # fmt: skip
    assert said.startswith(start)
    assert "2027" in said


def test_where_nothing_is_to_be_said_it_says_so(office):
    calm = replace(office, findings=(), answers=())
    assert conclusion(calm, "nl") == (
        "Kantoorartikelen: niets is aantoonbaar veranderd, en er is nu niets te besluiten."
    )
    no_lines = replace(calm, glance=replace(calm.glance, lines=()))
    assert "geen cijfer per maand" in conclusion(no_lines, "nl")


def test_few_months_are_said_to_be_few(office):
    early = tuple(
        replace(line, assessment=line.assessment and Assessment.TOO_EARLY)
        for line in office.glance.lines
    )
    calm = replace(office, findings=(), answers=(), glance=replace(office.glance, lines=early))
    assert "te weinig maanden" in conclusion(calm, "nl")


def test_what_was_decided_asks_nothing_any_more(office):
    contract = next(
        one
        for one in decisions.todos_of(office, {}, "nl")
        if one.on is decisions.DecisionOn.CONTRACT
    )
    entry = kept_of(contract)
    assert "contract" not in conclusion(office, "nl", {contract.name: entry})


def kept_of(stated):
    """The entry of a decision that was taken, as the journal holds it."""
    from nami_monitor.store.journal import JournalEntry  # noqa: PLC0415

    seen = ["", "", ""]
    words = {"options": [["A", ""]], "owner": "", "expected": "", "seen": seen, "question": ""}
    body = {"on": str(stated.on), "category": stated.category, "month": "2026-10", "proposed": 0,
            "chosen": 0, "due": "2026-12-31", "expected_month": None,
            "words": dict.fromkeys(LANGS, words)}  # fmt: skip
    return JournalEntry(stated.name, body, "CM", None)


def test_a_name_of_others_does_not_push_the_news_off_the_line(office):
    long = replace(office, names={"nl": "Papier " * 20, "en": "Paper " * 20})
    said = conclusion(long, "nl")
    assert len(said) <= LONGEST
    assert "60 in jan t/m okt 2026 bij een doel van 55" in said


def test_several_categories_are_named_and_counted_by_decision(every):
    said = headline(every, "nl")
    assert "vragen een besluit over een contract" in said
    assert "bij IT-middelen gaat een cijfer aantoonbaar de goede kant op" in said
