"""Sustainability marks that are recognised among the attributes of an article."""

from typing import Final

#: What a profile makes of a supplier's own word for it.
SUSTAINABLE: Final = "sustainable"

MARKS: Final = (
    SUSTAINABLE,
    "eu ecolabel",
    "ecolabel",
    "nordic swan",
    "blauer engel",
    "blue angel",
    "milieukeur",
    "planetproof",
    "cradle to cradle",
    "fsc",
    "pefc",
    "epeat",
    "tco certified",
    "energy star",
    "fairtrade",
    "oeko-tex",
    "gots",
)
"""Type I ecolabels (ISO 14024) and the chain marks that the Dutch criteria for sustainable public
procurement name as proof."""
