"""Releases of one purchase of paper, as a publisher brings them out one after the other."""

import json

OCID = "ocds-nl0001-papier-2024"
CONTACT = {"name": "Jan de Tester", "email": "jan@gemeente.example", "telephone": "010-1234567"}
CPV = {"scheme": "CPV", "id": "30197643-5", "description": "Fotokopieerpapier"}
PARTIES = [
    {"id": "NL-1", "name": "Gemeente Voorbeeld", "roles": ["buyer"], "contactPoint": CONTACT},
    {"id": "NL-2", "name": "Papier BV", "roles": ["supplier"], "contactPoint": CONTACT},
    {"id": "NL-3", "name": "Karton BV", "roles": ["supplier"]},
]
ITEM = {"id": "1", "description": "Papier", "classification": CPV, "quantity": 10}


def release(number, date, tag, ocid=OCID, **parts):
    """One release of the process."""
    head = {"ocid": ocid, "id": f"{ocid}-{number}", "date": date, "tag": [tag]}
    return {**head, "initiationType": "tender", "language": "nl", **parts}


TENDER = release(
    1,
    "2024-01-10T09:00:00+01:00",
    "tender",
    parties=PARTIES[:1],
    buyer={"id": "NL-1", "name": "Gemeente Voorbeeld"},
    tender={
        "id": "T1",
        "title": "Papier voor alle kantoren",
        "status": "active",
        "procurementMethod": "open",
        "mainProcurementCategory": "goods",
        "value": {"amount": 90_000, "currency": "EUR"},
        "items": [ITEM],
    },
)
AWARDS = release(
    2,
    "2024-03-01T09:00:00+01:00",
    "award",
    parties=PARTIES[1:],
    tender={"id": "T1", "status": "complete"},
    awards=[
        {
            "id": "A1",
            "title": "Perceel 1",
            "status": "active",
            "date": "2024-02-28",
            "value": {"amount": 60_000, "currency": "EUR"},
            "suppliers": [{"id": "NL-2", "name": "Papier BV"}, {"id": "NL-3"}],
            "items": [ITEM],
        },
        {
            "id": "A2",
            "title": "Perceel 2",
            "status": "active",
            "value": {"amount": 20_000.5, "currency": "EUR"},
            "suppliers": [{"id": "NL-3", "name": "Karton BV"}],
            "contractPeriod": {"startDate": "2024-05-01T00:00:00Z"},
        },
    ],
)
CONTRACT = release(
    3,
    "2024-04-01T09:00:00+02:00",
    "contract",
    contracts=[
        {
            "id": "C1",
            "awardID": "A1",
            "title": "Levering papier",
            "status": "active",
            "period": {"startDate": "2024-04-01T00:00:00+02:00", "endDate": "2026-03-31"},
            "value": {"amount": 60_000, "currency": "EUR"},
            "dateSigned": "2024-03-20T00:00:00+01:00",
        }
    ],
)
AMENDMENT = release(
    4,
    "2025-02-01T09:00:00+01:00",
    "contractAmendment",
    contracts=[
        {
            "id": "C1",
            "period": {"endDate": "2027-03-31"},
            "value": {"amount": 75_000.25},
            "amendments": [{"id": "1", "rationale": "Verlengd door " + CONTACT["name"]}],
        }
    ],
)
RELEASES = [TENDER, AWARDS, CONTRACT, AMENDMENT]


def package(*releases):
    """A release package."""
    publisher = {"name": "Gemeente Voorbeeld", "uid": "1"}
    head = {"uri": "https://x.example/1", "version": "1.1", "publisher": publisher}
    return {**head, "publishedDate": "2025-03-01T00:00:00Z", "releases": list(releases)}


def records(*records_):
    """A record package."""
    return {"uri": "https://x.example/2", "version": "1.1", "records": list(records_)}


def write(path, document):
    """Write a document, or bytes as they are."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    path.write_bytes(content)
    return path
