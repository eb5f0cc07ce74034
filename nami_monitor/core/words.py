"""The enums and fixed terms of the domain.

The value of an enum member is what is stored and exported; people read the texts in ``i18n``.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Strategy(StrEnum):
    """What a KPI speaks of: the three strategies of the kit, their impact, and steering."""

    REFUSE = "refuse"
    RETHINK = "rethink"
    REDUCE = "reduce"
    IMPACT = "impact"
    STEER = "steer"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


class Unit(StrEnum):
    """The unit of a figure. ``BASE`` is the base unit of the products (pieces, litres, ...)."""

    EUR = "eur"
    KG = "kg"
    KG_CO2E = "kg_co2e"
    BASE = "base"
    COUNT = "count"
    PERCENT = "percent"
    BASE_PER_ACTIVITY = "base_per_activity"
    EUR_PER_ACTIVITY = "eur_per_activity"
    KG_PER_ACTIVITY = "kg_per_activity"
    COUNT_PER_ACTIVITY = "count_per_activity"
    PER_LOCATION = "per_location"
    PER_1000_UNIT_YEARS = "per_1000_unit_years"
    YEARS = "years"
    DAYS = "days"
    INDEX = "index"
    PER_EVENT = "per_event"
    PER_ANSWER = "per_answer"
    PER_USE = "per_use"
    KG_PER_VOTER = "kg_per_voter"
    EUR_PER_UNIT_YEAR = "eur_per_unit_year"
    POINTS_PER_UNIT_YEAR = "points_per_unit_year"


class Evidence(StrEnum):
    """Grade of evidence that something was not bought; ``NONE`` where nothing such is claimed."""

    LOGGED = "A"
    COUNTERFACTUAL = "B"
    DECLARED = "C"
    NONE = ""


class State(StrEnum):
    """The three states of a result."""

    VALUE = "value"
    NOT_COMPUTABLE = "not_computable"
    NOT_APPLICABLE = "not_applicable"


class Flag(StrEnum):
    """What a reader must know beside a value."""

    DATA_BREAK = "data_break"
    PROVISIONAL = "provisional"
    SMALL_CELL = "small_cell"
    INCOMPLETE = "incomplete"
    FACTOR_GAP = "factor_gap"
    PROXY = "proxy"
    ABOVE_WHOLE = "above_whole"
    DEMO = "demo"


class LessonKind(StrEnum):
    """What a lesson of the kit is; ``INTRODUCTION`` and ``CONCLUSION`` are of no single case."""

    INTRODUCTION = "introduction"
    STRATEGY = "strategy"
    OBSTACLE = "obstacle"
    SOLUTION = "solution"
    LESSON = "lesson"
    CONCLUSION = "conclusion"


class Dimension(StrEnum):
    """From which angle the kit looks at a case; ``DEFINITION`` is for questions of meaning."""

    TECHNOLOGICAL = "technological"
    LEGAL = "legal"
    ECONOMIC = "economic"
    SOCIO_CULTURAL = "socio_cultural"
    BEHAVIOURAL = "behavioural"
    DEFINITION = "definition"


class CaseQuestion(StrEnum):
    """What the owner of a case asks beyond its figures; words stand under ``cases.answers``."""

    PACE = "pace"
    PER_ANSWER = "per_answer"
    SECOND_LIFE = "second_life"
    PAPER = "paper"
    CONTRACTS = "contracts"
    CHANNELS = "channels"
    MEASURES = "measures"
    STREAMS = "streams"
    IDLE = "idle"


class KitSignal(StrEnum):
    """What calls up lessons of the kit: something that figures or registers show."""

    WATERBED_SHOWN = "waterbed_shown"
    WATERBED_SUSPECTED = "waterbed_suspected"
    NO_EFFECT_SEEN = "no_effect_seen"
    EFFECT_FADING = "effect_fading"
    CONSUMPTION_UP_AFTER_MEASURE = "consumption_up_after_measure"
    GRADUAL_ROLLOUT = "gradual_rollout"
    CONTRACT_WINDOW_OPEN = "contract_window_open"
    LONG_CONTRACT = "long_contract"
    YEAR_END_PEAK = "year_end_peak"
    EARLY_RETIREMENT = "early_retirement"
    REFURBISHED_SHARE_FALLING = "refurbished_share_falling"
    LOW_MEASURABILITY = "low_measurability"
    TARGET_MISSED = "target_missed"
    TARGET_MET = "target_met"
    HIT_AND_MISS = "hit_and_miss"
    HIDDEN_REDUCTION = "hidden_reduction"
    ONE_DISCIPLINE = "one_discipline"
    REFUSAL_RATE_LOW = "refusal_rate_low"
    DATA_BREAK = "data_break"
    WORSE = "worse"
    BETTER = "better"


class PeriodKind(StrEnum):
    """Periods that every surface offers; any other name is a custom period of the data."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    YTD = "ytd"
    R12 = "r12"


class Grain(StrEnum):
    """How fine a source's figures are, finest first."""

    LINE = "line"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class DeliveryKind(StrEnum):
    """Whether a file of a source adds lines, or holds its whole period and replaces it."""

    ADDS = "adds"
    FULL_PERIOD = "full_period"


class Standing(StrEnum):
    """What became of an offered line.

    ``live`` counts; ``known`` says what live lines say already; ``replaced`` gave way to a later
    delivery; ``unknown_code`` waits for a code that no master holds.
    """

    LIVE = "live"
    KNOWN = "known"
    REPLACED = "replaced"
    UNKNOWN_CODE = "unknown_code"


class Verdict(StrEnum):
    """What may be said of what leaked away; the rungs of the ladder, lowest first.

    ``WATERBED_SHOWN`` may hold together with ``NET_REDUCTION_SHOWN`` or ``BACKFIRE_SHOWN``; every
    other verdict stands alone. At the first three there is no quotient.
    """

    NOT_ENOUGH_DATA = "not_enough_data"
    NO_DECREASE_SHOWN = "no_decrease_shown"
    TARGET_ROSE = "target_rose"
    INCONCLUSIVE = "inconclusive"
    WATERBED_SHOWN = "waterbed_shown"
    NET_REDUCTION_SHOWN = "net_reduction_shown"
    BACKFIRE_SHOWN = "backfire_shown"


class Design(StrEnum):
    """What an effect is compared with: other units, or (weaker evidence) only its own past."""

    CONTROLS = "controls"
    NO_CONTROLS = "no_controls"


class PlanState(StrEnum):
    """Where the evaluation of a measure stands.

    Before its date it is provisional; at its date it waits for what was not delivered, or is due
    with the next delivery; then it is evaluated, once or again, or there was not enough data.
    """

    PROVISIONAL = "provisional"
    WAITING = "waiting"
    DUE = "due"
    EVALUATED = "evaluated"
    AGAIN = "again"
    NOT_ENOUGH = "not_enough"


class Why(StrEnum):
    """Why a waterbed is not estimated, what was left out, and what a reader must know of it.

    Up to ``NO_VARIATION`` nothing is estimated. Up to ``UNTOUCHED_TOUCHED`` something was left out
    and the rest was estimated. The others are warnings beside an estimate.
    """

    NO_TREATED = "no_treated"
    START_OUTSIDE = "start_outside"
    FEW_CONTROLS = "few_controls"
    FEW_PRE_MONTHS = "few_pre_months"
    FEW_POST_MONTHS = "few_post_months"
    FEW_ORDER_MONTHS = "few_order_months"
    RARE_ORDERS = "rare_orders"
    NO_VARIATION = "no_variation"
    NO_LEVEL = "no_level"
    MONTHS_MISSING = "months_missing"
    SAME_SERIES = "same_series"
    UNTOUCHED_SMALL = "untouched_small"
    UNTOUCHED_MISSING = "untouched_missing"
    UNTOUCHED_TOUCHED = "untouched_touched"
    RETURNS = "returns"
    PEAK_BEFORE = "peak_before"
    RAMP = "ramp"
    HOARDING = "hoarding"
    SUBSTITUTE_LARGE = "substitute_large"


class SetAsideState(StrEnum):
    """What became of a row that was set aside."""

    OPEN = "open"
    RELEASED = "released"
    ABANDONED = "abandoned"


LEVELS = frozenset({"fte", "headcount", "staff", "voters", "posts"})
"""Activity measures that are a level at a moment: averaged over months, never added up."""


SUSTAINABLE: Final = "sustainable"
"""The mark that profiles map a supplier's own word to."""

MARKS: Final = (
    SUSTAINABLE, "eu ecolabel", "ecolabel", "nordic swan", "blauer engel", "blue angel",
    "milieukeur", "planetproof", "cradle to cradle", "fsc", "pefc", "epeat", "tco certified",
    "energy star", "fairtrade", "oeko-tex", "gots",
)  # fmt: skip
"""Type I ecolabels (ISO 14024) and the chain marks that the Dutch criteria for sustainable public
procurement name as proof."""


LADDER: Final = "CBS/PBL 2018"
"""The R-ladder that rungs belong to; later ladders merge Refuse and Rethink and renumber the rest.

Source: Potting, Hanemaaijer, Delahaye, Ganzevles, Hoekstra and Lijzen (2018), Circulaire economie:
wat we willen weten en kunnen meten, PBL with CBS and RIVM.
"""


class AlertKind(StrEnum):
    """What a mail may tell of as it comes up; each recipient chooses kinds."""

    SIGNAL = "signal"
    EVALUATION = "evaluation"
    CONTRACT = "contract"
    DECISION = "decision"
    DELIVERY = "delivery"


class Rung(StrEnum):
    """A rung of ``LADDER``: how far a strategy keeps raw materials out of use, highest first."""

    REFUSE = "R0"
    RETHINK = "R1"
    REDUCE = "R2"
    REUSE = "R3"
    REPAIR = "R4"
    REFURBISH = "R5"
    REMANUFACTURE = "R6"
    REPURPOSE = "R7"
    RECYCLE = "R8"
    RECOVER = "R9"


RUNG_OF_STRATEGY: Final[Mapping[Strategy, Rung]] = {
    Strategy.REFUSE: Rung.REFUSE,
    Strategy.RETHINK: Rung.RETHINK,
    Strategy.REDUCE: Rung.REDUCE,
}
"""The rung of each strategy of the kit; impact and steering have none."""
