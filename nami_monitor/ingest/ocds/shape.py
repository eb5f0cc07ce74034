"""The part of a release that is read. Whatever is not named here never gets in.

So no contact point, address, telephone number or document is ever kept. The names are those of the
release schema, version 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Json = Mapping[str, Any]
#: What may stand in a place: a plain value (None), an object, or a list of objects.
Shape = Mapping[str, "Shape"] | tuple["Shape"] | None

_ORGANISATION: Final[Shape] = {"id": None, "name": None}
_CLASSIFICATION: Final[Shape] = {"scheme": None, "id": None}
_ITEM: Final[Shape] = {
    "id": None,
    "classification": _CLASSIFICATION,
    "additionalClassifications": (_CLASSIFICATION,),
}
_VALUE: Final[Shape] = {"amount": None, "currency": None}
_PERIOD: Final[Shape] = {"startDate": None, "endDate": None}

RELEASE: Final[Mapping[str, Shape]] = {
    "ocid": None,
    "date": None,
    "parties": (_ORGANISATION,),
    "buyer": _ORGANISATION,
    "planning": {},
    "tender": {
        "id": None,
        "title": None,
        "status": None,
        "procurementMethod": None,
        "procurementMethodDetails": None,
        "mainProcurementCategory": None,
        "procuringEntity": _ORGANISATION,
        "items": (_ITEM,),
    },
    "awards": (
        {
            "id": None,
            "title": None,
            "status": None,
            "date": None,
            "value": _VALUE,
            "suppliers": (_ORGANISATION,),
            "contractPeriod": _PERIOD,
            "items": (_ITEM,),
        },
    ),
    "contracts": (
        {
            "id": None,
            "awardID": None,
            "title": None,
            "status": None,
            "value": _VALUE,
            "dateSigned": None,
            "period": _PERIOD,
            "items": (_ITEM,),
        },
    ),
}
#: Lists that a later release replaces as a whole.
WHOLE: Final = frozenset({"additionalClassifications"})


class NotOcdsError(ValueError):
    """A release does not follow the standard.

    Args:
        place: where in the release, for example ``contracts/value``.
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def keep(value: Any, shape: Shape, place: str = "") -> Any:
    """The part of a value that its shape names; null stays, because it removes.

    Raises:
        NotOcdsError: an object, a list or a plain value stands where the standard has another.
    """
    if value is None:
        return None
    if shape is None:
        if isinstance(value, dict | list):
            raise NotOcdsError(place)
        return value
    if isinstance(shape, tuple):
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise NotOcdsError(place)
        return [keep(item, shape[0], place) for item in value]
    if not isinstance(value, dict):
        raise NotOcdsError(place)
    return {
        key: keep(value[key], part, f"{place}/{key}".lstrip("/"))
        for key, part in shape.items()
        if key in value
    }
