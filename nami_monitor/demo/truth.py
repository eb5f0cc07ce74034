"""The planted truth of the demo organisation, in words and in numbers.

Dienst Zuiderlicht does not exist. It has 120 locations; 40 of them are offices with a stock cabinet
and a web shop for office supplies, all 120 use sanitary supplies and devices. The data runs from
November 2022 to October 2026. What was planted, and what a good method must find again:

Office supplies
    - Volume per staff day falls by 3% a year at every location, in both channels; prices rise by
      4% each January. In December the web shop sells 1.5 times its normal volume.
    - On 1 March 2025, 12 of the 24 cabinet products left the cabinet of office ZL-007. They made up
      half of its volume: gross effect -100% of those products, -50% of the cabinet. Staff saw it
      coming and took 1.4 times the normal volume of them in February 2025.
    - Of each piece that was no longer taken there, 0.7 came back as a web-shop order, in base
      units: the waterbed quotient. Net 30% of the removed volume was really saved. Nothing spread
      to other locations. Its plan, to be judged after 24 months, was registered in January 2025:
      the verdict is yet to come.
    - From September 2024 the eight offices of one region hand out notepads on request only. In the
      first year 80% of them are no longer taken from the cabinet; from then on the effect fades in
      a straight line to 20% in the last month. Of each piece 0.6 comes back in the web shop. No
      plan was registered before, so it was judged after twelve months, in September 2025.
    - From November 2025 on half as many diaries and calendars are ordered, at every office. Nobody
      decided that or called it sustainable: it is on record nowhere.
    - A trim of the assortment in June 2023 at all offices, made for money, changed nothing.
    - The cabinet holds 24 products. The web shop sells 60, of which 8 from January 2025 only.
Sanitary supplies
    - Refills per staff day fall by 4% a year. Thriftier towel dispensers at 25 locations cut both
      towel products there by 12% from October 2025, without any leakage: toilet paper, with which
      hands could be dried instead, kept its course. It is judged after twelve months, in the last
      month of the data.
    - From September 2025 chance divided the 30 largest offices without those dispensers: at 10 a
      sign at the dispenser ("one towel is enough") cut both towel products by 15%, at 10 a message
      on the intranet changed nothing, and 10 were told nothing. Toilet paper kept its course.
    - One total contract until December 2024; then three: hardware, refills, services. The split
      itself changed no volume. Data break: from January 2024 the total supplier books services
      per visit, five lines a month instead of one, for the same money.
    - The services of August 2025 were never delivered (a missing month, not a zero).
    - Dispensers live a Weibull life (shape 5, scale 12 years; 67% pass their 10-year warranty)
      and fail 45 times per 1,000 units a year.
IT
    - Of the devices ordered, the share refurbished or reused goes in a straight line from 12% in
      the first month to 36% in the last; the condition of 15% of the lines is not recorded.
    - Laptops and phones live a Weibull life (shape 4, scale 5 years; 88% pass their 3-year
      warranty) and fail 90 times per 1,000 units a year.
    - Requests are decided with fixed chances (``decision_shares``), the same in every month. Of
      those that are withdrawn a quarter are duplicates: no need, so neither decided nor avoided.
Activity
    - Office ZL-012 sent no activity figures for March to June 2024; office ZL-040 has fewer than
      five FTE. Location ZL-078 closed on 30 June 2025, ZL-119 opened on 1 April 2024.
Bad rows
    - ``bad_cells`` lists the eleven rows that no importer may accept; each is an extra row beside
      the good ones. Every yearly cabinet file ends with a totals row, which is no data.

The programmes and projects of the other cases (``CASES_TRUTH``) do not exist either; nothing in
them was measured anywhere.

Artificial pitches
    - Two programmes, of at most 200 and 70 pitches, 2019 to 2029. In each a quarter that was built
      at a steady pace is on record; one planned pitch in eight is put off, one in five that was
      built became natural grass. Half of the pitches that were built in artificial turf have cork
      for infill, the others rubber. 80% of the mass of every sub-base stayed where it was.
Events
    - 150 posts. In 2024, 2025 and 2026 the first 96, 111 and 120 of them handed in a year plan; the
      others did not answer. Of each ten plans, eight name a measure on climate, five on circularity
      and three on chain responsibility. Goodies per event fall from 30 to 18, printed invitations
      from 400 to 240 a post, vegetarian meals rise from 30% to 50%, from 2024 to 2025.
Expo pavilions
    - As built the second pavilion weighs 60% of its baseline; 45% of that mass was used before or
      recycled, and of 70% a second life is agreed.
Ballot papers
    - Four elections of three kinds, 13.4 million eligible voters at most. The smaller ballot of the
      last one took 40% less paper a voter than that of the one of its kind before; its information
      sheets took back more than half of that.
Sewage works
    - Secondary mass is 20%, 30% and 45% of what was placed in 2023, 2024 and 2025. MKI is stated by
      price set A1 until 2024 and by A2 from 2025 on, which prices not every impact. New storm-water
      connections: 3, 1, 0.
Furnishing
    - Of every ten pieces asked for, six were met with what was there. Surplus is noticed 45 days
      before it is taken over; of every three pieces needed, one comes from surplus, except in
      December: then three times as many new pieces are bought as in another month. Nine pieces,
      one noticed in each of the last nine months, nobody took.
Hand drying
    - 1.8 towels per drying in January 2025, in a straight line to 1.4 in the last month. Dryings
      are a proxy: passages of a door.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.core.periods import month_range, months_between


@dataclass(frozen=True)
class BadCell:
    """A cell that makes one extra row of a file impossible to book."""

    file: str
    column: str
    value: str


@dataclass(frozen=True)
class Life:
    """How long devices live and how often they fail, per 1,000 living units a year.

    The age at retirement has a Weibull distribution of that shape and scale.
    """

    shape: float
    scale_years: float
    failures_per_1000: float
    warranty_years: int

    @property
    def survival_at_warranty(self) -> float:
        """Share alive at the end of the warranty, between 0 and 1."""
        return math.exp(-((self.warranty_years / self.scale_years) ** self.shape))


RESOLVED: Final = ("from_stock", "repaired", "shared", "rethought", "withdrawn")
"""Decisions that meet a request without a purchase."""


@dataclass(frozen=True)
class PlantedTruth:
    """The numbers behind the module's text. Shares lie between 0 and 1, changes are per year."""

    seed: int = 20221101
    first_month: date = date(2022, 11, 1)
    last_month: date = date(2026, 10, 1)
    locations: int = 120
    offices: int = 40

    pilot: str = "ZL-007"
    pilot_start: date = date(2025, 3, 1)
    removed_share_of_cabinet: float = 0.5
    waterbed_quotient: float = 0.7
    hoarding_factor: float = 1.4
    office_trend: float = -0.03
    price_trend: float = 0.04
    december_factor: float = 1.5
    late_products_from: date = date(2025, 1, 1)

    pilot_registered: date = date(2025, 1, 20)
    pilot_evaluated_after: int = 24
    request_start: date = date(2024, 9, 1)
    request_region: str = "Regio Noord"
    request_first: float = -0.8
    request_last: float = -0.2
    request_quotient: float = 0.6
    fallen_group: str = "Kalenders"
    fall_from: date = date(2025, 11, 1)
    fall: float = -0.5

    refill_trend: float = -0.04
    towel_start: date = date(2025, 10, 1)
    towel_effect: float = -0.12
    towel_locations: int = 25
    sign_start: date = date(2025, 9, 1)
    sign_effects: tuple[tuple[str, str, float], ...] = (
        ("niets", "", 0.0),
        ("bordje", "Eén handdoek is genoeg (bordje bij de dispenser)", -0.15),
        ("bericht", "Neem één handdoek (bericht op het intranet)", 0.0),
    )
    sign_locations: int = 30
    sign_seed: str = "bordjes-1"
    contract_split: date = date(2025, 1, 1)
    services_break: date = date(2024, 1, 1)
    services_missing: date = date(2025, 8, 1)
    dispensers: Life = Life(5.0, 12.0, 45.0, 10)

    circular_first: float = 0.12
    circular_last: float = 0.36
    condition_unknown: float = 0.15
    devices: Life = Life(4.0, 5.0, 90.0, 3)
    decision_shares: tuple[tuple[str, float], ...] = (
        *(("bought", 0.55), ("refurbished", 0.15), ("from_stock", 0.08), ("repaired", 0.07)),
        *(("shared", 0.03), ("rethought", 0.03), ("withdrawn", 0.04), ("blocked", 0.05)),
    )
    withdrawn_as_duplicate: float = 0.25

    silent_location: str = "ZL-012"
    silent_from: date = date(2024, 3, 1)
    silent_until: date = date(2024, 6, 1)
    tiny_location: str = "ZL-040"
    closed_location: str = "ZL-078"
    closed_on: date = date(2025, 6, 30)
    opened_location: str = "ZL-119"
    opened_on: date = date(2024, 4, 1)

    bad_cells: tuple[BadCell, ...] = (
        BadCell("voorraadkast_2023.xlsx", "Bedrag excl. btw", "n.v.t."),
        BadCell("voorraadkast_2023.xlsx", "Aantal (stuks)", "zie mail"),
        BadCell("webwinkel_2025.csv", "Besteldatum", "31-02-2025"),
        BadCell("webwinkel_2025.csv", "Besteldatum", "00-05-2025"),
        BadCell("webwinkel_2025.csv", "Afleverlocatie", "ZL-999"),
        BadCell("webwinkel_2025.csv", "Afleverlocatie", "ZL-999"),
        BadCell("webwinkel_2025.csv", "Afleverlocatie", "zl 7"),
        BadCell("sanitair_totaal_2023.xlsx", "Stuks", "n.v.t."),
        BadCell("sanitair_diensten_2026.csv", "Bedrag", "zie bijlage"),
        BadCell("it_bestellingen.csv", "Bedrag", "op aanvraag"),
        BadCell("it_register.csv", "Aanschafdatum", "31-04-2021"),
    )

    @property
    def months(self) -> list[date]:
        """All months, the first of each as a date, oldest first."""
        return month_range(self.first_month, self.last_month)

    @property
    def avoided_request_share(self) -> float:
        """Requests resolved without a purchase as a share of the decided ones.

        Blocked requests are not decided. A request that was withdrawn as a duplicate was no need:
        it counts neither as resolved nor as decided, as in the KPI ``refuse_rate``.
        """
        shares = dict(self.decision_shares)
        duplicates = shares["withdrawn"] * self.withdrawn_as_duplicate
        resolved = sum(shares[decision] for decision in RESOLVED)
        return (resolved - duplicates) / (1.0 - shares["blocked"] - duplicates)

    def index(self, month: date) -> int:
        """Position of a month in ``months``."""
        return months_between(self.first_month, month)

    def price_factor(self, month: date) -> float:
        """Prices of a month over those of the first year: they rise each January."""
        return float((1.0 + self.price_trend) ** (month.year - self.first_month.year))

    def request_effect(self, month: date) -> float:
        """Change of what is taken from the cabinet where it is handed out on request only."""
        faded = max(0, months_between(self.request_start, month) - 11)
        whole = months_between(self.request_start, self.last_month) - 11
        return self.request_first + (self.request_last - self.request_first) * faded / whole

    def circular_share(self, month: date) -> float:
        """Chance that a device ordered in this month is refurbished or reused."""
        step = (self.circular_last - self.circular_first) / self.index(self.last_month)
        return self.circular_first + step * self.index(month)


@dataclass(frozen=True)
class CasesTruth:
    """The numbers behind the module's text."""

    caps: tuple[int, int] = (200, 70)
    natural_every: int = 5
    deferred_every: int = 8
    kept_sub_base: float = 0.8
    posts: int = 150
    answered: tuple[int, int, int] = (96, 111, 120)
    measures: tuple[int, int, int] = (8, 5, 3)
    goodies: tuple[int, int] = (30, 18)
    printed: tuple[int, int] = (400, 240)
    vegetarian: tuple[float, float] = (0.3, 0.5)
    pavilion_share: float = 0.6
    pavilion_reused: float = 0.45
    pavilion_second_life: float = 0.7
    secondary: tuple[float, float, float] = (0.2, 0.3, 0.45)
    connections: tuple[int, int, int] = (3, 1, 0)
    retained: float = 0.6
    notice_days: int = 45
    idle: int = 9
    december_furniture: int = 3
    towels_first: float = 1.8
    towels_last: float = 1.4


TRUTH: Final = PlantedTruth()
CASES_TRUTH: Final = CasesTruth()
