"""What a figure says in a few words: how it moves, else how it stands to its target."""

from dataclasses import dataclass

from nami_monitor.briefing import wording
from nami_monitor.briefing.overview import KpiLine
from nami_monitor.core.escapes import html
from nami_monitor.core.words import State
from nami_monitor.i18n import formats
from nami_monitor.kpis.targets import JudgedTarget
from nami_monitor.signals.scan import Assessment
from nami_monitor.ui.cards import Chip
from nami_monitor.ui.session import Session


@dataclass(frozen=True)
class StateChip:
    """A chip: its colours, a sign that says the same as the colour, and the words."""

    look: str
    sign: str
    words: str

    def html(self) -> str:
        """The chip as HTML; classes are those of ``style.css``."""
        sign = f'<span aria-hidden="true">{self.sign}</span> ' if self.sign else ""
        return f'<span class="nami-tag nami-tag-{self.look}">{sign}{html(self.words)}</span>'


IMPROVED, CONCERN, PLAIN = (kind.value.replace("_", "-") for kind in Chip)
RUNNING = "running"


def of_line(session: Session, line: KpiLine) -> StateChip:
    """The chip of a figure: a change that stands, else its target, else that there is none."""
    if line.result.state is not State.VALUE:
        return StateChip(PLAIN, "", session.t(f"words.{line.result.state}"))
    if line.signal is not None and line.assessment is not None:
        arrow = "▲" if line.signal.up else "▼"
        good = line.assessment is Assessment.IMPROVEMENT
        bad = line.assessment is Assessment.CONCERN
        key = "better" if good else "worse" if bad else "changed"
        key = f"{key}_early" if line.signal.provisional else key
        look = IMPROVED if good else CONCERN if bad else PLAIN
        return StateChip(look, arrow, session.t(f"home.chip.{key}", n=line.signal.months))
    if line.assessment is not None:
        key = "early" if line.assessment is Assessment.TOO_EARLY else "usual"
        return StateChip(PLAIN, "=", session.t(f"home.chip.{key}"))
    return of_target(session, line)


def of_target(session: Session, line: KpiLine) -> StateChip:
    """How a figure stands to its target."""
    aim = line.aim
    if aim is None or aim.value is None:
        return StateChip(PLAIN, "=", session.t("home.chip.no_target"))
    if aim.met is None:
        period = wording.period_named(aim.target.period, session.lang)
        return StateChip(PLAIN, "=", session.t("home.chip.later", period=period))
    if aim.met:
        return StateChip(IMPROVED, "✓", session.t("home.chip.met"))
    return StateChip(CONCERN, "!", session.t(f"home.chip.{missed_key(aim)}"))


def missed_key(aim: JudgedTarget) -> str:
    """Of which words say that a target is missed: for good, or as far as its period is over."""
    return "missed" if aim.final else "missed_so_far"


def goal(session: Session, line: KpiLine) -> str:
    """The target in a few words; empty without one."""
    if line.aim is None or line.aim.value is None:
        return ""
    return session.t("home.goal", goal=formats.figure(line.aim.value, line.kpi.unit, session.lang))
