"""The questions of a case's owner and their answers, in words and small tables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from nami_monitor.briefing import case_answers as briefing
from nami_monitor.briefing import cases
from nami_monitor.briefing import waterbed as measures
from nami_monitor.briefing.as_of import read_as_of
from nami_monitor.briefing.case_answers import (
    Answering,
    ChannelVolume,
    ContractTerm,
    ElectionPaper,
    Idle,
    MeasureNumbers,
    Pace,
    SplitContract,
)
from nami_monitor.core.escapes import Markdown, markdown
from nami_monitor.core.periods import Period, last_day, span
from nami_monitor.core.words import CaseQuestion, Unit
from nami_monitor.i18n import formats
from nami_monitor.kit import Case, shipped
from nami_monitor.kpis import KpiResult
from nami_monitor.kpis.bridge import StreamSpend
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.kpis.questions import programmes
from nami_monitor.kpis.result import absolute
from nami_monitor.kpis.sentences import difference_text, names, reason_text, word
from nami_monitor.store import Store
from nami_monitor.ui import links, scaffold, words
from nami_monitor.ui.cache import cached
from nami_monitor.ui.pages.answer_blocks import (
    AnswerBlock,
    AnswerCell,
    AnsweredCase,
    Row,
    Telling,
    show_block,
)
from nami_monitor.ui.session import Session


@cached(entries=50, shared=True)  # frozen, and holds what cannot be copied
def _answered(store: Store, number: int, kind: str, month: date | None, lang: str) -> AnsweredCase:
    case = shipped().cases[number]
    with read_as_of(store, month) as db:
        found = briefing.answers(db, case, kind)
        idle = [part for answer in found for part in answer.parts if isinstance(part, Idle)]
        places = [asset.location for part in idle for asset in part.told]
        where = {"category": cases.categories_of(db, case)}
        return AnsweredCase(where, found, programmes(db), names(db, "location", places, lang))


def show(session: Session, case: Case, kind: str, month: date | None) -> None:
    """Show each question of a case with its answer, or why there is none.

    Args:
        session: for the words.
        case: the case.
        kind: the period that was chosen.
        month: the month as of which it speaks.
    """
    answered = _answered(session.store, case.number, kind, month, session.lang)
    for answer in answered.answers:
        st.subheader(session.t(f"cases.answers.{answer.question}.question"), anchor=False)
        if answer.reason is not None:
            st.info(markdown(reason_text(answer.reason, session.lang)))
            continue
        tell = Telling(session, answered, answer.question)
        for block in TELL[answer.question](tell, answer.parts):
            show_block(session, answer.question, block)
        if answer.question in LISTS:
            LISTS[answer.question](tell, answer.parts)


Blocks = Iterable[AnswerBlock]


def _pace(tell: Telling, parts: tuple[Pace, ...]) -> Blocks:
    said = [_stand(tell, one) for one in parts]
    running = [one for one in parts if one.reason is None]
    rows = [_pace_row(tell, one) for one in running]
    if len(running) > 1:
        ends = [sum(_reach(one)[at] for one in running) for at in (0, 1)]
        counts = {n: tell.count(sum(getattr(one, n) for one in running)) for n in ("done", "cap")}
        said.append(tell.md("together", reach=_span(tell, ends), **counts))
    reported = formats.long_month(max(one.progress.month for one in parts), tell.lang)
    heads = tell.heads("title", "time", "share", "done", "since", "lately", "needed", "reach")
    yield AnswerBlock(said, heads, rows, [tell.md("note", month=reported)])


def _reach(one: Pace) -> tuple[float, float]:
    """Where a programme ends at either pace; no more than its cap."""
    since, lately = (
        min(max(one.at_end(rate), one.done), max(one.cap, one.done)) for rate in one.rates
    )
    return since, lately


def _span(tell: Telling, ends: Sequence[float]) -> str:
    low, high = (tell.count(end) for end in (min(ends), max(ends)))
    return low if low == high else f"{low}\N{EN DASH}{high}"


def _stand(tell: Telling, one: Pace) -> Markdown:
    """How far a programme is, and whether its cap is met in time."""
    stand = tell.md(
        "stand",
        title=one.programme.title,
        passed=tell.count(one.passed),
        term=tell.count(one.term),
        time=tell.share(one.passed, one.term),
        done=tell.count(one.done),
        cap=tell.count(one.cap) if one.cap else words.NONE,
        share=tell.share(one.done, one.cap),
    )
    if one.reason is not None:
        return Markdown(f"{stand} {markdown(reason_text(one.reason, tell.lang))}")
    since, lately = (tell.n(rate) for rate in one.rates)
    values = {
        "end": formats.long_month(one.programme.period.last, tell.lang),
        "needed": tell.n(round(one.needed or 0.0, 1)),
        "since": tell.n(round(one.a_year, 1)) if since else since,
        "lately": lately,
        "reach": _span(tell, _reach(one)),
    }
    if one.done >= one.cap:
        ending = tell.md("full")
    elif one.needed is None:
        ending = tell.md("over")
    elif all(one.in_time):
        month = max(reached for rate in one.rates if (reached := one.reached(rate)))
        ending = tell.md("yes", month=formats.long_month(month, tell.lang), **values)
    else:
        key = "depends" if any(one.in_time) else "no"
        ending = tell.md(key, **values)
    return Markdown(f"{stand} {ending}")


def _pace_row(tell: Telling, one: Pace) -> Row:
    where = {"programme": (one.programme.period.kind,)}
    done = tell.session.t("case.of", part=tell.count(one.done), whole=tell.count(one.cap))
    needed = words.NONE if one.needed is None else tell.n(round(max(one.needed, 0.0), 1))
    return (
        one.programme.title,
        tell.share(one.passed, one.term),
        tell.figure(one.progress, where),
        done,
        tell.n(round(one.a_year, 1)),
        tell.n(float(one.last_year)),
        needed,
        _span(tell, _reach(one)),
    )


def _per_answer(tell: Telling, parts: tuple[Answering, ...]) -> Blocks:
    for one in parts:
        asked, silent = one.silence.denominator or 0.0, one.silence.numerator or 0.0
        answered = tell.md(
            "answered",
            answered=tell.count(asked - silent),
            asked=tell.count(asked),
            share=tell.share(asked - silent, asked),
            silent=tell.count(silent),
        )
        keys, before = ("measure", "count", "total", "now"), one.before
        heads = tell.heads(*keys, period=tell.period(one.period))
        if before is not None and one.earlier:
            heads += tell.heads("before", "both_before", period=tell.period(before))
            heads += tell.heads("both_now", period=tell.period(one.period))
        rows = [_answer_row(tell, one, measure) for measure in one.reported]
        notes = (tell.md("both"),) if one.earlier else ()
        yield AnswerBlock((answered,), heads, rows, notes)


def _answer_row(tell: Telling, one: Answering, measure: str) -> Row:
    reported, earlier = one.reported[measure], one.earlier.get(measure, {})
    both = one.both(measure)

    def mean(of: Mapping[str, float], units: Sequence[str] | None = None) -> str:
        value = briefing.per_unit(of, units)
        return words.NONE if value is None else tell.n(value)

    cells: tuple[str, ...] = (
        word("measure", measure, tell.lang),
        tell.count(len(reported)),
        tell.n(sum(reported.values())),
        mean(reported),
    )
    if one.before is not None and one.earlier:
        cells += (mean(earlier), mean(earlier, both), mean(reported, both))
    return cells


def _list_answers(tell: Telling, parts: tuple[Answering, ...]) -> None:
    """Each answer by itself."""
    for one in parts:
        units = sorted({unit for reported in one.reported.values() for unit in reported})
        rows = [
            {
                "cases.answers.per_answer.unit": unit,
                **{
                    scaffold.Named(tell.code("measure", measure), measure): own.get(unit)
                    for measure, own in one.reported.items()
                },
            }
            for unit in units
        ]
        write = dict.fromkeys((name for row in rows[:1] for name in [*row][1:]), _three_digits)
        name = tell.say("each", n=len(units))
        with st.expander(tell.md("each", n=len(units))):
            scaffold.table(tell.session, "case_each_answer", name, rows, write=write)


def _three_digits(value: float, lang: str) -> str:
    return formats.number(value, lang, significant=formats.SIGNIFICANT)


def _second_life(tell: Telling, parts: tuple[KpiResult, ...]) -> Blocks:
    now, before = parts[-1], parts[-2] if len(parts) > 1 else None

    def values(one: KpiResult) -> dict[str, str]:
        return {
            "title": tell.period(one.period),
            "share": tell.share(one.numerator or 0.0, one.denominator or 0.0),
            "part": tell.quantity(one.numerator or 0.0, Unit.KG),
            "whole": tell.quantity(one.denominator or 0.0, Unit.KG),
        }

    said = [tell.md("now", **values(now))]
    if before is not None:
        said.append(tell.md("before", **values(before)))
        less = (now.numerator or 0.0) - (before.numerator or 0.0)
        if less < 0 and (now.value or 0.0) >= (before.value or 0.0) - ROUNDING:
            written = formats.signed_quantity(less, Unit.KG, tell.lang)
            said.append(tell.md("lighter", less=written))
    rows: list[Row] = [
        (*(values(one)[name] for name in ("title", "whole", "part")), tell.figure(one))
        for one in parts
    ]
    heads = tell.heads("title", "whole", "part", "share")
    yield AnswerBlock(said, heads, rows, tell.flags(*parts))


ROUNDING: Final = 1e-9


def _paper(tell: Telling, parts: tuple[ElectionPaper, ...]) -> Blocks:
    now = parts[-1]
    components = tuple(dict.fromkeys(name for one in parts for name in one.components))

    def called(name: str | None) -> str:
        return tell.code("component", name, "cases.answers.unnamed")

    def per_voter(value: float | None) -> str:
        return words.NONE if value is None else tell.quantity(value, now.total.unit)

    own = tell.listed(
        (called(name), tell.quantity(kg, Unit.KG)) for name, kg in now.components.items()
    )
    title, total = tell.period(now.total.period), words.figure(tell.session, now.total)
    said = [tell.md("now", title=title, total=total, parts=f"{own[:1].upper()}{own[1:]}")]
    if len(parts) > 1:
        before = parts[-2]
        changes = tell.listed(
            (called(name), _paper_change(tell, *(x.components.get(name) for x in (before, now))))
            for name in components
            if name in before.components or name in now.components
        )
        whole = tell.change(before.total.value or 0.0, now.total.value or 0.0)
        earlier = tell.period(before.total.period)
        said.append(tell.md("change", title=earlier, parts=changes, total=whole))
    else:
        kind = tell.around.programmes.get(now.total.period.kind)
        said.append(tell.md("alone", kind=kind.unit if kind else tell.period(now.total.period)))
    heads = (*tell.heads("title"), *map(called, components), *tell.heads("total"))
    rows: list[Row] = [
        (
            tell.period(one.total.period),
            *(per_voter(one.components.get(name)) for name in components),
            tell.figure(one.total),
        )
        for one in parts
    ]
    yield AnswerBlock(said, heads, rows, tell.flags(*(one.total for one in parts)))


def _paper_change(tell: Telling, before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return tell.say("new" if before is None else "gone")
    return tell.change(before, after)


def _contracts(tell: Telling, parts: tuple[ContractTerm, ...]) -> Blocks:
    said = []
    for one in parts:
        contract, months = one.contract, one.months
        if months is None or contract.starts_on is None or contract.ends_on is None:
            said.append(tell.md("open", title=contract.name))
            continue
        passed, term = months
        years, rest = divmod(term, 12)
        sentences = [
            tell.md(
                "term",
                title=contract.name,
                years=tell.say("months", n=term) if rest else tell.say("years", n=years),
                start=formats.day(contract.starts_on, tell.lang),
                end=formats.day(contract.ends_on, tell.lang),
                passed=tell.count(passed),
                term=tell.count(term),
                time=tell.share(passed, term),
            )
        ]
        coming = contract.coming(one.month)
        if coming is not None:
            late = coming.prepare_from <= last_day(one.month)
            day = formats.day(coming.prepare_from, tell.lang)
            sentences.append(tell.md("late" if late else "prepare", day=day))
        said.append(Markdown(" ".join(sentences)))
    yield AnswerBlock(said)


def _channels(tell: Telling, parts: tuple[ChannelVolume, ...]) -> Blocks:
    def called(one: ChannelVolume) -> str:
        if one.whole:
            return tell.session.t("cases.answers.together")
        return tell.code("channel", one.channel)

    *apart, whole = parts
    own = tell.listed((called(one), words.figure(tell.session, one.after)) for one in apart)
    total = tell.listed([(called(whole), words.figure(tell.session, whole.after))])
    said = [tell.md("now", parts=f"{own[:1].upper()}{own[1:]}", total=total)]
    reason = words.reason(tell.session, whole.after)
    if reason:
        said = [markdown(reason)]
    period = tell.period(whole.after.period)
    heads: tuple[str, ...] = (tell.say("heads.channel"), period)
    if whole.before is not None:
        heads += (tell.period(whole.before.period), *tell.heads("difference"))
    heads += tell.heads("total", period=period)
    rows: list[Row] = []
    for one in parts:
        cells: Row = (called(one), tell.figure(one.after, one.where))
        if one.before is not None:
            difference = difference_text(one.before, one.after, tell.lang) or words.NONE
            cells += (tell.figure(one.before, one.where), difference)
        elif whole.before is not None:
            cells += (words.NONE, words.NONE)
        known = absolute(one.after)
        rows.append((*cells, tell.quantity(known.value, known.unit) if known else words.NONE))
    yield AnswerBlock(said, heads, rows, tell.flags(whole.after))


def _measures(tell: Telling, parts: tuple[MeasureNumbers, ...]) -> Blocks:
    for one in parts:
        evaluation, lang = one.evaluation, tell.lang
        measure = evaluation.intervention
        start = formats.day(measure.starts_on, lang)
        title = tell.md("title", title=measure.title, code=measure.code, start=start)
        said = [title, markdown(measures.verdict(evaluation, lang)), *_effects(tell, evaluation)]
        how = [markdown(remark) for remark in measures.plan_remarks(evaluation, lang)]
        if not one.numbers:
            stops = [each for each in evaluation.limitations if each.stops]
            said += [markdown(measures.limitation_sentence(each, lang)) for each in stops]
            yield AnswerBlock(said, how=how)
            continue
        unit = formats.unit_label(evaluation.unit, lang)
        plain = [tell.md("note", unit=unit)]
        if len(said) > 2:  # noqa: PLR2004 - title and verdict
            plain.append(tell.md("estimate"))
        if evaluation.window and evaluation.window.anticipation:
            plain.append(tell.md("without"))
        notes, rows = [Markdown(" ".join(plain))], list(_plain_rows(tell, one))
        yield AnswerBlock(said, _months_compared(tell, one), rows, notes, how)


def _effects(tell: Telling, evaluation: Evaluation) -> Iterable[Markdown]:
    """The estimates on which the verdict rests; before it those up to now."""
    figures = measures.told(evaluation)
    if evaluation.excused or figures is None or figures.net is None:
        return
    written = {
        part: measures.effect_text(getattr(figures, part), evaluation.unit, tell.lang)
        for part in ("gross", "spill", "net")
    }
    yield tell.md("effects", **written)


def _months_compared(tell: Telling, one: MeasureNumbers) -> tuple[str, ...]:
    """The headings of the plain numbers, with the months before and after."""
    window = one.evaluation.window
    pre = window.pre[: len(window.pre) - window.anticipation] if window else ()
    before, after = (
        formats.period(Period(months[0], months[-1], span(months[0], months[-1])), tell.lang)
        for months in (pre, window.post if window else ())
    )
    return (
        *tell.heads("what"),
        *tell.heads("before", period=before),
        *tell.heads("after", period=after),
        *tell.heads("change"),
    )


def _plain_rows(tell: Telling, one: MeasureNumbers) -> Iterable[Row]:
    evaluation, sites = one.evaluation, one.evaluation.sites
    measure = evaluation.intervention
    instead = ", ".join(measures.channel(code, tell.lang) for code in measure.substitute_channels)
    channels = {
        "target": measures.channel(measure.target_channel, tell.lang),
        "substitute": instead,
    }
    treated, others = (len(sites.treated), len(sites.controls)) if sites else (0, 0)
    for (what, channel), numbers in zip(channels.items(), one.numbers, strict=True):
        places = {"treated": (treated, numbers.treated), "others": (others, numbers.others)}
        for whose, (count, means) in places.items():
            if means is not None:
                where = tell.say(f"{whose}", n=count)
                name = tell.say(f"{what}", channel=channel, where=where)
                numbers_written = (tell.n(means.before), tell.n(means.after))
                change = tell.change(means.before, means.after)
                yield (f"{name[:1].upper()}{name[1:]}", *numbers_written, change)


def _streams(tell: Telling, parts: tuple[SplitContract, ...]) -> Blocks:
    for one in parts:
        before, after = one.spend.before, one.spend.after
        values = {
            "since": formats.long_month(one.since, tell.lang),
            "period": tell.period(after.period),
        }
        if after.value is None:
            said = tell.md("lacking", reason=words.reason(tell.session, after), **values)
        else:
            change = formats.difference(before.value or 0.0, after.value, Unit.EUR, tell.lang)
            written = {
                "before": words.figure(tell.session, before),
                "after": words.figure(tell.session, after),
            }
            said = tell.md("change", change=change, **written, **values)
        heads = tell.heads("stream", "before", "after", "change", "price", "volume", "mix", "rest")
        rows = [_stream_row(tell, one.family, each) for each in one.spend.streams]
        if not any(_rest(each) for each in one.spend.streams):
            heads, rows = heads[:-1], [row[:-1] for row in rows]
        notes = (tell.md("note"), *tell.flags(before, after))
        yield AnswerBlock((said,), heads, rows, notes)


def _rest(one: StreamSpend) -> float:
    """The change that is neither price nor volume nor mix, EUR."""
    if one.split is None:
        return 0.0
    return float(one.split.new + one.split.vanished + one.split.unsplit)


def _stream_row(tell: Telling, family: str, one: StreamSpend) -> Row:
    name, trace = tell.say("unassigned"), ""
    if one.stream is not None:
        name = word("stream", one.stream, tell.lang)
        where = {**tell.around.where, "family": (family,), "stream": (one.stream,)}
        trace = links.trace_of_figure(tell.session, "impact_spend", one.after.period, where)
    before = tell.quantity(one.before, Unit.EUR)
    if one.split is None:
        return (name, before, words.figure(tell.session, one.after), *[words.NONE] * 5)
    split = one.split
    parts = (split.change, split.price, split.volume, split.mix, _rest(one))
    return (
        name,
        before,
        AnswerCell(tell.quantity(one.after.value or 0.0, Unit.EUR), trace),
        *(formats.signed_quantity(round(float(part), 2), Unit.EUR, tell.lang) for part in parts),
    )


def _idle(tell: Telling, parts: tuple[Idle, ...]) -> Blocks:
    for one in parts:
        month = formats.long_month(one.month, tell.lang)
        if one.longest is None:
            said = [tell.md("nothing", month=month)]
        else:
            since = formats.day(one.longest, tell.lang)
            said = [tell.md("idle", month=month, count=one.count, since=since)]
        bought = None if one.bought is None else tell.quantity(one.bought, Unit.BASE)
        if bought is None or one.spend.value is None:
            lacking = one.pieces if bought is None else one.spend
            said.append(markdown(words.reason(tell.session, lacking)))
        else:
            spend, period = words.figure(tell.session, one.spend), tell.period(one.spend.period)
            said.append(tell.md("new", period=period, pieces=bought, spend=spend))
        worth = words.NONE if one.worth is None else tell.quantity(one.worth, Unit.EUR)
        if one.count and one.worth is not None:
            said.append(tell.md("worth", worth=worth))
        new = {"condition": ("new",)}
        pieces, spend_cell = tell.figure(one.pieces, new), tell.figure(one.spend, new)
        rows = (
            (tell.say("heads.idle"), tell.quantity(one.count, Unit.BASE), worth),
            (tell.say("heads.new"), AnswerCell(bought or words.NONE, pieces.trace), spend_cell),
        )
        notes = [tell.md("note")]
        hidden = one.count - len(one.told)
        if hidden:
            notes.append(tell.md("hidden", count=hidden))
        heads = tell.heads("what", "pieces", "euros")
        yield AnswerBlock([Markdown(" ".join(said))], heads, rows, notes)


def _list_idle(tell: Telling, parts: tuple[Idle, ...]) -> None:
    """What stands idle, piece by piece."""
    for one in parts:
        if not one.told:
            continue
        rows = [
            {
                "cases.answers.idle.heads.asset": each.asset,
                "cases.answers.idle.heads.location": tell.around.locations[each.location],
                "cases.answers.idle.heads.noticed": each.noticed_on,
            }
            for each in one.told
        ]
        with st.expander(tell.md("each", n=len(rows))):
            scaffold.table(tell.session, "case_idle", tell.say("each", n=len(rows)), rows)


TELL: Final[Mapping[CaseQuestion, Callable[[Telling, Any], Blocks]]] = {
    CaseQuestion.PACE: _pace,
    CaseQuestion.PER_ANSWER: _per_answer,
    CaseQuestion.SECOND_LIFE: _second_life,
    CaseQuestion.PAPER: _paper,
    CaseQuestion.CONTRACTS: _contracts,
    CaseQuestion.CHANNELS: _channels,
    CaseQuestion.MEASURES: _measures,
    CaseQuestion.STREAMS: _streams,
    CaseQuestion.IDLE: _idle,
}
LISTS: Final[Mapping[CaseQuestion, Callable[[Telling, Any], None]]] = {
    CaseQuestion.PER_ANSWER: _list_answers,
    CaseQuestion.IDLE: _list_idle,
}
"""What stands below an answer to be opened."""
