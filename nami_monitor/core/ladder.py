"""The R-ladder: how far a strategy keeps raw materials out of use, highest first.

Source: Potting, Hanemaaijer, Delahaye, Ganzevles, Hoekstra and Lijzen (2018), Circulaire economie:
wat we willen weten en kunnen meten, PBL with CBS and RIVM. Later ladders merge Refuse and Rethink
and number the rest anew, so a number means nothing without its ladder.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from nami_monitor.core.words import Strategy

LADDER: Final = "CBS/PBL 2018"


class Rung(StrEnum):
    """A rung of the ladder."""

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


OF_STRATEGY: Final[Mapping[Strategy, Rung]] = {
    Strategy.REFUSE: Rung.REFUSE,
    Strategy.RETHINK: Rung.RETHINK,
    Strategy.REDUCE: Rung.REDUCE,
}
"""The rung of each strategy of the kit; impact and steering stand on none."""
