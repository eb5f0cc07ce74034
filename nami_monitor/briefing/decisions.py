"""Decision records: what was seen, which choices there are, who decides, before when.

A to-do of a month is proposed from what was seen: a contract to prepare, a target that was missed,
a measure with a verdict or one that is due, a figure that got worse. What a person filled in stands
in the log of what people keep beside the data and is laid over the proposal, so the page, the slide
and the measure show the same record. Imports and undo leave it alone.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from nami_monitor.briefing import waterbed, wording
from nami_monitor.briefing.contracts import Contract, ContractMoment
from nami_monitor.briefing.month import Briefing, BriefingSection, Finding
from nami_monitor.briefing.notes import one_line
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.core.errors import UserError
from nami_monitor.core.periods import add_months, last_day, months_between, parse_month
from nami_monitor.core.words import KitSignal, PlanState, Verdict
from nami_monitor.i18n import LANGS, Lang, formats, text
from nami_monitor.ingest.personal import signature
from nami_monitor.kit import Lesson, shipped
from nami_monitor.kpis import CATALOGUE
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.sentences import activity_of, figure_text
from nami_monitor.kpis.targets import JudgedTarget
from nami_monitor.store import Transaction
from nami_monitor.store.journal import JournalEntry, current, erase, record
from nami_monitor.waterbed.outputs import Estimate

KIND: Final = "decision"
MOST_OPTIONS: Final = 3
BRIDGE: Final = "reduce_spend_bridge"
"""A difference of figures that change themselves: it says nothing first."""
AHEAD: Final = 6
"""So many months before its verdict a measure asks what will be decided then."""


class DecisionOn(StrEnum):
    """What a decision is about."""

    CHANGE = "change"
    CONTRACT = "contract"
    TARGET = "target"
    MEASURE = "measure"
    LESSON = "lesson"
    OUTCOME = "outcome"
    REST = "rest"


LAST_OF_TURN: Final = frozenset({DecisionOn.LESSON, DecisionOn.OUTCOME, DecisionOn.REST})
"""Kinds that come behind the others in each turn, whatever their day."""

ASKED_BY: Final[Mapping[KitSignal, DecisionOn]] = {
    KitSignal.WORSE: DecisionOn.CHANGE,
    KitSignal.REFURBISHED_SHARE_FALLING: DecisionOn.CHANGE,
    KitSignal.CONTRACT_WINDOW_OPEN: DecisionOn.CONTRACT,
    KitSignal.LONG_CONTRACT: DecisionOn.CONTRACT,
    KitSignal.TARGET_MISSED: DecisionOn.TARGET,
    KitSignal.HIT_AND_MISS: DecisionOn.TARGET,
    KitSignal.WATERBED_SHOWN: DecisionOn.MEASURE,
    KitSignal.WATERBED_SUSPECTED: DecisionOn.MEASURE,
    KitSignal.NO_EFFECT_SEEN: DecisionOn.MEASURE,
    KitSignal.CONSUMPTION_UP_AFTER_MEASURE: DecisionOn.MEASURE,
    KitSignal.EFFECT_FADING: DecisionOn.MEASURE,
}
"""What a signal asks a decision on; the others ask one on something else, or none."""


@dataclass(frozen=True)
class LessonTaken:
    """A lesson of which somebody makes a to-do, beside a category; None for all together."""

    lesson: Lesson
    category: str | None


@dataclass(frozen=True)
class FollowUp:
    """A decision of which the month has come in which a figure was expected, and that figure."""

    entry: JournalEntry
    line: KpiLine | None
    category: str | None


About = Finding | Evaluation | LessonTaken | FollowUp


@dataclass(frozen=True)
class DecisionOption:
    """A choice, and what it gives."""

    what: str
    gives: str = ""


@dataclass(frozen=True)
class SeenThen:
    """What was seen as of a month: a title, a sentence, and the figure in it."""

    month: date
    title: str
    sentence: str
    figure: str


@dataclass(frozen=True)
class Decision:
    """A to-do with its decision record.

    Args:
        name: what it is about and the moment that it belongs to; the same every month.
        seen: what is seen as of the month that is looked at.
        question: what is to be decided.
        options: at most three.
        proposed: which of the options is proposed, from 0; None for none.
        chosen: which was decided on; None while it is open.
        owner: who decides, as a role; empty while nobody is named.
        due: the day before which.
        expected: the figure that is expected of it, in words; empty where nothing is.
        expected_month: when.
        about: what it was proposed from; None for a record that is read by itself.
        weight: what it is about, euros a year.
        dates: of a contract those by which it comes before others, else the day before which.
        kept: what was seen when a person last filled it in; None for a proposal as it is.
        who: who did.
    """

    name: str
    on: DecisionOn
    category: str | None
    seen: SeenThen
    question: str
    options: tuple[DecisionOption, ...]
    proposed: int | None
    owner: str
    due: date
    about: About | None = field(default=None, repr=False, compare=False)
    expected: str = ""
    expected_month: date | None = None
    weight: float = 0.0
    dates: tuple[date, ...] = ()
    chosen: int | None = None
    kept: SeenThen | None = None
    who: str = ""

    @property
    def decided(self) -> str:
        """What was decided; empty while it is open."""
        return "" if self.chosen is None else self.options[self.chosen].what


Kept = Mapping[str, JournalEntry]


def kept(db: Transaction) -> Kept:
    """What people filled in, by the name of the decision."""
    return current(db, KIND)


def todos(found: Briefing, filled: Kept, lang: str) -> tuple[Decision, ...]:
    """Every to-do of a briefing, by the date that comes first; what was decided comes last.

    Of the same date what counts most comes first. The first of each kind comes before the second
    of any, so that many contracts hide no target.
    ``filled`` is what ``kept`` gives.
    """
    return _in_turn([one for section in found.sections for one in _of(section, filled, lang)])


def todos_of(section: BriefingSection, filled: Kept, lang: str) -> tuple[Decision, ...]:
    """The to-dos of one category, as ``todos``."""
    return _in_turn(_of(section, filled, lang))


def asked_of(one: Decision, lang: str) -> str:
    """A to-do on one line: what was seen, what is to be decided, who decides and before when."""
    owner = one.owner or text("decisions.form.nobody", lang)
    when = text("home.all.before", lang, owner=owner, day=formats.day(one.due, lang))
    return f"{one.seen.title}. {one.question} ({when})"


def proposed(about: About, month: date, filled: Kept, lang: str) -> Decision:
    """The decision on something as of a month, whatever it shows, with what was filled in."""
    return _overlaid(propose(about, month, lang), filled, lang)


def _of(section: BriefingSection, filled: Kept, lang: str) -> list[Decision]:
    month = section.glance.month
    asked = [one for one in section.findings if wording.question(one, lang)]
    running = [one for one in section.answers if soon_judged(one, month)]
    found: dict[str, Decision] = {}
    every: list[About] = [*asked, *running, *_kept_alive(section, filled)]
    for about in every:
        one = propose(about, month, lang)
        found.setdefault(f"{one.on}|{one.category}|{_subject_of(about)}", one)
    return [_overlaid(one, filled, lang) for one in found.values()]


def _kept_alive(section: BriefingSection, filled: Kept) -> Iterator[LessonTaken | FollowUp]:
    """What nothing asks for by itself: lessons that were taken up, and what became of decisions."""
    lines = {line.kpi.code: line for line in section.glance.lines}
    for entry in filled.values():
        body = dict(entry.body or {})
        if body.get("category") != section.category:
            continue
        subject = entry.name.partition("|")[2].partition("|")[2]
        lesson = shipped().lessons.get(subject)
        if body["on"] == DecisionOn.LESSON and lesson:
            yield LessonTaken(lesson, section.category)
        expected, day = body["expected_month"], section.glance.month
        if body["chosen"] is not None and expected and parse_month(expected) <= day:
            yield FollowUp(entry, lines.get(subject.partition(" ")[0]), section.category)


def soon_judged(one: Evaluation, month: date) -> bool:
    """Whether a measure without a verdict comes to its date soon."""
    if one.frozen is not None or one.excused or one.judgement.state is PlanState.NOT_ENOUGH:
        return False
    return months_between(month, one.due) <= AHEAD


def _subject_of(about: About) -> str:
    if isinstance(about, LessonTaken):
        return about.lesson.name
    if isinstance(about, FollowUp):
        return about.entry.name
    return about.signal.subject if isinstance(about, Finding) else about.intervention.code


def _in_turn(found: Iterable[Decision]) -> tuple[Decision, ...]:
    order = sorted(found, key=lambda one: (one.dates or (one.due, date.max), -one.weight))
    turns: Counter[tuple[bool, DecisionOn]] = Counter()
    placed = []
    for one in order:
        group = (one.chosen is not None, one.on)
        placed.append((one.chosen is not None, turns[group], one.on in LAST_OF_TURN))
        turns[group] += 1
    pairs = zip(placed, order, strict=True)
    return tuple(one for _, one in sorted(pairs, key=lambda pair: pair[0]))


def propose(about: About, month: date, lang: str) -> Decision:  # noqa: PLR0911 - one for each
    """The to-do that something seen as of a month gives, with the decision that is proposed."""
    if isinstance(about, Evaluation):
        return _on_measure(about, about, month, lang)
    if not isinstance(about, Finding):
        if isinstance(about, LessonTaken):
            return _on_lesson(about, month, lang)
        return _on_outcome(about, month, lang)
    if isinstance(about.about, Evaluation) and ASKED_BY.get(about.kind) is DecisionOn.MEASURE:
        return _on_measure(about.about, about, month, lang)
    on = ASKED_BY.get(about.kind, DecisionOn.REST)
    aim = about.line.aim if about.line else None
    if isinstance(about.about, Contract):
        return _on_contract(about.about, about, month, lang)
    if on is DecisionOn.TARGET and aim is not None and aim.judged is not None:
        return _on_target(aim, about, month, lang)
    return _on_change(about, on, month, lang)


def _decision(
    about: About,
    on: DecisionOn,
    subject: str,
    seen: SeenThen,
    options: Sequence[DecisionOption],
    proposed: int | None,
    lang: str,
    **more: Any,
) -> Decision:
    finding = about if isinstance(about, Finding) else None
    category = about.intervention.category if isinstance(about, Evaluation) else about.category
    usual: dict[str, Any] = {
        "question": wording.question(finding, lang) if finding else "",
        "owner": text(f"decisions.owner.{on}", lang),
        "due": _soon(seen.month),
        "weight": finding.signal.weight if finding else 0.0,
    }
    return Decision(
        name=f"{on}|{category or ''}|{subject}",
        on=on,
        category=category,
        seen=seen,
        options=tuple(options),
        proposed=proposed,
        about=about,
        **{**usual, **more},
    )


def _soon(month: date) -> date:
    """The end of the next month: when nothing else says by when."""
    return last_day(add_months(month, 1))


def _options(
    group: str, names: Sequence[str], lang: str, values: Mapping[str, object]
) -> list[DecisionOption]:
    found = []
    for name in names:
        what, gives = (f"decisions.{group}.{name}.{part}" for part in ("what", "gives"))
        found.append(DecisionOption(text(what, lang, **values), text(gives, lang, **values)))
    return found


def _on_contract(one: Contract, about: Finding, month: date, lang: str) -> Decision:
    moment = one.due(month)
    known: dict[str, object] = {"name": one.name, **wording.signal_values(about.signal, lang)}
    day = moment.day if moment else one.ends_on
    known["on"] = formats.day(day, lang) if day else text("decisions.contract.open_end", lang)
    if moment is None:
        title = text("decisions.contract.long", lang, **known)
        sentence = text("decisions.contract.ends", lang, **known)
    else:
        title = text(f"decisions.contract.title_{moment.kind}", lang, **known)
        since = formats.day(moment.prepare_from, lang)
        sentence = text("decisions.contract.late", lang, since=since)
        notice = _notice_day(one, moment)
        if notice and notice <= last_day(month):
            passed = text("decisions.contract.notice", lang, day=formats.day(notice, lang))
            sentence = f"{sentence} {passed}"
    left = sum(each.kind == "option" and each.day >= month for each in one.moments)
    if left:
        sentence = f"{sentence} {text('decisions.contract.left', lang, n=left)}"
    size = about.signal.size
    known["worth"] = formats.money(size, lang) if size else ""
    names = ["prolong" if left else "again", "smaller", "end_worth" if size else "end"]
    due = _before(one, month)
    return _decision(
        about,
        DecisionOn.CONTRACT,
        f"{one.number} {day or ''}".strip(),
        SeenThen(month, title, sentence, str(known["on"])),
        _options("contract", names, lang, known),
        1,
        lang,
        due=due,
        dates=(due, moment.day) if moment else (one.ends_on or date.max,),
    )


def _before(one: Contract, month: date) -> date:
    """Before when a contract asks a decision.

    When its preparation should begin; where that is past the last day to give notice, else soon.
    """
    moment, now = one.due(month), last_day(month)
    if moment is None:
        return _soon(month)
    moments = (moment.prepare_from, _notice_day(one, moment))
    ahead = [day for day in moments if day and day > now]
    return min(ahead[0] if ahead else _soon(month), moment.day)


def _notice_day(one: Contract, moment: ContractMoment) -> date | None:
    """The last day to give a contract notice for a moment; None where no notice is stated."""
    return _months_before(moment.day, math.ceil(one.notice)) if one.notice else None


def _months_before(day: date, months: int) -> date:
    first = add_months(day.replace(day=1), -months)
    return min(first + timedelta(days=day.day - 1), last_day(first))


def _on_target(aim: JudgedTarget, about: Finding, month: date, lang: str) -> Decision:
    judged, target = aim.judged, aim.target
    assert judged is not None  # noqa: S101 - who calls saw to it
    kpi = CATALOGUE[target.kpi]
    value = figure_text(judged, lang)
    short, plain = (
        wording.short_figure(judged, each or 0.0, lang) for each in (judged.value, aim.value)
    )
    goal = formats.quantity(aim.value or 0.0, kpi.unit, lang, activity=activity_of(judged, lang))
    line = about.line
    known = {"name": wording.name(line, lang) if line else "", "value": value, "goal": goal}
    known |= {"short": short, "plain": plain, "period": wording.period_named(target.period, lang)}
    known["over"] = formats.period(judged.period, lang)
    missed = "missed" if aim.final else "missed_so_far"
    key = "met" if about.kind is KitSignal.HIT_AND_MISS else missed
    seen = SeenThen(
        month,
        text("decisions.target.title", lang, **known),
        text(f"decisions.target.{key}", lang, **known),
        value,
    )
    end = last_day(target.last)
    return _decision(
        about,
        DecisionOn.TARGET,
        f"{target.kpi} {target.period}",
        seen,
        _options("target", ("more", "adjust", "leave"), lang, known),
        0,
        lang,
        due=end if end > last_day(month) else _soon(month),
        expected=goal,
        expected_month=target.last if end > last_day(month) else None,
    )


def _on_measure(one: Evaluation, about: About, month: date, lang: str) -> Decision:
    measure, frozen, due = one.intervention, one.frozen, one.due
    channels = waterbed.back_through(measure, lang)
    share = _returned(one)
    known: dict[str, object] = {"name": measure.title, "channels": channels}
    known["month"] = formats.long_month(frozen.month if frozen else due, lang)
    if share is not None:
        for part in ("value", "low", "high"):
            known[part] = formats.number(100 * getattr(share, part), lang, decimals=0)
    asked = wording.question(about, lang) if isinstance(about, Finding) else ""
    if frozen is None:
        title = waterbed.verdict(one, lang).rstrip(".")
        sentence = text("decisions.measure.running", lang, **known)
        options = _options("measure", ("wait", "wider_now", "stop_now"), lang, known)
        proposed: int | None = 0
        question = one.judgement.plan.decision or text("decisions.measure.ask_ahead", lang)
    else:
        key = "judged" if share is None else "returned"
        short = waterbed.short_verdict(one, lang)
        title = text(f"decisions.measure.{key}", lang, **known, short=short)
        sentence = text("decisions.measure.verdict", lang, **known)
        wider = "wider_to" if channels else "wider"
        options = _options("measure", ("go_on", wider, "stop"), lang, known)
        shown = Verdict.WATERBED_SHOWN in frozen.verdicts
        proposed = 1 if shown and channels else None
        question = asked or text("decisions.measure.ask", lang)
    return _decision(
        about,
        DecisionOn.MEASURE,
        f"{measure.code} {due:%Y-%m}",
        SeenThen(month, title, sentence, str(known.get("value", ""))),
        options,
        proposed,
        lang,
        question=question,
        due=last_day(due) if due > month else _soon(month),
    )


def _returned(one: Evaluation) -> Estimate | None:
    """Which share came back, where it may be said and has limits on both sides."""
    frozen = one.frozen
    share = frozen.quotient if frozen else one.quotient
    if share is None or share.value < 0 or not math.isfinite(share.high - share.low):
        return None
    return share if frozen is None or Verdict.WATERBED_SHOWN in frozen.verdicts else None


def _on_change(about: Finding, on: DecisionOn, month: date, lang: str) -> Decision:
    began, value = about.signal.numbers.get("began"), _value(about, lang)
    since = f"{began:%Y-%m}" if isinstance(began, date) else f"{about.signal.month.year}"
    change = on is DecisionOn.CHANGE
    key, names = ("change", ("look", "act", "wait")) if change else ("rest", ("take", "leave"))
    said = wording.signal_name(about.kind, lang)
    title = text(f"decisions.{key}.title", lang, signal=said, name=_name(about, lang), value=value)
    due = _soon(month)
    return _decision(
        about,
        on,
        f"{about.signal.subject} {since}",
        SeenThen(month, title, _seen(about, on, lang), value),
        _options(key, names, lang, {"due": formats.day(due, lang)}),
        0,
        lang,
        due=due,
        **({"weight": 0.0} if about.signal.subject == BRIDGE else {}),
    )


def _on_lesson(about: LessonTaken, month: date, lang: str) -> Decision:
    words = about.lesson.words[lang]  # type: ignore[index]
    return _decision(
        about,
        DecisionOn.LESSON,
        about.lesson.name,
        SeenThen(month, text("decisions.lesson.title", lang, title=words.title), words.to_try, ""),
        _options("lesson", ("try", "later", "leave"), lang, {}),
        0,
        lang,
        question=text("decisions.lesson.ask", lang),
    )


def _on_outcome(about: FollowUp, month: date, lang: str) -> Decision:
    """What became of a decision, in the figure and month that were expected of it."""
    was, line = _read(about.entry, lang), about.line
    at = was.expected_month or month
    result = next((one for one in line.history if one.month == at), None) if line else None
    known: dict[str, object] = {"seen": was.seen.title, "what": was.decided}
    known |= {"expected": was.expected, "month": formats.long_month(at, lang)}
    known["value"] = figure_text(result, lang) if result and result.value is not None else ""
    key = ("figure" if known["value"] else "unknown") if was.expected else "month"
    return _decision(
        about,
        DecisionOn.OUTCOME,
        was.name,
        SeenThen(
            month,
            text("decisions.outcome.title", lang, **known),
            text(f"decisions.outcome.{key}", lang, **known),
            str(known["value"]),
        ),
        _options("outcome", ("close", "again"), lang, known),
        None,
        lang,
        question=text("decisions.outcome.ask", lang),
    )


def _seen(about: Finding, on: DecisionOn, lang: str) -> str:
    """What was seen; of a change that was shown in a few words, for its title names the figure."""
    if on is not DecisionOn.CHANGE or about.signal.numbers.get("provisional"):
        return wording.sentence(about, lang)
    key = "seen" if "mean" in about.signal.numbers else "seen_alone"
    return text(f"decisions.change.{key}", lang, **wording.signal_values(about.signal, lang))


def _value(about: Finding, lang: str) -> str:
    return str(wording.signal_values(about.signal, lang).get("value", ""))


def _name(about: Finding, lang: str) -> str:
    if about.line:
        return wording.name(about.line, lang)
    values = wording.signal_values(about.signal, lang)
    return str(values.get("name") or values.get("kpi") or about.signal.subject)


def _overlaid(one: Decision, filled: Kept, lang: str) -> Decision:
    entry = filled.get(one.name)
    if entry is None:
        return one
    found = _read(entry, lang)
    dates = one.dates if found.due == one.due else ()
    return replace(
        found, seen=one.seen, about=one.about, weight=one.weight, dates=dates, kept=found.seen
    )


def records(db: Transaction, lang: str) -> tuple[Decision, ...]:
    """Every decision that a person filled in, also where nothing asks for it any more."""
    return tuple(_read(entry, lang) for entry in kept(db).values())


def _read(entry: JournalEntry, lang: str) -> Decision:
    body: dict[str, Any] = dict(entry.body or {})
    said = dict(body.pop("words")[lang])
    expected = body.pop("expected_month")
    return Decision(
        name=entry.name,
        on=DecisionOn(body.pop("on")),
        seen=SeenThen(parse_month(body.pop("month")), *said.pop("seen")),
        options=tuple(DecisionOption(*pair) for pair in said.pop("options")),
        due=date.fromisoformat(body.pop("due")),
        expected_month=parse_month(expected) if expected else None,
        who=entry.who,
        **said,
        **body,
    )


def save(db: Transaction, stated: Decision, lang: Lang, who: str) -> None:
    """Keep a decision as a person filled it in, with what was seen as of its month.

    ``stated`` is a to-do of this month with other options, proposal, choice, owner, day or
    expectation. What is as proposed is kept in every language. Choices without words fall away.

    Raises:
        UserError: ``entry.who``, ``personal.address``, ``notes.long``; ``decisions.options`` with
            more than three or none, or where the choice is none of them.
    """
    about, month = stated.about, stated.seen.month
    if about is None:
        raise ValueError(stated.name)
    stated, plain = _cleaned(stated), _cleaned(propose(about, month, lang))
    words = {}
    for each in LANGS:
        usual, own = propose(about, month, each), {}
        for name in ("options", "owner", "expected"):
            value = getattr(stated, name)
            own[name] = getattr(usual, name) if value == getattr(plain, name) else value
        own["options"] = [[one.what, one.gives] for one in own["options"]]
        seen = [usual.seen.title, usual.seen.sentence, usual.seen.figure]
        words[each] = {**own, "seen": seen, "question": usual.question}
    expected = stated.expected_month
    body = {
        "on": str(stated.on),
        "category": stated.category,
        "month": f"{month:%Y-%m}",
        "proposed": stated.proposed,
        "chosen": stated.chosen,
        "due": stated.due.isoformat(),
        "expected_month": f"{expected:%Y-%m}" if expected else None,
        "words": words,
    }
    record(db, KIND, stated.name, body, signature(who))


def _cleaned(stated: Decision) -> Decision:
    """The texts on one line, without options that say nothing."""
    options: list[DecisionOption] = []
    places: dict[int, int] = {}
    for at, one in enumerate(stated.options):
        what = one_line(one.what)
        if what:
            places[at] = len(options)
            options.append(DecisionOption(what, one_line(one.gives)))
    picked = [at for at in (stated.proposed, stated.chosen) if at is not None]
    if not 0 < len(options) <= MOST_OPTIONS or any(at not in places for at in picked):
        raise UserError("decisions.options", n=MOST_OPTIONS)
    return replace(
        stated,
        options=tuple(options),
        proposed=None if stated.proposed is None else places[stated.proposed],
        chosen=None if stated.chosen is None else places[stated.chosen],
        owner=one_line(stated.owner),
        expected=one_line(stated.expected),
    )


def as_row(one: Decision) -> dict[str, Any]:
    """A record as plain data, for exports."""
    proposed = None if one.proposed is None else one.options[one.proposed].what
    return {
        "decision": one.name,
        "month": f"{one.seen.month:%Y-%m}",
        "category": one.category,
        "seen": one.seen.title,
        "figure": one.seen.figure,
        "question": one.question,
        "options": "; ".join(each.what for each in one.options),
        "proposed": proposed,
        "decided": one.decided or None,
        "owner": one.owner or None,
        "due": one.due.isoformat(),
        "expected": one.expected or None,
        "expected_month": f"{one.expected_month:%Y-%m}" if one.expected_month else None,
        "who": one.who,
    }


DECISION_COLUMNS: Final = (
    "decision", "month", "category", "seen", "figure", "question", "options", "proposed",
    "decided", "owner", "due", "expected", "expected_month", "who",
)  # fmt: skip
"""The columns of an export."""


def withdraw(db: Transaction, name: str, who: str) -> None:
    """Withdraw what was filled in: the to-do is proposed as before, and nothing of it is left.

    Raises:
        UserError: ``entry.who``, ``personal.address``.
    """
    erase(db, KIND, name, signature(who))
