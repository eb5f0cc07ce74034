"""What one unit of an environmental impact costs: the shadow prices behind MKI, by price set.

A figure rests on one set: totals by A2 are about 1.4 to 2.1 times those by A1. What a set has no
price for is not counted, and is said, until somebody brings it in the table ``shadow_prices``.

Source: A1 of the Dutch assessment method for works (Bepalingsmethode Milieuprestatie Bouwwerken,
after EN 15804+A1), A2 of its edition for EN 15804+A2 (2025), of which not every price is known
here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PRICES: Final[Mapping[str, Mapping[str, float]]] = {
    "A1": {
        "GWP": 0.05, "ODP": 30, "POCP": 2, "AP": 4, "EP": 9, "HTP": 0.09, "FAETP": 0.03,
        "MAETP": 0.0001, "TETP": 0.06, "ADPE": 0.16, "ADPF": 0.16,
    },
    "A2": {
        "GWP": 0.116, "ODP": 32, "AP": 0.39, "EP-FRESH": 1.96, "EP-MARINE": 3.28,
        "EP-TERRESTRIAL": 0.36, "POCP": 1.22, "ADPE": 0.30, "ADPF": 0.00033, "WATER": 0.00506,
    },
}  # fmt: skip
"""EUR per unit of the impact, as the set states that unit: kg CO2e, kg CFC-11e, mol H+, m3, ..."""
