"""A month in one sentence: what changed, what did not, and what is to be decided.

It is composed from what counts most as of the month and claims no more than its findings: a change
that was shown, a target that was missed, a contract that asks a decision, a measure with a verdict.
A measure before its date names its interval and no outcome.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from nami_monitor.briefing import wording
from nami_monitor.briefing.decisions import AHEAD, BRIDGE, Decision, DecisionOn, Kept, todos_of
from nami_monitor.briefing.month import WORSE, Briefing, BriefingSection, Finding
from nami_monitor.core.periods import months_between
from nami_monitor.core.words import KitSignal
from nami_monitor.i18n import formats, text
from nami_monitor.kpis.interventions.evaluation import Evaluation

LONGEST: Final = 165
"""Signs that two lines of a title hold."""
NAME: Final = 40
"""Signs of a name of others within it; what is cut off stands elsewhere on the page."""
NAMED: Final = 3
GIVEN_UP: Final = ("still", "measure", "target", "contract", "change")
"""What is left out first where two lines do not hold everything."""
NOTHING: Final[Kept] = MappingProxyType({})

Parts = dict[str, tuple[str, bool]]
"""What can be said, the most important first, each with whether it is good news."""


def headline(found: Briefing, lang: str, filled: Kept = NOTHING) -> str:
    """A briefing in one sentence of at most two lines.

    ``filled`` is what people kept of decisions: what was decided asks nothing any more.
    """
    return headline_of(found.sections, lang, filled)


def headline_of(sections: Sequence[BriefingSection], lang: str, filled: Kept = NOTHING) -> str:
    """Some categories in one sentence, as ``headline``."""
    if len(sections) == 1:
        return conclusion(sections[0], lang, filled)
    return _of_many(sections, lang, filled)


def conclusion(section: BriefingSection, lang: str, filled: Kept = NOTHING) -> str:
    """One category in one sentence."""
    open_ = [one for one in todos_of(section, filled, lang) if one.chosen is None]
    name = _short(wording.section_name(section, lang))
    parts: Parts = dict(_parts(section, open_, lang))
    while len(parts) > 1 and len(_joined(name, parts, lang)) > LONGEST:
        parts.pop(next(key for key in GIVEN_UP if key in parts))
    if set(parts) - {"still"}:
        return _joined(name, parts, lang)
    running = next((one for one in open_ if one.on is DecisionOn.MEASURE), None)
    if running:
        return f"{running.seen.title}."
    state = _still(section) or "no_months"
    return text(f"headline.{state}.{'ask' if open_ else 'calm'}", lang, name=name)


def _still(section: BriefingSection) -> str:
    """Whether the months show that nothing changed, or are too few for it; empty without any."""
    seen = [line for line in section.glance.lines if line.assessment]
    known = any(not line.briefly_known for line in seen)
    return "nothing" if known else "early" if seen else ""


def _parts(
    section: BriefingSection, open_: Sequence[Decision], lang: str
) -> Iterator[tuple[str, tuple[str, bool]]]:
    shown = sorted(filter(_shown, section.findings), key=lambda one: one.signal.subject == BRIDGE)
    changed = next(iter(shown), None)
    if changed:
        yield "change", (_change(changed, lang), changed.good)
    elif _still(section) and not any(map(_changed, section.findings)):
        yield "still", (text(f"headline.still.{_still(section)}", lang), True)
    missed = next(
        (one for one in section.findings if one.kind is KitSignal.TARGET_MISSED and one.line), None
    )
    if missed:
        yield "target", (_target(missed, lang), False)
    contracts = [one for one in open_ if _due_soon(one)]
    if contracts:
        due = formats.day(min(one.due for one in contracts), lang)
        yield "contract", (text("headline.contract", lang, n=len(contracts), due=due), False)
    judged = next((one for one in open_ if one.on is DecisionOn.MEASURE and one.weight), None)
    if judged:
        about = judged.about.about if isinstance(judged.about, Finding) else judged.about
        name = about.intervention.title if isinstance(about, Evaluation) else ""
        title = wording.in_sentence(judged.seen.title)
        said = text("headline.measure", lang, name=_short(name), said=title)
        yield "measure", (said, False)


def _due_soon(one: Decision) -> bool:
    """Whether a contract asks a decision within half a year."""
    soon = one.on is DecisionOn.CONTRACT and one.chosen is None
    return soon and months_between(one.seen.month, one.due) <= AHEAD


def _changed(finding: Finding) -> bool:
    return finding.kind is KitSignal.BETTER or finding.kind in WORSE


def _shown(finding: Finding) -> bool:
    """Whether a change of level was shown, and not only suspected from a short series."""
    return _changed(finding) and not finding.signal.numbers.get("provisional")


def _change(finding: Finding, lang: str) -> str:
    numbers = finding.signal.numbers
    name = wording.name(finding.line, lang) if finding.line else finding.signal.subject
    way = text(f"cards.ways.{numbers['way']}", lang)
    n = round(float(str(numbers["months"])))
    return text("headline.change", lang, kpi=wording.in_sentence(_short(name)), way=way, n=n)


def _target(finding: Finding, lang: str) -> str:
    line, aim = finding.line, finding.line.aim if finding.line else None
    if line is None or aim is None or aim.judged is None:
        return wording.in_sentence(wording.title(finding, lang))
    value, goal = (
        wording.short_figure(aim.judged, each or 0.0, lang)
        for each in (aim.judged.value, aim.value)
    )
    name = wording.in_sentence(_short(wording.name(line, lang)))
    over = formats.period(aim.judged.period, lang)
    return text("headline.target", lang, kpi=name, value=value, over=over, goal=goal)


def _joined(name: str, parts: Parts, lang: str) -> str:
    """The parts in one sentence; "but" stands where good news is followed by other news."""
    said, good = zip(*parts.values(), strict=True)
    whole = said[0]
    for at in range(1, len(said)):
        turn = good[at - 1] and not good[at]
        link = "but" if turn else "and" if at == len(said) - 1 else "comma"
        whole = text(f"headline.{link}", lang, first=whole, last=said[at])
    return text("headline.whole", lang, name=name, said=whole)


def _of_many(sections: Sequence[BriefingSection], lang: str, filled: Kept) -> str:
    asked = [
        section for section in sections if any(map(_due_soon, todos_of(section, filled, lang)))
    ]
    kinds: Mapping[str, list[BriefingSection]] = {
        "worse": [s for s in sections if any(_shown(one) and not one.good for one in s.findings)],
        "better": [s for s in sections if any(_shown(one) and one.good for one in s.findings)],
        "missed": [
            s for s in sections if any(one.kind is KitSignal.TARGET_MISSED for one in s.findings)
        ],
    }
    said = [text("headline.many.contract", lang, n=len(asked))] if asked else []
    for key, those in kinds.items():
        if those:
            named = _listed([wording.section_name(one, lang) for one in those], lang)
            said.append(text(f"headline.many.{key}", lang, names=named))
    moved = any(_changed(one) for section in sections for one in section.findings)
    if said and not moved and any(_still(section) == "nothing" for section in sections):
        said.append(text("headline.many.still", lang))
    while len(said) > 1 and len("; ".join(said)) > LONGEST:
        said.pop()
    if not said:
        states = {_still(section) for section in sections}
        state = "early" if "early" in states and "nothing" not in states else "nothing"
        return text(f"headline.many.{state}", lang, n=len(sections))
    whole = "; ".join(said)
    return f"{whole[0].upper()}{whole[1:]}."


def _listed(names: Sequence[str], lang: str) -> str:
    """Some names; beyond three how many more there are."""
    first = [wording.in_sentence(_short(name)) for name in names[:NAMED]]
    more = len(names) - NAMED
    last = text("headline.more", lang, n=more) if more > 0 else first.pop()
    if not first:
        return last
    return text("headline.and", lang, first=", ".join(first), last=last)


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1].rstrip()}…"
