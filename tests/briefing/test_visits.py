"""The monthly check: ticks per month, what changed since the last visit, and the mail."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from nami_monitor.briefing import wording
from nami_monitor.briefing.decisions import todos
from nami_monitor.briefing.headline import headline
from nami_monitor.briefing.month import briefing
from nami_monitor.i18n import LANGS
from nami_monitor.ingest.book.undo import undo
from nami_monitor.store import Store
from nami_monitor.store.journal import JournalEntry
from nami_monitor.tables import TABLES
from nami_monitor.ui import visits as check

OCTOBER = date(2026, 10, 1)
THEN = datetime(2026, 11, 3, 9, 0)  # noqa: DTZ001 - as the database keeps moments: UTC


@pytest.fixture(scope="module")
def office(db):
    return briefing(db, OCTOBER, ["office_supplies"])


@pytest.fixture(scope="module")
def visit(office):
    return check.visit(office, THEN)


def test_a_visit_is_kept_as_text_and_read_again(visit):
    assert check.read_visit(check.write_visit(visit)) == visit


@pytest.mark.parametrize("kept", ["", "{}", "[", '{"at": 1}', "null"])
def test_a_text_that_is_no_visit_is_none(kept):
    assert check.read_visit(kept) is None


def test_every_finding_has_a_name_of_its_own_that_stays(db, office):
    names = [one.name for one in office.findings]
    assert len(set(names)) == len(names) > 3
    again = briefing(db, OCTOBER, ["office_supplies"])
    assert [one.name for one in again.findings] == names


def test_what_was_ticked_is_seen_in_its_month_and_not_in_the_next(office):
    told = todos(office, {}, "nl")
    first, *_ = told
    ticks = {check.tick_name(first): JournalEntry("", {}, "cm", THEN)}
    fresh, seen = check.split(told, ticks)
    assert seen == (first,)
    assert first not in fresh
    about = replace(first.about, month=date(2026, 11, 1))
    later = replace(first, about=about, seen=replace(first.seen, month=date(2026, 11, 1)))
    assert check.split([later], ticks) == ((later,), ())


def test_what_was_decided_is_open_no_more(office):
    first, *others = todos(office, {}, "nl")
    assert check.split([replace(first, chosen=0), *others], {})[0] == tuple(others)


def test_nothing_changed_when_nothing_changed(office, visit):
    found = check.changes(office, visit, ())
    assert found.nothing
    assert (found.since, found.month) == (THEN, OCTOBER)


def test_a_restated_figure_is_told_with_what_it_was(office, visit):
    values = {**visit.values, "impact_spend": 17_000.0, "refuse_rate": 5.0}
    found = check.changes(office, replace(visit, values=values), ())
    told = {one.line.kpi.code: one.before for one in found.restated}
    assert told == {"impact_spend": 17_000.0, "refuse_rate": 5.0}


def test_a_difference_that_is_not_written_is_no_change(office, visit):
    spend = visit.values["impact_spend"]
    values = {**visit.values, "impact_spend": spend + 1e-7}
    assert check.changes(office, replace(visit, values=values), ()).nothing


def test_findings_that_came_and_went_are_told(office, visit):
    names = sorted(visit.findings)
    before = frozenset([*names[1:], "worse:office_supplies:impact_mass"])
    found = check.changes(office, replace(visit, findings=before), ())
    assert [one.name for one in found.new] == [names[0]]
    assert found.gone == 1


def test_figures_of_another_month_are_not_compared(office, visit):
    values = dict.fromkeys(visit.values, -1.0)
    before = replace(visit, month=date(2026, 9, 1), values=values, findings=frozenset(["x:y:z"]))
    found = check.changes(office, before, ())
    assert (found.restated, found.gone, found.month) == ((), 0, date(2026, 9, 1))
    assert len(found.new) == len(office.findings)


@pytest.mark.slow
def test_deliveries_since_a_visit_are_named_and_so_is_what_was_taken_back(demo):
    store = Store(demo)
    with store.read() as db:
        last = db.value("select max(imported_at) from batches")
        batch, file = db.rows("select batch, file from batches order by batch desc limit 1")[0]
        assert check.deliveries(db, last) == ()
        before = last - timedelta(days=1)
        came = check.deliveries(db, before)
        assert file in {one.file for one in came}
        assert not [one for one in came if one.undone]
    undo(store, batch, who="cm")
    with store.read() as db:
        (taken_back,) = check.deliveries(db, last)
        assert (taken_back.file in TABLES, taken_back.undone) == (True, True)
        assert file not in {one.file for one in check.deliveries(db, before)}
    store.close()


def test_each_finding_has_a_lesson_of_its_own(office):
    found = check.lesson_of(office)
    assert found
    names = [called.lesson.name for called in found.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("lang", LANGS)
def test_the_mail_says_what_the_briefing_says_and_no_more(office, lang):
    said = check.mail(office, "https://example.test/?month=2026-10", lang)
    assert said.startswith(headline(office, lang))
    for finding in office.findings[: check.MAILED]:
        assert wording.full(finding, office, lang) in said
    for caveat in wording.caveats(office, lang):
        assert caveat in said
    assert "https://example.test/?month=2026-10" in said
    assert "http" not in check.mail(office, "", lang)


def test_a_long_mail_says_how_much_it_leaves_out(office):
    asking = next(one for one in office.findings if not one.good)
    many = replace(office, first=(asking,) * (check.MAILED + 2), others=())
    assert "en nog 2" in check.mail(many, "", "nl")
