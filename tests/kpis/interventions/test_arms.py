"""Measures with arms: drawn, registered, judged by a randomisation test, refused with reasons."""

import datetime as dt
import json
from dataclasses import replace
from itertools import pairwise

import pytest

from nami_monitor.briefing import arms as words
from nami_monitor.briefing import waterbed as briefing
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months
from nami_monitor.core.words import PlanState, Unit, Verdict
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book import booking
from nami_monitor.ingest.book.manual_entry import enter_together
from nami_monitor.ingest.book.undo import undo
from nami_monitor.kpis.interventions.arms import Scheme, followed, propose
from nami_monitor.kpis.interventions.comparison import compare
from nami_monitor.kpis.interventions.evaluation import by_arms, evaluate
from nami_monitor.kpis.interventions.panel_data import read_panel_data
from nami_monitor.kpis.interventions.plans import ArmEffect, read_verdict
from nami_monitor.kpis.interventions.register import AssignedLocation, Assignment, interventions
from nami_monitor.kpis.interventions.sites import LeftOutReason
from nami_monitor.store.journal import JournalEntry
from nami_monitor.waterbed.outputs import Interval
from nami_monitor.waterbed.randomisation import deal
from tests.kpis.interventions.offices import (
    MONTHS,
    OFFICES,
    REGISTER,
    START,
    Offices,
)

EARLY = dt.datetime(2024, 5, 3)  # noqa: DTZ001 - as stored, UTC
BEFORE = dt.date(2024, 5, 3)
EFFECT = -0.4
MESSAGES = {"nothing": "", "sign": "One pen is enough"}
STRATA = {str(at + 1): (OFFICES[-1 - 2 * at], OFFICES[-2 - 2 * at]) for at in range(7)}
SEED = "3"
ARM_OF = deal(STRATA, tuple(MESSAGES), SEED)
SECOND = add_months(START, 6)
STEP_OF = deal(STRATA, ("1", "2"), SEED)
BEGINS = {"1": START, "2": SECOND}


def rows(arm_of, told=MESSAGES.get, starts=lambda _: None):
    return [
        AssignedLocation(code, arm_of[code], stratum, SEED, code, starts(code), told(arm_of[code]))
        for stratum, own in STRATA.items()
        for code in own
    ]


MEASURE = REGISTER | {"locations": f'"{";".join(OFFICES)}"', "evaluate_after": 11}
ARMS = Assignment(tuple(rows(ARM_OF)))
STEPS = Assignment(tuple(rows(STEP_OF, lambda _: "Tidy up", lambda code: BEGINS[STEP_OF[code]])))


def world(begins):
    """Offices where the cabinet sells less from the month that ``begins`` gives, if any."""
    found = Offices(happened=False, register=[MEASURE])
    for (office, month, channel), pens in list(found.pens.items()):
        first = begins(office)
        if channel == "cabinet" and first and month >= first:
            found.pens[office, month, channel] = round(pens * (1 + EFFECT))
    return found


def loaded(monitor, begins, assignment):
    found = world(begins)
    (measure,), found.register = found.register, []
    found.load(monitor)
    cells = words.as_rows("I1", assignment)
    places = [["" if cell is None else cell for cell in row.values()] for row in cells]
    monitor.load_together(
        monitor.file("interventions", [*measure], [[*measure.values()]]),
        monitor.file("assignments", list(cells[0]), places),
    )


@pytest.fixture(scope="module")
def signs(kept):
    """Signs at half of the offices, registered before the start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(booking, "now", lambda: EARLY)
        loaded(kept, lambda code: START if ARM_OF[code] == "sign" else None, ARMS)
    with kept.store.read() as db:
        return read_panel_data(db)


@pytest.fixture
def steps(monitor):
    loaded(monitor, lambda code: BEGINS[STEP_OF[code]], STEPS)
    with monitor.store.read() as db:
        return read_panel_data(db)


@pytest.fixture(scope="module")
def draft(signs):
    """The same measure before anything was drawn, as of data until its start."""
    (one,) = signs.register
    one = replace(one, assignment=None, locations=tuple(OFFICES), starts_on=dt.date(2026, 1, 1))
    return one, replace(signs, register=())


def test_the_arms_are_judged_at_the_date_and_kept(signs):
    frozen = signs.judgements["I1"].last
    (arm,) = frozen.arms
    assert (arm.arm, arm.told, arm.locations, arm.nothing) == ("sign", MESSAGES["sign"], 7, 7)
    assert arm.effect.low < EFFECT < arm.effect.high < 0
    assert arm.chance == 2 / 2**7
    assert arm.shown
    assert arm.placebo is None, "seven offices are too few for placebos"
    assert frozen.verdicts == (Verdict.INCONCLUSIVE,), "less, but where it went is not known"
    body = json.loads(json.dumps(frozen.body(), default=str))
    assert read_verdict(JournalEntry("I1", body, "", frozen.at)).arms == (arm,)


def test_what_was_told_is_said_in_both_languages(signs):
    (one,) = signs.register
    found = evaluate(one, signs, Unit.BASE)
    for lang in LANGS:
        said = briefing.verdict(found, lang)
        assert "sign" in said
        assert text("waterbed.arms.heads.arm", lang)
        assert briefing.short_verdict(found, lang) == text(
            "waterbed.arms.short.less", lang, arms="sign"
        )
        remarks = " ".join(briefing.plan_remarks(found, lang))
        assert SEED in remarks
        assert text("waterbed.arms.afterwards", lang, day="").split(",")[0] not in remarks
        row, without = words.effect_rows(found, lang)
        assert (row[0], without[0]) == ("sign", "nothing")
        assert len(row) == len(without) == len(words.EFFECTS)
        places = words.place_rows(one.assignment, {}, None, lang)
        assert [row[0] for row in places if row[4] == "sign"] == [
            code for own in STRATA.values() for code in own if ARM_OF[code] == "sign"
        ]


def test_an_assignment_that_comes_after_the_start_says_so(signs):
    (one,) = signs.register
    late = replace(one, assignment=replace(one.assignment, since=dt.datetime(2025, 1, 1)))  # noqa: DTZ001
    said = words.remarks(evaluate(late, signs, Unit.BASE), "en")
    assert any("after the start" in sentence for sentence in said)


def test_a_measure_in_steps_is_judged_up_to_the_last_of_them(steps):
    (one,) = steps.register
    assert set(one.locations) == {code for code in OFFICES if STEP_OF[code] == "1"}
    found = evaluate(one, steps, Unit.BASE)
    (arm,) = found.arms
    assert (arm.arm, arm.told, arm.locations, arm.nothing) == ("", "Tidy up", 7, 7)
    assert arm.effect.low < EFFECT < arm.effect.high < 0
    assert found.window.post == tuple(m for m in MONTHS if START <= m < SECOND)
    assert words.effect_rows(found, "en")[-1][0] == text("waterbed.arms.later", "en")


def test_months_in_which_a_measure_is_off_do_not_count(signs):
    (one,) = signs.register
    turning = replace(one, code="X", turn_months=3)
    found = followed(turning, signs, Unit.BASE)
    assert found.found.window.post == tuple(m for m in MONTHS if turning.on(m))
    assert len(found.found.window.post) == 6
    (arm,) = evaluate(turning, replace(signs, judgements={}), Unit.BASE).arms
    assert arm.effect.low < EFFECT < arm.effect.high < 0


def test_steps_neither_go_on_and_off_nor_weigh_their_months(steps):
    (one,) = steps.register
    turning = replace(one, code="X", turn_months=3)
    assert followed(turning, steps, Unit.BASE).key == "arms_on_and_off"
    weighed = replace(compare(one, steps), weighed=True)
    assert weighed.inputs(Unit.BASE).switch is None


def test_nothing_is_said_before_there_are_months_to_compare(signs):
    (one,) = signs.register
    late = replace(one, code="X", starts_on=MONTHS[-3])
    found = evaluate(late, replace(signs, judgements={}), Unit.BASE)
    assert (found.arms, found.verdicts) == ((), (Verdict.NOT_ENOUGH_DATA,))
    assert found.judgement.state is PlanState.PROVISIONAL
    keys = [each.key for each in found.limitations]
    assert "arms_months" in keys
    for lang in LANGS:
        assert briefing.remarks(found, lang)


SPOILT = {
    "arms_twice": (*ARMS.places, replace(ARMS.places[0], arm="nothing", drawn_as="L99")),
    "arms_starts": (replace(STEPS.places[0], starts_on=None), *STEPS.places[1:]),
    "arms_silent": tuple(replace(each, told="Hello") for each in ARMS.places),
    "arms_not_drawn": tuple(replace(each, seed="4") for each in ARMS.places),
    "arms_few": ARMS.places[:10],
    "arms_many": tuple(
        replace(each, arm=str(at), told=str(at) if at else "")
        for at, each in enumerate(ARMS.places)
    ),
}


@pytest.mark.parametrize("key", SPOILT)
def test_an_assignment_that_cannot_be_compared_says_why(signs, key):
    (one,) = signs.register
    spoilt = Assignment(SPOILT[key])
    assert spoilt.problem.key == key
    one = replace(one, code="X", assignment=spoilt, locations=spoilt.reached)
    found = evaluate(one, replace(signs, judgements={}), Unit.BASE)
    assert (found.arms, found.verdicts) == ((), (Verdict.NOT_ENOUGH_DATA,))
    for lang in LANGS:
        sentence = briefing.limitation_sentence(spoilt.problem, lang)
        assert sentence in briefing.remarks(found, lang)


def test_a_location_that_cannot_be_followed_leaves_whatever_it_got(signs):
    """Else chance would not have parted those that stay."""
    (one,) = signs.register
    for arm in MESSAGES:
        gone = next(code for code in OFFICES if ARM_OF[code] == arm)
        closed = replace(signs.locations[gone], closed_on=START)
        without = replace(signs, locations={**signs.locations, gone: closed})
        found = followed(one, without, Unit.BASE)
        assert gone not in {each.location for each in found.places}
        assert len(found.places) == len(OFFICES) - 1


def test_a_proposal_follows_its_seed_and_the_level_before(draft):
    one, data = draft
    found = propose(one, data, MESSAGES, Scheme.PAIRS, "8", BEFORE)
    assert found.assignment.problem is None
    assert set(found.assignment.locations) == set(OFFICES)
    by_stratum = [
        sorted(found.levels[e.location] for e in found.assignment.places if e.stratum == str(at))
        for at in range(1, 8)
    ]
    assert all(low[0] >= high[-1] for low, high in pairwise(by_stratum))
    assert all(len(each) == 2 for each in by_stratum)
    assert found == propose(one, data, MESSAGES, Scheme.PAIRS, "8", BEFORE)
    wide = propose(one, data, MESSAGES, Scheme.STRATA, "8", BEFORE)
    assert {len([e for e in wide.assignment.places if e.stratum == at]) for at in "12"} == {6, 8}
    stepped = propose(one, data, {"": "Tidy up"}, Scheme.STEPS, "8", BEFORE, steps=2, every=6)
    assert stepped.assignment.problem is None
    assert {each.starts_on for each in stepped.assignment.places} == {
        one.starts_on,
        add_months(one.starts_on, 6),
    }


def test_a_location_without_a_level_takes_no_part_and_is_named(draft):
    one, data = draft
    gone = replace(data.locations["L01"], closed_on=dt.date(2025, 2, 1))
    found = propose(
        one, replace(data, locations={**data.locations, "L01": gone}), MESSAGES, Scheme.PAIRS, "8",
        BEFORE,
    )  # fmt: skip
    assert [(each.location, each.why) for each in found.left] == [("L01", LeftOutReason.CLOSED)]
    assert "L01" not in found.assignment.locations
    for lang in LANGS:
        assert "L01" in words.left_out(found, lang)[0]


THREE = {"nothing": "", "a": "A", "b": "B"}
REFUSED = {
    "arms.drawn": {"assignment": ARMS},
    "arms.begun": {"starts_on": BEFORE},
    "arms.unknown": {"locations": (*OFFICES, "L99")},
    "arms.nothing": {"category": "cleaning"},
    "arms.few": {"messages": THREE},
    "arms.count": {"messages": {"nothing": ""}},
    "arms.silent": {"messages": {"a": "A", "b": "B"}},
    "arms.one_message": {"scheme": Scheme.STEPS},
    "arms.seed": {"seed": " "},
    "arms.on_and_off": {"scheme": Scheme.STEPS, "turn_months": 3, "messages": {"": "A"}},
}


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_the_reason(draft, key):
    one, data = draft
    change = dict(REFUSED[key])
    asked = {
        name: change.pop(name, usual)
        for name, usual in {"messages": MESSAGES, "scheme": Scheme.PAIRS, "seed": "8"}.items()
    }
    with pytest.raises(UserError) as refused:
        propose(replace(one, **change), data, today=BEFORE, **asked)
    assert refused.value.key == key
    for lang in LANGS:
        assert text(f"errors.{key}", lang, **refused.value.values)


def test_a_location_in_another_measure_that_runs_is_refused(draft):
    one, data = draft
    other = replace(one, code="I2", locations=("L03",), starts_on=START)
    with pytest.raises(UserError) as refused:
        propose(one, replace(data, register=(other,)), MESSAGES, Scheme.PAIRS, "8", BEFORE)
    assert refused.value.key == "arms.elsewhere"
    assert refused.value.values["locations"] == "L03"
    over = replace(other, ends_on=dt.date(2025, 1, 31))
    assert propose(one, replace(data, register=(over,)), MESSAGES, Scheme.PAIRS, "8", BEFORE)


def test_what_is_booked_is_one_delivery_and_can_be_undone(monitor):
    Offices(register=[]).load(monitor)
    monitor.load_rows("interventions", [*MEASURE], [[*MEASURE.values()]])
    report = enter_together(monitor.store, "assignments", words.as_rows("I1", ARMS), "inkoop")
    with monitor.store.read() as db:
        (one,) = interventions(db)
    assert one.assignment.places == tuple(sorted(ARMS.places, key=lambda e: e.location))
    assert set(one.locations) == {code for code in OFFICES if ARM_OF[code] == "sign"}
    told = [replace(each, told_on=START) for each in ARMS.places if each.arm == "sign"]
    since = one.assignment.since
    enter_together(monitor.store, "assignments", words.as_rows("I1", Assignment(tuple(told))), "x")
    with monitor.store.read() as db:
        (one,) = interventions(db)
    assert {each.told_on for each in one.assignment.places if each.arm == "sign"} == {START}
    assert one.assignment.since == since, "what is told changes nothing of the draw"
    undo(monitor.store, report.batch + 1, who="inkoop")
    undo(monitor.store, report.batch, who="inkoop")
    with monitor.store.read() as db:
        (one,) = interventions(db)
    assert one.assignment is None
    assert set(one.locations) == set(OFFICES)


def effect(value, chance):
    return ArmEffect("a", "A", 7, 7, Interval(value, -1, 1), chance, 0.05, None)


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ((effect(-0.1, 0.2), effect(0.1, 0.2)), Verdict.NO_DECREASE_SHOWN),
        ((effect(-0.1, 0.2), effect(0.1, 0.05)), Verdict.TARGET_ROSE),
        ((effect(-0.1, 0.05), effect(0.1, 0.05)), Verdict.NET_REDUCTION_SHOWN),
    ],
)
def test_whether_the_target_went_down_is_what_chance_shows(arms, expected):
    assert by_arms((Verdict.NET_REDUCTION_SHOWN,), arms) == (expected,)


def test_lines_of_a_form_name_arms_and_their_messages():
    found = words.messages("nothing\n sign = One = enough \n\nmail=\n")
    assert found == {"nothing": "", "sign": "One = enough", "mail": ""}
    with pytest.raises(UserError) as refused:
        words.messages("sign = A\nsign = B")
    assert refused.value.key == "arms.named_twice"
