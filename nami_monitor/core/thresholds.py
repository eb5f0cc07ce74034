"""Every threshold with its source, and the shadow prices; captions and docs print them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Threshold:
    """A number in a unit that decides something, and the source: why this number."""

    value: float
    unit: str
    source: str


MIN_COMPLETENESS = Threshold(
    0.5, "share", "design rule: a figure that rests on less than half of its rows is not shown"
)
SMALL_CELL_STAFF = Threshold(
    5, "staff", "privacy rule: a product at a site with fewer staff can point at a person"
)
SMALL_CELL_ORDERS = Threshold(
    5, "orders", "privacy rule: fewer orders can point at a person, as fewer staff can"
)
RECURRING_SHARE = Threshold(
    0.5, "share", "Birmingham purchase cards: a second delivery recurs whole, neighbours far less"
)
SET_ASIDE_SHARE = Threshold(
    0.5, "share", "design rule: a file of which most lines fail was mapped wrongly"
)
ASIDE_OF_TOTAL = Threshold(
    0.1, "share", "design rule: a month without a tenth of its amount reads as a month that changed"
)
PANDERA_ROWS = Threshold(
    50_000, "rows", "measured: beyond this the same checks in SQL take a tenth of the memory"
)
LEARNT_AFTER = Threshold(
    3, "deliveries", "design rule: fewer deliveries show no rhythm of a source"
)
BREAK_HISTORY = Threshold(6, "months", "design rule: a shorter history explains no change")
BREAK_RATIO = Threshold(
    2.0, "ratio", "design rule: halving or doubling in one month is checked, whatever the history"
)
BREAK_SPREAD = Threshold(
    6.0,
    "median absolute deviations",
    "normal noise goes beyond 6 MAD (4 standard deviations) once in 16,000 months",
)
XMR_LIMIT = Threshold(2.66, "mean moving ranges", "Shewhart: 3 / d2, d2 = 1.128 for two points")
XMR_SCREEN = Threshold(3.267, "mean moving ranges", "D4 for two points: larger ranges are screened")
XMR_FIRM = Threshold(12, "months", "NHS Making Data Count: fewer points give provisional limits")
XMR_SEASON = Threshold(24, "months", "two of each calendar month are needed to see a season")
STEP_HISTORY = Threshold(48, "months", "design rule: older months say little of what is normal now")
STEP_LEAST = Threshold(24, "months", "two of each calendar month, as for a season")
STEP_MONTHS = Threshold(
    3, "months", "design rule: a scan looks for a step over so many months or less"
)
STEP_NEW = Threshold(
    0.014,
    "chance of one step, two-sided",
    "simulated: of three steps one then stands out in some .04 of quiet months"
    " (docs/calibration.md)",
)
STEP_HELD = Threshold(
    0.003,
    "chance, two-sided",
    "simulated: at .01 quiet series would bear a signal in up to .11 of their months",
)
STEP_NORMAL = Threshold(
    36, "months", "design rule: what has lasted for three years is the normal level"
)
STEP_STANDING = Threshold(
    0.1,
    "share of quiet series that bear a kept signal",
    "simulated: at most, at correlation .9; .005 without correlation (docs/calibration.md)",
)
STEP_CHANCE = Threshold(
    0.04,
    "new signals per series and month",
    "simulated: 24 to 48 months, correlation 0 to .9 (docs/calibration.md)",
)
CONFIDENCE = Threshold(
    0.95, "share", "convention: an interval misses the truth once in twenty times"
)
FALSE_DISCOVERY = Threshold(
    0.04,
    "share",
    "Benjamini and Hochberg (1995); at .04 at most .05 of the claims that stand are false, at .05"
    " it is .06 where no measure did anything (simulated, docs/calibration.md)",
)
SURVIVAL_AT_RISK = Threshold(
    10, "assets", "design rule: of ten assets, the interval of a half spans 19% to 81%"
)
FUNNEL_LOCATIONS = Threshold(
    10, "locations", "a tenth is drawn in at either end: with fewer, none would be"
)
FUNNEL_WARNING = Threshold(0.95, "share inside", "Spiegelhalter (2005): inner limits of a funnel")
FUNNEL_LIMIT = Threshold(0.998, "share inside", "Spiegelhalter (2005): outer limits of a funnel")
FUNNEL_TAIL = Threshold(
    0.1, "share of locations", "Spiegelhalter (2005): drawn in before dispersion is estimated"
)
FUNNEL_EXCESS = Threshold(
    2.0,
    "standard errors",
    "simulated: equal locations seem over-dispersed in 5 to 8 of 100 funnels",
)
CATCHING_UP = Threshold(
    6, "months", "design rule: what was put off is bought within half a year after a measure ends"
)
SILENT_MONTHS = Threshold(
    3, "months", "design rule: a location without any order for a quarter is not just quiet"
)
LITTLE_CAME_BACK = Threshold(
    0.25, "share", "design rule: up to a quarter back, no waterbed is suspected"
)
PRICE_MONTHS = Threshold(
    24, "months", "design rule: an older price says nothing of what a purchase would cost now"
)
PREPARATION_MONTHS = Threshold(
    24, "months", "kit case 7: preparing a tender with other demands took two years"
)
PACE_MONTHS = Threshold(
    12, "months", "design rule: building and buying have seasons, so a pace needs a whole year"
)
LESSON_TITLE = Threshold(80, "characters", "design rule: a title is read at a glance")
LESSON_TEXT = Threshold(500, "characters", "design rule: a lesson is read beside a chart")
LESSON_TRY = Threshold(200, "characters", "design rule: one thing to try, to be remembered")
NOTE_TEXT = Threshold(500, "characters", "design rule: a note is read beside a chart")
CHART_LESSONS = Threshold(3, "lessons", "design rule: more markers hide the line they explain")
SEARCH_LIKENESS = Threshold(
    0.8, "likeness", "one wrong letter in a word of five: 2 x 4 of 10 letters agree"
)
SEARCH_WORTH = Threshold(
    0.5, "share of the best score", "design rule: what fits half as well is not what was meant"
)
SCREEN_ROWS = Threshold(
    10_000, "figures", "design rule: nobody reads more on a screen, and a browser draws no more"
)
MASS_TOLERANCE = Threshold(
    0.01, "share", "design rule: rounding of lines explains no more than one in a hundred"
)
MIN_CONTROLS = Threshold(
    10, "locations", "design rule: the spread of fewer placebos is not known well enough"
)
MIN_PRE_MONTHS = Threshold(
    18, "months", "design rule: a year and a half shows a level and its noise; anticipation counts"
)
MIN_POST_MONTHS = Threshold(6, "months", "design rule: fewer months show the shock of a start")
EVALUATE_AFTER = Threshold(
    12, "months", "design rule: a year after the start holds every season once, and one look"
)
EVALUATE_WAIT = Threshold(
    3, "months of data", "design rule: what is owed and three months late does not come"
)
MIN_PER_ARM = Threshold(
    6, "locations", "with six pairs a chance below 0.05 exists (2 in 64); with five it does not"
)
MOST_ARMS = Threshold(
    5, "arms", "design rule: each arm more takes locations from all, and halves what a reader sees"
)
MIN_PRE_ALONE = Threshold(
    24, "months", "without controls, two years are needed to tell a season from a step"
)
MIN_ORDER_MONTHS = Threshold(
    12, "months", "simulated: what is ordered in fewer months has no level to speak of"
)
MOST_SHIFT = Threshold(
    0.5,
    "standard errors",
    "simulated: rare orders shift the mean of many locations; up to this, intervals hold the truth",
)
UNTOUCHED_VOLUME = Threshold(
    0.5, "times the volume", "simulated: smaller untouched groups bring more noise than they take"
)
CONTAMINATION = Threshold(
    0.05, "share", "convention: chance to drop any untouched group although none was touched"
)
SECOND_OPINION_CONTROLS = Threshold(
    20, "locations", "with fewer, no rank out of all placebos is rarer than one in twenty"
)
PEAK_MONTHS = Threshold(
    6, "months", "design rule: a site chosen for its peak stands out in the half year before"
)
SUBSTITUTE_TIMES = Threshold(
    4.0, "times the target", "simulated: what leaks drowns in the noise of so large a substitute"
)
PLAN_POWER = Threshold(
    0.8, "share", "convention: a pilot should show what is there in 4 of 5 cases"
)
PLAN_STARTS = Threshold(
    6, "starts", "design rule: placebo starts in the history over which noise is averaged"
)
ATTENTION = Threshold(
    7, "signals", "design rule: who must look at more than a handful looks at none"
)
XMR_CHANCE_OUTSIDE = Threshold(
    0.13,
    "signals per series and month",
    "simulated: 12 to 23 months, correlation 0 to .8, with a season (docs/calibration.md)",
)
UNSURE = Threshold(
    0.5,
    "weight",
    "design rule: what is provisional or suspected weighs half when signals are ordered",
)
EARLY_SHARE = Threshold(
    0.25, "share", "design rule: where more than a quarter goes within its warranty, ask why"
)
FEW_REFUSED = Threshold(
    0.1, "share", "design rule: where fewer than one in ten needs are met without a purchase"
)
YEAR_END_TIMES = Threshold(
    1.25, "times an even month", "design rule: less than a quarter more is no peak to act upon"
)
LONG_CONTRACT = Threshold(
    4, "years", "Directive 2014/24/EU, article 33: a longer framework needs a reason"
)
WELL_KNOWN = Threshold(
    0.8, "share", "design rule: with a fifth unknown, a figure can turn once it is completed"
)
BIG_MEASURE = Threshold(
    0.1,
    "share",
    "design rule: a measure on a tenth of a category's spend concerns several disciplines",
)
FALL_CHANCE = Threshold(
    0.01, "chance, one-sided", "design rule: a question to people must seldom be asked for nothing"
)
REAL_FALL = Threshold(
    0.05, "share", "design rule: a smaller fall in a year is not worth looking into"
)
DUE_SOON = Threshold(14, "days", "design rule: two weeks are enough to put a decision on an agenda")
LATE_AFTER = Threshold(
    1, "month", "design rule: figures of a month come in the month after it, and else are late"
)


SHADOW_PRICES: Final[Mapping[str, Mapping[str, float]]] = {
    "A1": {
        "GWP": 0.05, "ODP": 30, "POCP": 2, "AP": 4, "EP": 9, "HTP": 0.09, "FAETP": 0.03,
        "MAETP": 0.0001, "TETP": 0.06, "ADPE": 0.16, "ADPF": 0.16,
    },
    "A2": {
        "GWP": 0.116, "ODP": 32, "AP": 0.39, "EP-FRESH": 1.96, "EP-MARINE": 3.28,
        "EP-TERRESTRIAL": 0.36, "POCP": 1.22, "ADPE": 0.30, "ADPF": 0.00033, "WATER": 0.00506,
    },
}  # fmt: skip
"""Shadow prices behind MKI by price set and impact, in EUR per unit of the impact (kg CO2e, ...).

A figure rests on one set: totals by A2 are about 1.4 to 2.1 times those by A1. An impact without a
price is not counted, and listed as such, unless the table ``shadow_prices`` holds one.

Source: A1 of the Dutch assessment method for works (Bepalingsmethode Milieuprestatie Bouwwerken,
after EN 15804+A1), A2 of its edition for EN 15804+A2 (2025), of which not every price is known
here.
"""
