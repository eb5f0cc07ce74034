from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from nami_monitor.core.periods import Period
from nami_monitor.core.words import Grain, State, Unit
from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.kpis.sentences import amount_text, reason_sentence

VALUES = {
    "first": date(2025, 3, 1), "have": 2, "known": 20, "wanted": 24,
    "grain": Grain.YEAR, "source": "Winkel", "month": date(2025, 4, 1), "n": 3, "count": 2,
    "measures": "fte, visitors", "measure": "fte",
    "category": "paper", "locations": "L1, L2", "share": 0.2, "needed": 0.5, "staff": 5.0,
    "kinds": "year, r12", "months": 120, "reason": "wet", "basis": "Kieswet",
    "again": date(2027, 1, 31), "least": 10, "columns": ("orders.condition", "products.mass_kg"),
    "methods": "A1, A2", "tables": ("materials", "programmes"),
}  # fmt: skip
RESULT = KpiResult(
    "x", Period(date(2025, 1, 1), date(2025, 1, 1), "month"), {}, State.NOT_COMPUTABLE, Unit.EUR, 1
)


def keys(lang):
    stems = {
        key.removeprefix("reasons.").removesuffix(".one").removesuffix(".other")
        for key in catalogue(lang)
        if key.startswith("reasons.")
    }
    return sorted(stem for stem in stems if "." not in stem)


def said(key, lang, **values):
    return reason_sentence(replace(RESULT, reason=Reason(key, VALUES | values)), lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("key", keys("nl"))
def test_every_reason_says_what_was_seen_and_ends(key, lang):
    sentence = said(key, lang)
    assert sentence.endswith(".")
    assert not [name for _, name, _, _ in Formatter().parse(sentence) if name]


def test_what_was_seen_is_written_as_people_write_it():
    assert "apr 2025" in said("missing_month", "nl", n=1)
    assert "20\N{NO-BREAK SPACE}%" in said("too_little_known", "nl")
    assert "per jaar" in said("grain_too_coarse", "nl")
    assert "31\N{NO-BREAK SPACE}Jan 2027" in said("not_applicable", "en")
    assert "on: -." in said("not_applicable", "en", again=None)
    assert "minder dan 5 mensen" in said("small_cell", "nl")
    assert "bezoeker" in said("mixed_activity", "nl")
    assert "jaar, voortschrijdend 12 maanden" in said("other_period", "nl")
    assert "“Staat” (Bestellingen en verbruik), “" in said("too_little_known", "nl")
    assert "“Condition” (Orders and use)" in said("nothing_known", "en")
    assert "per own_measure" in said("no_activity", "en", measure="own_measure")


def test_a_value_needs_no_reason():
    assert reason_sentence(RESULT, "nl") is None


@pytest.mark.parametrize(
    ("value", "nl", "en"),
    [
        (20517.4, "20.517,40", "20,517.40"), (20517.0, "20.517", "20,517"),
        (-3.05, "\u22123,05", "\u22123.05"), (7.999, "8", "8"), (1.1, "1,10", "1.10"),
        (0.03456, "0,03456", "0.03456"), (0, "0", "0"),
        (1_400_000.25, "1.400.000,25", "1,400,000.25"),
    ],
)  # fmt: skip
def test_what_was_added_up_has_no_cents_or_two(value, nl, en):
    assert (amount_text(value, "nl"), amount_text(value, "en")) == (nl, en)


def test_a_sum_that_came_as_a_whole_number_is_written_as_one():
    assert amount_text(1200, "nl") == amount_text(1200.0, "nl") == "1.200"
