"""The planted truth of the other cases, in words and in numbers.

The programmes and projects below do not exist either; nothing in them was measured anywhere.

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
    - 13.4 million eligible voters at most. The smaller ballot of the last election took 40% less
      paper; its information sheets took back more than half of that.
Sewage works
    - Secondary mass is 20%, 30% and 45% of what was placed in 2023, 2024 and 2025. MKI is stated by
      price set A1 until 2024 and by A2 from 2025 on, which prices not every impact. New storm-water
      connections: 3, 1, 0.
Furnishing
    - Of every ten pieces asked for, six were met with what was there. Surplus is noticed 45 days
      before it is taken over; of every three pieces needed, one comes from surplus.
Sanitary supplies
    - 1.8 towels per drying in January 2025, in a straight line to 1.4 in the last month. Dryings
      are a proxy: passages of a door.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


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
    towels_first: float = 1.8
    towels_last: float = 1.4


CASES_TRUTH: Final = CasesTruth()
