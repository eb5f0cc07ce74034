"""Decision records: proposed from what was seen, kept as of its month, the same everywhere."""

from dataclasses import replace
from datetime import date

import pytest

from nami_monitor.briefing import decisions, wording
from nami_monitor.briefing.decisions import DecisionOn, DecisionOption
from nami_monitor.briefing.month import GOOD, briefing
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import last_day
from nami_monitor.core.words import KitSignal
from nami_monitor.i18n import LANGS, formats, text
from nami_monitor.kit import shipped
from nami_monitor.signals.signal_rules import Signal
from nami_monitor.store import Store
from nami_monitor.store.journal import history

OCTOBER = date(2026, 10, 1)
CODES = ("office_supplies", "sanitary_supplies", "it_assets")


@pytest.fixture(scope="module")
def found(db):
    return briefing(db, OCTOBER, CODES)


@pytest.fixture(scope="module")
def office(found):
    return found.sections[0]


@pytest.fixture
def store(tmp_path):
    found = Store(tmp_path / "own.duckdb")
    yield found
    found.close()


def first(section, on, lang="nl", filled=None):
    return next(one for one in decisions.todos_of(section, filled or {}, lang) if one.on is on)


def keep(store, stated, lang="nl", who="CM"):
    with store.write() as db:
        decisions.save(db, stated, lang, who)
    with store.read() as db:
        return decisions.kept(db)


@pytest.mark.parametrize("lang", LANGS)
def test_every_to_do_says_what_who_and_before_when(found, lang):
    told = decisions.todos(found, {}, lang)
    assert {one.on for one in told} >= {DecisionOn.CONTRACT, DecisionOn.TARGET, DecisionOn.MEASURE}
    for one in told:
        assert one.seen.title
        assert one.seen.sentence
        assert one.question
        assert one.owner
        assert one.due > last_day(OCTOBER)
        assert 0 < len(one.options) <= decisions.MOST_OPTIONS
        assert one.proposed is None or one.proposed < len(one.options)
        assert one.chosen is None
        assert not one.decided


def test_whatever_asks_a_decision_is_in_a_to_do_and_good_news_is_not(found):
    asked = {
        (one.category, one.signal.subject) for one in found.findings if wording.question(one, "nl")
    }
    told = {
        (one.about.category, one.about.signal.subject)
        for one in decisions.todos(found, {}, "nl")
        if hasattr(one.about, "signal")
    }
    assert told == asked
    assert not any(
        one.about.kind in GOOD
        for one in decisions.todos(found, {}, "nl")
        if hasattr(one.about, "kind")
    )


def test_one_contract_is_one_to_do_whatever_is_said_of_it(office):
    kinds = {one.kind for one in office.findings if one.signal.subject == "ZL-2021-004"}
    assert kinds == {KitSignal.CONTRACT_WINDOW_OPEN, KitSignal.LONG_CONTRACT}
    own = [one for one in decisions.todos_of(office, {}, "nl") if "ZL-2021-004" in one.name]
    assert [one.name for one in own] == ["contract|office_supplies|ZL-2021-004 2027-03-31"]


def test_the_first_of_each_kind_comes_before_the_second_of_any(office):
    three = decisions.todos_of(office, {}, "nl")[:3]
    assert [one.on for one in three] == [
        DecisionOn.CONTRACT, DecisionOn.MEASURE, DecisionOn.TARGET,
    ]  # fmt: skip


def test_what_comes_first_of_a_kind_is_what_asks_a_decision_first(db):
    """The cleaning contract is worth most and ends in 2028; printing ends this month."""
    (every,) = briefing(db, OCTOBER).sections
    told = decisions.todos_of(every, {}, "nl")
    contracts = [one for one in told if one.on is DecisionOn.CONTRACT]
    assert contracts[0].seen.title == "Contract Drukwerk loopt af op 30\xa0nov 2026"
    windows = [one for one in contracts if one.about.about.due(OCTOBER)]
    assert contracts[: len(windows)] == windows, "a contract that is only long asks nothing yet"
    moments = [(one.due, one.about.about.due(OCTOBER).day) for one in windows]
    assert moments == sorted(moments)
    assert max(one.weight for one in windows) > windows[0].weight
    firsts = [next(one for one in told if one.on is on) for on in dict.fromkeys(o.on for o in told)]
    dated = [one.due for one in firsts if one.on not in decisions.LAST_OF_TURN]
    assert dated == sorted(dated)


def test_a_notice_that_has_passed_is_said(office):
    """Of a contract that ends on 30 March, with six months' notice."""
    finding = first(office, DecisionOn.CONTRACT).about
    moment = replace(finding.about.moments[0], day=date(2027, 3, 30), kind="end")
    one = replace(finding.about, moments=(moment,))
    for notice, passed in ((6.0, "30\xa0sep 2026"), (5.0, "30\xa0okt 2026"), (4.0, ""), (None, "")):
        about = replace(finding, about=replace(one, notice=notice))
        asked = decisions.propose(about, OCTOBER, "nl")
        told = text("decisions.contract.notice", "nl", day=passed)
        assert (told in asked.seen.sentence) is bool(passed)
        assert ("Opzeggen kon" in asked.seen.sentence) is bool(passed)
        assert asked.due == date(2026, 11, 30)


def test_names_hold_from_month_to_month(db, office):
    earlier = briefing(db, date(2026, 9, 1), ["office_supplies"]).sections[0]
    names = [
        {one.name for one in decisions.todos_of(section, {}, "nl")} for section in (earlier, office)
    ]
    assert "contract|office_supplies|ZL-2021-004 2027-03-31" in names[0] & names[1]
    assert "target|office_supplies|refuse_assortment 2026" in names[0] & names[1]


@pytest.mark.parametrize("lang", LANGS)
def test_a_measure_before_its_date_names_its_interval_and_no_outcome(office, lang):
    running = next(one for one in office.answers if one.intervention.code == "ZL-I-3")
    one = decisions.proposed(running, OCTOBER, {}, lang)
    assert one.name == "measure|office_supplies|ZL-I-3 2027-03"
    assert one in decisions.todos_of(office, {}, lang)
    assert {"nl": "Proef loopt: voorlopig", "en": "Pilot running: so far"}[lang] in one.seen.title
    assert "(63" in one.seen.title
    assert "2027" in one.seen.title
    assert one.due == date(2027, 3, 31)


def test_a_channel_named_like_another_is_told_apart_in_what_is_asked(office):
    answered = next(one for one in office.answers if one.intervention.code == "ZL-I-7")
    twins = replace(
        answered.intervention, target_channel="webwinkel", substitute_channels=("webshop",)
    )
    asked = decisions.proposed(replace(answered, intervention=twins), OCTOBER, {}, "nl")
    assert "webwinkel (webshop)" in " ".join(one.what for one in asked.options)


def test_a_measure_and_its_to_do_are_one_record(office):
    answered = next(one for one in office.answers if one.intervention.code == "ZL-I-7")
    own = decisions.proposed(answered, OCTOBER, {}, "nl")
    listed = next(one for one in decisions.todos_of(office, {}, "nl") if "ZL-I-7" in one.name)
    assert (own.name, own.seen, own.options) == (listed.name, listed.seen, listed.options)
    assert own.seen.title == "61 van elke 100 kwamen terug (43 tot 83)"


def test_a_target_is_decided_on_before_its_period_ends_and_expects_its_goal(office):
    one = first(office, DecisionOn.TARGET)
    assert (one.due, one.expected, one.expected_month) == (
        date(2026, 12, 31), "55", date(2026, 12, 1),
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
def test_whatever_is_said_of_a_target_names_the_months_of_its_figure(found, lang):
    asked = [one for one in decisions.todos(found, {}, lang) if one.on is DecisionOn.TARGET]
    assert any(one.about.line.aim.judged.month != one.about.line.result.month for one in asked) or (
        any(one.about.line.aim.judged.period != one.about.line.result.period for one in asked)
    )
    for one in asked:
        over = formats.period(one.about.line.aim.judged.period, lang)
        assert over in one.seen.title
        assert over in one.options[0].gives


def test_periods_of_targets_are_written_as_people_write_them():
    numbers = {"value": 2.0, "goal": 1.0, "final": 1.0}
    for period, written in (("2026-Q3", "3e kwartaal 2026"), ("2026-09", "sep 2026")):
        about = {**numbers, "period": period}
        signal = Signal(KitSignal.TARGET_MISSED, OCTOBER, "x", about, kpi="impact_spend")
        assert written in wording.signal_sentence(signal, "nl")


def test_a_contract_asks_before_its_moment(office):
    for one in decisions.todos_of(office, {}, "nl"):
        if one.on is DecisionOn.CONTRACT and one.about.kind is KitSignal.CONTRACT_WINDOW_OPEN:
            assert last_day(OCTOBER) < one.due <= one.about.about.due(OCTOBER).day


def test_what_a_person_keeps_is_laid_over_the_proposal_in_both_languages(store, office):
    one = first(office, DecisionOn.TARGET)
    stated = replace(one, owner="Hoofd  facilitair\n", due=date(2026, 12, 15), chosen=1)
    filled = keep(store, stated)
    for lang in LANGS:
        shown = first(office, DecisionOn.TARGET, lang, {})
        own = next(
            each for each in decisions.todos_of(office, filled, lang) if each.name == one.name
        )
        assert (own.owner, own.due, own.chosen) == ("Hoofd facilitair", date(2026, 12, 15), 1)
        assert own.options == shown.options
        assert own.kept == shown.seen
        assert own.decided == shown.options[1].what
        assert own.who == "CM"
    assert decisions.todos_of(office, filled, "nl")[-1].name == one.name


def test_what_is_kept_with_its_day_keeps_its_place(store, office):
    """Slides stand in this order: one whose words a person changes does not go elsewhere."""
    order = [one.name for one in decisions.todos_of(office, {}, "nl")]
    for on in (DecisionOn.CONTRACT, DecisionOn.TARGET):
        filled = keep(store, replace(first(office, on), owner="Hoofd facilitair"))
        assert [one.name for one in decisions.todos_of(office, filled, "nl")] == order


def test_what_was_seen_stays_as_of_its_month(db, store, office):
    earlier = briefing(db, date(2025, 6, 1), ["office_supplies"]).sections[0]
    one = next(each for each in decisions.todos_of(earlier, {}, "nl") if "ZL-2021-004" in each.name)
    filled = keep(store, replace(one, chosen=0))
    now = next(each for each in decisions.todos_of(office, filled, "nl") if each.name == one.name)
    assert now.kept.month == date(2025, 6, 1)
    assert now.seen.month == OCTOBER


def test_own_choices_replace_the_proposed_ones_and_empty_ones_fall_away(store, office):
    one = first(office, DecisionOn.CONTRACT)
    own = (DecisionOption(" "), DecisionOption("Samen met Zuid <b>"), DecisionOption("Niets", "x"))
    filled = keep(store, replace(one, options=own, proposed=1, chosen=2))
    told = next(each for each in decisions.todos_of(office, filled, "en") if each.name == one.name)
    assert [each.what for each in told.options] == ["Samen met Zuid <b>", "Niets"]
    assert (told.proposed, told.chosen, told.decided) == (0, 1, "Niets")


def test_a_record_is_read_without_what_asked_for_it(store, office):
    one = first(office, DecisionOn.CONTRACT)
    keep(store, replace(one, chosen=0))
    with store.read() as db:
        (read,) = decisions.records(db, "nl")
    assert (read.name, read.seen, read.options, read.chosen) == (
        one.name, one.seen, one.options, 0,
    )  # fmt: skip
    assert tuple(decisions.as_row(read)) == decisions.DECISION_COLUMNS


def test_a_withdrawn_record_leaves_nothing_but_who_withdrew_it(store, office):
    one = first(office, DecisionOn.CONTRACT)
    keep(store, replace(one, owner="Directeur bedrijfsvoering"))
    with store.write() as db:
        decisions.withdraw(db, one.name, "IA")
    with store.read() as db:
        assert decisions.kept(db) == {}
        assert [(each.who, each.body is None) for each in history(db, decisions.KIND)] == [
            ("CM", True),
            ("IA", True),
        ]
    store.close()
    assert b"Directeur bedrijfsvoering" not in b"".join(
        file.read_bytes() for file in store.path.iterdir() if file.is_file()
    )


def test_a_to_do_may_have_no_owner(store, office):
    one = first(office, DecisionOn.CONTRACT)
    filled = keep(store, replace(one, owner="  "))
    assert first(office, DecisionOn.CONTRACT, "nl", filled).owner == ""


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"owner": "jan@dienst.nl"}, "personal.address"),
        ({"owner": "x" * 501}, "notes.long"),
        ({"options": ()}, "decisions.options"),
        ({"options": (DecisionOption("a"),) * 4}, "decisions.options"),
        ({"chosen": 3}, "decisions.options"),
        (
            {"options": (DecisionOption("a"), DecisionOption(" ")), "proposed": 1},
            "decisions.options",
        ),
    ],
    ids=["address", "long", "none", "four", "unknown", "empty"],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(store, office, change, key):
    with pytest.raises(UserError) as error:
        keep(store, replace(first(office, DecisionOn.CONTRACT), **change))
    assert error.value.key == key
    with store.read() as db:
        assert decisions.kept(db) == {}


def test_somebody_keeps_it(store, office):
    with pytest.raises(UserError) as error:
        keep(store, first(office, DecisionOn.CONTRACT), who=" ")
    assert error.value.key == "entry.who"


LESSON = next(iter(shipped().lessons.values()))


@pytest.mark.parametrize("lang", LANGS)
def test_a_lesson_that_is_taken_up_is_a_to_do_of_its_category_until_it_is_decided(
    store, found, lang
):
    office, washroom, _ = found.sections
    taken = decisions.LessonTaken(LESSON, "office_supplies")
    proposal = decisions.proposed(taken, OCTOBER, {}, lang)
    assert LESSON.words[lang].title in proposal.seen.title
    filled = keep(store, replace(proposal, owner="Team <b>"), lang)
    one = first(office, DecisionOn.LESSON, lang, filled)
    assert (one.owner, one.seen.sentence) == ("Team <b>", LESSON.words[lang].to_try)
    assert not [x for x in decisions.todos_of(washroom, filled, lang) if x.on is DecisionOn.LESSON]
    decided = keep(store, replace(one, chosen=0), lang)
    assert first(office, DecisionOn.LESSON, lang, decided).chosen == 0


def followed(store, office, month):
    target = first(office, DecisionOn.TARGET)
    stated = replace(target, chosen=0, expected="50 artikelen", expected_month=month)
    told = decisions.todos_of(office, keep(store, stated), "nl")
    return [one for one in told if one.on is DecisionOn.OUTCOME]


def test_what_was_expected_of_a_decision_is_compared_when_its_month_has_come(store, office):
    (one,) = followed(store, office, OCTOBER)
    assert "50 artikelen" in one.seen.sentence
    assert "60" in one.seen.sentence.rpartition("Het werd")[2]
    closed = keep(store, replace(one, chosen=0))
    assert first(office, DecisionOn.OUTCOME, filled=closed).chosen == 0


def test_before_that_month_nothing_is_compared(store, office):
    assert followed(store, office, date(2026, 11, 1)) == []


def test_a_month_without_a_figure_is_said_to_have_none(store, office):
    (one,) = followed(store, office, date(1999, 1, 1))
    assert "is er niet" in one.seen.sentence
